import { docx, paragraph, pptx, run, shape, sheetRows, xlsx } from './office-files.ts';
import {
  type HidingSample,
  open,
  secret,
  slidePlace,
  whiteCell,
  whiteSlideText,
} from './sample-parts.ts';

const tags = Array.from(secret, (char) => String.fromCodePoint(0xe0000 + char.charCodeAt(0))).join(
  '',
);
const tiny = '<a:rPr sz="100"/>';
const cells =
  '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>What everybody sees</t></is></c></row>';
const secretCell = `t="inlineStr"><is><t>${secret}</t></is></c>`;

/** Text, JSON and office files with text that cannot be seen. */
export const hidingOfficeFiles: readonly HidingSample[] = [
  ['tag characters in text', 'tag-characters', `${open}${tags}`, 'a.txt'],
  [
    'tag characters in DOCX',
    'tag-characters',
    docx({ body: paragraph(run(`${open}${tags}`)) }),
    'a.docx',
  ],
  [
    'tag characters in XLSX',
    'tag-characters',
    xlsx({ sheets: [{ name: 'S', xml: sheetRows([[`${open}${tags}`]]) }] }),
    'a.xlsx',
  ],
  ['tag characters in JSON', 'tag-characters', JSON.stringify({ a: `${open}${tags}` }), 'a.json'],
  [
    'vanished run',
    'vanished-text',
    docx({ body: paragraph(run(open) + run(secret, '<w:vanish/>')) }),
    'a.docx',
  ],
  [
    'vanished by style',
    'vanished-text',
    docx({
      styles: '<w:style w:type="character" w:styleId="Gone"><w:rPr><w:vanish/></w:rPr></w:style>',
      body: paragraph(run(open) + run(secret, '<w:rStyle w:val="Gone"/>')),
    }),
    'a.docx',
  ],
  [
    'vanished by the style that a style is based on',
    'vanished-text',
    docx({
      styles:
        '<w:style w:type="paragraph" w:styleId="A"><w:rPr><w:vanish/></w:rPr></w:style>' +
        '<w:style w:type="paragraph" w:styleId="B"><w:basedOn w:val="A"/></w:style>',
      body: paragraph(run(open)) + paragraph(run(secret), '<w:pStyle w:val="B"/>'),
    }),
    'a.docx',
  ],
  [
    'hidden row of a Word table',
    'vanished-text',
    docx({
      body: `<w:tbl><w:tr><w:tc>${paragraph(run(open))}</w:tc></w:tr><w:tr><w:trPr><w:hidden/></w:trPr><w:tc>${paragraph(run(secret))}</w:tc></w:tr></w:tbl>`,
    }),
    'a.docx',
  ],
  [
    'tiny Word text',
    'zero-size-text',
    docx({ body: paragraph(run(open) + run(secret, '<w:sz w:val="1"/>')) }),
    'a.docx',
  ],
  [
    'white Word text',
    'white-text',
    docx({ body: paragraph(run(open) + run(secret, '<w:color w:val="FFFFFF"/>')) }),
    'a.docx',
  ],
  [
    'white text in a plain Word table',
    'white-text',
    docx({
      body: `<w:tbl><w:tr><w:tc>${paragraph(run(open) + run(secret, '<w:color w:val="FEFEFE"/>'))}</w:tc></w:tr></w:tbl>`,
    }),
    'a.docx',
  ],
  [
    'deleted text',
    'tracked-change',
    docx({
      body: paragraph(
        `${run(open)}<w:del w:id="1"><w:r><w:delText>${secret}</w:delText></w:r></w:del>`,
      ),
    }),
    'a.docx',
  ],
  [
    'moved text',
    'tracked-change',
    docx({ body: paragraph(`${run(open)}<w:moveFrom>${run(secret)}</w:moveFrom>`) }),
    'a.docx',
  ],
  [
    'Word comment',
    'comment',
    docx({
      body: paragraph(run(open)),
      comments: `<w:comment w:id="0">${paragraph(run(secret))}</w:comment>`,
    }),
    'a.docx',
  ],
  [
    'hidden sheet',
    'hidden-sheet',
    xlsx({
      sheets: [
        { name: 'A', xml: sheetRows([[open]]) },
        { name: 'B', xml: sheetRows([[secret]]), state: 'hidden' },
      ],
    }),
    'a.xlsx',
  ],
  [
    'very hidden sheet',
    'hidden-sheet',
    xlsx({
      sheets: [
        { name: 'A', xml: sheetRows([[open]]) },
        { name: 'B', xml: sheetRows([[secret]]), state: 'veryHidden' },
      ],
    }),
    'a.xlsx',
  ],
  [
    'hidden row',
    'hidden-sheet',
    xlsx({
      sheets: [
        {
          name: 'A',
          xml: `${cells}<row r="2" hidden="1"><c r="A2" ${secretCell}</row></sheetData>`,
        },
      ],
    }),
    'a.xlsx',
  ],
  [
    'hidden column',
    'hidden-sheet',
    xlsx({
      sheets: [
        {
          name: 'A',
          xml: `<cols><col min="2" max="3" hidden="1"/></cols>${cells}<row r="2"><c r="C2" ${secretCell}</row></sheetData>`,
        },
      ],
    }),
    'a.xlsx',
  ],
  [
    'cell that shows nothing',
    'hidden-sheet',
    xlsx({
      styles:
        '<numFmts><numFmt numFmtId="170" formatCode=";;;"/></numFmts><cellXfs><xf/><xf numFmtId="170"/></cellXfs>',
      sheets: [
        { name: 'A', xml: `${cells}<row r="2"><c r="A2" s="1" ${secretCell}</row></sheetData>` },
      ],
    }),
    'a.xlsx',
  ],
  [
    'white cell',
    'white-text',
    xlsx({
      styles: whiteCell,
      sheets: [
        { name: 'A', xml: `${cells}<row r="2"><c r="A2" s="1" ${secretCell}</row></sheetData>` },
      ],
    }),
    'a.xlsx',
  ],
  [
    'sheet comment',
    'comment',
    xlsx({
      sheets: [
        { name: 'A', xml: sheetRows([[open]]), links: [['c', 'comments', '../comments1.xml']] },
      ],
      parts: {
        'xl/comments1.xml': `<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><commentList><comment ref="A1"><text><r><t>${secret}</t></r></text></comment></commentList></comments>`,
      },
    }),
    'a.xlsx',
  ],
  [
    'speaker notes',
    'speaker-notes',
    pptx({
      slides: [{ shapes: shape([open]), notes: shape([secret], { placeholder: 'body' }) }],
    }),
    'a.pptx',
  ],
  [
    'hidden slide',
    'hidden-sheet',
    pptx({
      slides: [{ shapes: shape([open]) }, { shapes: shape([secret]), attributes: 'show="0"' }],
    }),
    'a.pptx',
  ],
  [
    'hidden shape',
    'vanished-text',
    pptx({
      slides: [{ shapes: shape([open]) + shape([secret], { isHidden: true }) }],
    }),
    'a.pptx',
  ],
  [
    'beside the slide',
    'off-page-text',
    pptx({
      slides: [
        { shapes: shape([open]) + shape([secret], { properties: slidePlace(9_200_000, 0) }) },
      ],
    }),
    'a.pptx',
  ],
  [
    'above the slide',
    'off-page-text',
    pptx({
      slides: [
        { shapes: shape([open]) + shape([secret], { properties: slidePlace(0, -600_000) }) },
      ],
    }),
    'a.pptx',
  ],
  [
    'tiny slide text',
    'zero-size-text',
    pptx({
      slides: [{ shapes: shape([open]) + shape([secret], { look: tiny }) }],
    }),
    'a.pptx',
  ],
  [
    'white slide text',
    'white-text',
    pptx({
      slides: [{ shapes: shape([open]) + shape([secret], { look: whiteSlideText }) }],
    }),
    'a.pptx',
  ],
  [
    'slide comment',
    'comment',
    pptx({
      slides: [{ shapes: shape([open]), links: [['c', 'comments', '../comments/comment1.xml']] }],
      parts: {
        'ppt/comments/comment1.xml': `<p:cmLst xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"><p:cm><p:text>${secret}</p:text></p:cm></p:cmLst>`,
      },
    }),
    'a.pptx',
  ],
];
