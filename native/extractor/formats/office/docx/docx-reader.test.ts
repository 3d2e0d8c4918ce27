import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { read } from '../../../testing/memory-file.ts';
import { docx, paragraph, run, wordTable } from '../../../testing/office-files.ts';

const folder = join(
  dirname(createRequire(import.meta.url).resolve('mammoth/package.json')),
  'test/test-data',
);

it.each([
  ['comments.docx', 'Ouch.'],
  ['empty.docx', ''],
  ['embedded-style-map.docx', 'Walking on imported air'],
  ['endnotes.docx', 'Ouch[^e2].[^e3]\n\n[^e2]: A tachyon walks into a bar.\n\n[^e3]: Fin.'],
  ['external-picture.docx', ''],
  ['footnote-hyperlink.docx', '[^1]\n\n[^1]: Example'],
  ['footnotes.docx', 'Ouch[^1].[^2]\n\n[^1]: A tachyon walks into a bar.\n\n[^2]: Fin.'],
  ['simple-list.docx', '- Apple\n\n- Banana'],
  ['single-paragraph.docx', 'Walking on imported air'],
  ['strict-format.docx', 'Test'],
  ['strikethrough.docx', "Today's Special: Salmon Sold out"],
  [
    'tables.docx',
    'Above\n\n| Top left | Top right |\n| --- | --- |\n| Bottom left | Bottom right |\n\nBelow',
  ],
  ['text-box.docx', 'Datum plane'],
  ['tiny-picture-target-base-relative.docx', ''],
  ['tiny-picture.docx', ''],
  ['underline.docx', 'The Sunset Tree'],
  ['utf8-bom.docx', 'This XML has a byte order mark.'],
])('reads %s of another reader’s test data', async (name, text) => {
  const reading = await read(readFileSync(join(folder, name)), name);
  expect(reading.format).toBe('docx');
  expect(reading.seenText).toBe(text);
});

it('a linked picture is not fetched, and is told of', async () => {
  const { summary } = await read(readFileSync(join(folder, 'external-picture.docx')));
  expect(summary.leftOut).toEqual([{ what: 'external-links', count: 1 }]);
});

const styles =
  '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style>' +
  '<w:style w:type="paragraph" w:styleId="H2"><w:basedOn w:val="H1"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>' +
  '<w:style w:type="paragraph" w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style>' +
  '<w:style w:type="paragraph" w:styleId="Big"><w:name w:val="Title"/></w:style>';
const level = (at: number, format: string, text: string): string =>
  `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/></w:lvl>`;
const numbering =
  `<w:abstractNum w:abstractNumId="0">${level(0, 'decimal', '%1.')}${level(1, 'lowerLetter', '%2)')}</w:abstractNum>` +
  `<w:abstractNum w:abstractNumId="1">${level(0, 'bullet', '')}</w:abstractNum>` +
  `<w:abstractNum w:abstractNumId="2">${level(0, 'upperRoman', 'Part %1')}</w:abstractNum>` +
  [0, 1, 2]
    .map((id) => `<w:num w:numId="${id + 1}"><w:abstractNumId w:val="${id}"/></w:num>`)
    .join('');
const item = (text: string, list: number, at = 0): string =>
  paragraph(run(text), `<w:numPr><w:ilvl w:val="${at}"/><w:numId w:val="${list}"/></w:numPr>`);

it('headings have their levels, lists their numbers', async () => {
  const body = [
    paragraph(run('The whole'), '<w:pStyle w:val="Big"/>'),
    paragraph(run('First'), '<w:pStyle w:val="H1"/>'),
    paragraph(run('Below'), '<w:pStyle w:val="H2"/>'),
    paragraph(run('Plain'), '<w:pStyle w:val="Loop"/>'),
    item('one', 1),
    item('inner', 1, 1),
    item('inner too', 1, 1),
    item('two', 1),
    item('bullet', 2),
    paragraph(
      run('Third'),
      '<w:pStyle w:val="H1"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr>',
    ),
  ];
  const { blocks } = await read(docx({ body: body.join(''), styles, numbering }));
  expect(blocks).toEqual([
    { kind: 'heading', level: 1, text: 'The whole' },
    { kind: 'heading', level: 1, text: 'First' },
    { kind: 'heading', level: 2, text: 'Below' },
    { kind: 'paragraph', text: 'Plain' },
    { kind: 'list-item', text: '1. one' },
    { kind: 'list-item', text: '  a) inner' },
    { kind: 'list-item', text: '  b) inner too' },
    { kind: 'list-item', text: '2. two' },
    { kind: 'list-item', text: '- bullet' },
    { kind: 'heading', level: 1, text: 'Part I Third' },
  ]);
});

