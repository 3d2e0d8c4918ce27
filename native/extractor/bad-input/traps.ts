import { linksXml, paragraph, pptx, run, shape, sheetRows, xlsx } from '../testing/office-files.ts';
import type { BadRow } from './bad-input.ts';
import { laughs, xxe } from './entities.ts';
import { part, shown, spaces, word } from './word-inputs.ts';

const documentWith = (doctype: string, inside: string): string =>
  `<?xml version="1.0"?>${doctype}<w:document ${spaces}><w:body><w:p><w:r><w:t>${inside}</w:t></w:r></w:p></w:body></w:document>`;
const field = (instruction: string): string =>
  `<w:r><w:fldChar w:fldCharType="begin"/></w:r>${instruction}<w:r><w:fldChar w:fldCharType="separate"/></w:r>${run('Shown text')}`;

/** Row 33: what office files carry to reach outside. */
export const officeTraps: BadRow = [
  part(
    'a picture that is elsewhere',
    { 'word/_rels/document.xml.rels': linksXml([['p', 'image', 'file:///etc/passwd', true]]) },
    { format: 'docx', holds: 'Shown text', lacks: 'root:' },
  ),
  part(
    'a template that is elsewhere',
    {
      'word/_rels/settings.xml.rels': linksXml([
        ['t', 'attachedTemplate', 'http://127.0.0.1:9/x.dotm', true],
      ]),
    },
    { format: 'docx', holds: 'Shown text' },
  ),
  word('a chunk of another format', `${shown}<w:altChunk r:id="c"/>`, { holds: 'Shown text' }),
  part(
    'an external entity',
    { 'word/document.xml': documentWith(xxe, '&e;') },
    { code: 'document.broken', lacks: 'root:' },
  ),
  part(
    'a thousand million laughs',
    { 'word/document.xml': documentWith(laughs, '&a20;') },
    { code: 'document.broken' },
  ),
  part(
    'a doctype elsewhere',
    { 'word/document.xml': documentWith('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', 'x') },
    { code: 'document.broken' },
  ),
  part(
    'an external entity in the styles',
    {
      'word/_rels/document.xml.rels': linksXml([['s', 'styles', 'styles.xml']]),
      'word/styles.xml': `${xxe}<w:styles ${spaces}>&e;</w:styles>`,
    },
    { format: 'docx', holds: 'Shown text', lacks: 'root:' },
  ),
  word(
    'a field that starts a program',
    paragraph(
      field('<w:r><w:instrText>DDEAUTO c:\\\\windows\\\\cmd.exe "/k calc"</w:instrText></w:r>'),
    ),
    { holds: 'Shown text', lacks: 'cmd.exe' },
  ),
  word(
    'the same over many runs',
    paragraph(
      field(
        '<w:r><w:instrText>DDE</w:instrText></w:r><w:r><w:instrText>AUTO c:\\\\cmd.exe</w:instrText></w:r>',
      ),
    ),
    { holds: 'Shown text', lacks: 'cmd.exe' },
  ),
  word(
    'a field that includes a file',
    paragraph(`<w:fldSimple w:instr="INCLUDETEXT /etc/passwd">${run('Shown text')}</w:fldSimple>`),
    { holds: 'Shown text', lacks: 'root:' },
  ),
  part(
    'macros',
    { 'word/vbaProject.bin': 'AutoOpen Shell calc.exe' },
    { format: 'docx', holds: 'Shown text', lacks: 'AutoOpen' },
  ),
  part(
    'an embedded program',
    { 'word/embeddings/oleObject1.bin': 'MZ calc.exe' },
    { format: 'docx', holds: 'Shown text', lacks: 'calc' },
  ),
  part(
    'links that climb out of the archive',
    {
      'word/_rels/document.xml.rels': linksXml([
        ['f', 'footnotes', '../../../../etc/passwd'],
        ['c', 'comments', '/../../etc/shadow'],
      ]),
    },
    { format: 'docx', holds: 'Shown text', lacks: 'root:' },
  ),
  {
    name: 'a sheet as large as sheets can be, and empty',
    file: 'a.xlsx',
    make: () =>
      xlsx({
        sheets: [
          {
            name: 'A',
            xml: `<dimension ref="A1:XFD1048576"/><cols><col min="1" max="16384" width="9"/></cols><sheetData><row r="1048576"><c r="XFD1048576"><v>7</v></c></row></sheetData>`,
          },
        ],
      }),
    format: 'xlsx',
    holds: '| 7 |',
  },
  {
    name: 'half a million empty cells',
    file: 'a.xlsx',
    make: () =>
      xlsx({
        sheets: [
          {
            name: 'A',
            xml: `<sheetData>${'<row r="1"><c r="A1"/><c r="B1"/><c r="C1" s="5"/></row>'.repeat(160_000)}<row><c t="inlineStr"><is><t>end</t></is></c></row></sheetData>`,
          },
        ],
      }),
  },
  {
    name: '2,000 hidden ranges over 16,384 columns',
    file: 'a.xlsx',
    make: () =>
      xlsx({
        sheets: [
          {
            name: 'A',
            xml: `<cols>${'<col min="1" max="16384" hidden="1"/>'.repeat(4000)}</cols>${sheetRows([['hid', 1]])}`,
          },
        ],
      }),
    format: 'xlsx',
    holds: 'hid',
  },
  {
    name: 'a workbook that asks others',
    file: 'a.xlsx',
    make: () =>
      xlsx({
        sheets: [
          {
            name: 'A',
            xml: "<sheetData><row><c><f>[1]Sheet1!A1+cmd|'/c calc'!A0</f><v>5</v></c></row></sheetData>",
          },
        ],
        parts: {
          'xl/externalLinks/externalLink1.xml': '<ddeLink ddeService="cmd" ddeTopic="/c calc"/>',
          'xl/connections.xml': '<connections/>',
        },
      }),
    format: 'xlsx',
    holds: '| 5 |',
    lacks: 'calc',
  },
  {
    name: 'strings by numbers that are none',
    file: 'a.xlsx',
    make: () =>
      xlsx({
        sheets: [
          {
            name: 'A',
            xml: '<sheetData><row><c t="s"><v>-1</v></c><c t="s"><v>99999999999</v></c><c t="s"><v>x</v></c><c><v>1</v></c></row></sheetData>',
          },
        ],
        strings: ['a'],
      }),
    format: 'xlsx',
  },
  {
    name: 'a workbook without sheets',
    file: 'a.xlsx',
    make: () => xlsx({ sheets: [] }),
    code: 'document.broken',
  },
  {
    name: 'an external entity in a sheet',
    file: 'a.xlsx',
    make: () =>
      xlsx({
        sheets: [{ name: 'A', xml: '' }],
        parts: { 'xl/worksheets/sheet1.xml': `${xxe}<worksheet>&e;</worksheet>` },
      }),
    format: 'xlsx',
    lacks: 'root:',
  },
  {
    name: 'an external entity in a slide',
    file: 'a.pptx',
    make: () =>
      pptx({
        slides: [{ shapes: shape(['Shown text']) }, { shapes: '' }],
        parts: { 'ppt/slides/slide2.xml': `${xxe}<x>&e;</x>` },
      }),
    format: 'pptx',
    holds: 'Shown text',
    lacks: 'root:',
  },
  {
    name: 'a presentation whose slides are missing',
    file: 'a.pptx',
    make: () =>
      pptx({
        slides: [{ shapes: '' }],
        parts: { 'ppt/_rels/presentation.xml.rels': linksXml([]) },
      }),
    code: 'document.broken',
  },
  {
    name: 'a binary workbook',
    file: 'a.xlsb',
    make: () =>
      xlsx({
        sheets: [],
        parts: {
          '[Content_Types].xml':
            '<Types><Override ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
          'xl/workbook.bin': 'x',
          'xl/workbook.xml': '',
        },
      }),
  },
  {
    name: 'an office file with a password',
    file: 'a.docx',
    make: () =>
      Buffer.concat([
        Buffer.from('d0cf11e0a1b11ae1', 'hex'),
        Buffer.alloc(2000),
        Buffer.from('EncryptedPackage', 'utf16le'),
        Buffer.alloc(500),
      ]),
    code: 'document.encrypted',
  },
  {
    name: 'an office file of the time before',
    file: 'a.doc',
    make: () => Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(4000)]),
    code: 'document.unsupported',
  },
];
