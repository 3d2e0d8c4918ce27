import { expect, it } from 'vitest';
import { read } from '../../../testing/memory-file.ts';
import { sheetRows, xlsx } from '../../../testing/office-files.ts';
import { numberText } from './cell-text.ts';

const plain = { decimals: 0, isWhite: false };

it.each([
  ['0.1', 'general', '0.1'],
  ['0.30000000000000004', 'general', '0.3'],
  ['1234567.5', 'general', '1234567.5'],
  ['1E+20', 'general', '100000000000000000000'],
  ['45000', 'date', '2023-03-15'],
  ['45000.75', 'date-time', '2023-03-15 18:00'],
  ['45000', 'date-time', '2023-03-15'],
  ['0.5', 'time', '12:00'],
  ['0.5000115741', 'time', '12:00:01'],
  ['1', 'date', '1900-01-01'],
  ['59', 'date', '1900-02-28'],
  ['61', 'date', '1900-03-01'],
  ['-5', 'date', '-5'],
  ['9999999', 'date', '9999999'],
  ['1.5', 'duration', '36:00:00'],
  ['', 'general', ''],
  ['not a number', 'date', 'not a number'],
  ['Infinity', 'general', 'Infinity'],
] as const)('%s as %s reads %s', (raw, kind, text) => {
  expect(numberText(raw, { ...plain, kind }, false)).toBe(text);
});

it('percentages have the digits that are shown, and days of 1904 their own beginning', () => {
  expect(numberText('0.1234', { ...plain, kind: 'percent', decimals: 1 }, false)).toBe('12.3%');
  expect(numberText('0', { ...plain, kind: 'date' }, true)).toBe('1904-01-01');
});

it('sheets are headings and tables, with shared strings, formats and formulas', async () => {
  const styles =
    '<numFmts><numFmt numFmtId="164" formatCode="[$-404]yyyy/m/d;@"/><numFmt numFmtId="165" formatCode="0.0%"/>' +
    '<numFmt numFmtId="166" formatCode="&quot;Day&quot; 0"/></numFmts>' +
    '<cellXfs><xf/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="14"/></cellXfs>';
  const xml =
    '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" t="s"><v>2</v></c></row>' +
    '<row r="2"><c r="A2" s="1"><v>45000</v></c><c r="B2" s="2"><v>0.256</v></c><c r="D2" s="3"><v>4</v></c></row>' +
    '<row r="3"><c r="A3" s="4"><f>TODAY()</f><v>45001</v></c><c r="B3" t="b"><v>1</v></c><c r="C3" t="e"><v>#REF!</v></c><c r="D3"><f>A1+1</f></c></row></sheetData>';
  const { blocks, summary } = await read(
    xlsx({ sheets: [{ name: 'Sales & more', xml }], strings: ['When', 'Share', '數量'], styles }),
  );
  const part = 'Sales & more';
  expect(blocks).toEqual([
    { kind: 'heading', level: 2, text: part, part },
    {
      kind: 'table',
      part,
      text: [
        '| When | Share |  | 數量 |',
        '| --- | --- | --- | --- |',
        '| 2023-03-15 | 25.6% |  | 4 |',
        '| 2023-03-16 | TRUE | #REF! | =A1+1 |',
      ].join('\n'),
    },
  ]);
  expect(summary.pageCount).toBe(1);
});

it('rich strings are joined, and how they are pronounced is not read', async () => {
  const rich =
    '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><r><t>東</t></r><r><t>京</t></r><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si></sst>';
  const { text } = await read(
    xlsx({
      sheets: [{ name: 'A', xml: '<sheetData><row><c t="s"><v>0</v></c></row></sheetData>' }],
      links: [['x', 'sharedStrings', 'sharedStrings.xml']],
      parts: { 'xl/sharedStrings.xml': rich },
    }),
  );
  expect(text).toContain('| 東京 |');
});

it('a cell in the last corner costs no empty ones', async () => {
  const xml =
    '<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row>' +
    '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData>';
  const { blocks } = await read(xlsx({ sheets: [{ name: 'A', xml }] }));
  expect(blocks[1]?.text).toBe('| 1 |  |\n| --- | --- |\n|  | 2 |');
});

it('cells left of the first row’s keep their place in the order of columns', async () => {
  const xml =
    '<sheetData><row r="1"><c r="C1"><v>3</v></c></row><row r="2"><c r="A2"><v>1</v></c><c r="C2"><v>33</v></c></row></sheetData>';
  const { blocks } = await read(xlsx({ sheets: [{ name: 'A', xml }] }));
  expect(blocks[1]?.text).toBe('|  |  | 3 |\n| --- | --- | --- |\n| 1 |  | 33 |');
});

it('macros, embedded files and links to other workbooks are told of', async () => {
  const { summary } = await read(
    xlsx({
      sheets: [{ name: 'A', xml: sheetRows([['x']]) }],
      parts: {
        'xl/vbaProject.bin': 'x',
        'xl/embeddings/object1.bin': 'x',
        'xl/externalLinks/externalLink1.xml': '<x/>',
        'xl/media/image1.png': 'x',
      },
    }),
  );
  expect(Object.fromEntries(summary.leftOut.map(({ what, count }) => [what, count]))).toEqual({
    macros: 1,
    'embedded-files': 1,
    'external-links': 1,
    pictures: 1,
  });
});