it('pages are told where the writing program marked them', async () => {
  const broken = `<w:r><w:lastRenderedPageBreak/><w:t>Two</w:t></w:r>`;
  const body = `${paragraph(run('One'))}${paragraph('<w:r><w:br w:type="page"/></w:r>')}`;
  const marked = await read(docx({ body: `${paragraph(run('One'))}${paragraph(broken)}` }));
  expect(marked.blocks.map(({ text, page }) => [text, page])).toEqual([
    ['One', 1],
    ['Two', 2],
  ]);
  const unmarked = await read(docx({ body }));
  expect(unmarked.blocks.every(({ page }) => page === undefined)).toBe(true);
});

it('a long table is cut into tables that each begin with the header row', async () => {
  const rows = Array.from({ length: 400 }, (_, at) => [`name ${at}`, `${at} | of 400`]);
  const { blocks } = await read(docx({ body: wordTable([['Name', 'Value'], ...rows]) }));
  expect(blocks.length).toBeGreaterThan(1);
  for (const { kind, text } of blocks) {
    expect(kind).toBe('table');
    expect(text.startsWith('| Name | Value |\n| --- | --- |\n| name ')).toBe(true);
    expect(text.length).toBeLessThan(16_000);
  }
  expect(
    blocks
      .map(({ text }) => text)
      .join('\n')
      .match(/\\\| of 400/gu),
  ).toHaveLength(400);
});

it('merged cells, tables in tables and rows of different length keep their text', async () => {
  const inner = wordTable([['a', 'b']]);
  const body =
    `<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>${paragraph(run('wide'))}</w:tc><w:tc>${paragraph(run('third'))}</w:tc></w:tr>` +
    `<w:tr><w:tc>${inner}${paragraph(run('after'))}</w:tc></w:tr></w:tbl>`;
  const { text } = await read(docx({ body }));
  expect(text).toBe('| wide |  | third |\n| --- | --- | --- |\n| a b after |  |  |');
});

it('headers come once, fields as they were shown, formulas as text', async () => {
  const body =
    paragraph(`<w:r><w:instrText>PAGE</w:instrText></w:r>${run('7')}`) +
    paragraph(`<m:oMath><m:r><m:t>a²+b²</m:t></m:r></m:oMath>`) +
    paragraph(
      '<w:ruby><w:rt><w:r><w:t>かん</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢</w:t></w:r></w:rubyBase></w:ruby>',
    );
  const { text } = await read(docx({ body, header: paragraph(run('Draft')) }));
  expect(text).toBe('7\n\na²+b²\n\n(かん)漢\n\nDraft');
});

it('other prefixes and the strict edition read alike', async () => {
  const bytes = docx({
    body: '',
    parts: {
      'word/document.xml':
        '<n0:document xmlns:n0="http://purl.oclc.org/ooxml/wordprocessingml/main"><n0:body><n0:p><n0:r><n0:t>Odd</n0:t></n0:r></n0:p></n0:body></n0:document>',
    },
  });
  expect((await read(bytes)).text).toBe('Odd');
});

it('what stands behind a fault in the XML is told of as damaged', async () => {
  const bytes = docx({
    body: `${paragraph(run('Before'))}<w:p><w:r></w:p>${paragraph(run('After'))}`,
  });
  const { text, summary } = await read(bytes);
  expect(text).toBe('Before');
  expect(summary.leftOut).toEqual([{ what: 'damaged-part', count: 1 }]);
});
