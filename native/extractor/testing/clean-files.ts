import {
  chapter,
  docx,
  epub,
  paragraph,
  pptx,
  run,
  shape,
  wordTable,
  xlsx,
} from './office-files.ts';
import { page, slidePlace, whiteCell, whiteSlideText } from './sample-parts.ts';

export type CleanSample = readonly [name: string, content: Buffer | string, file: string];

/** Files that come close to hiding something, and hide nothing. */
export const cleanFiles: readonly CleanSample[] = [
  [
    'white text in a shaded Word cell',
    docx({
      body: `<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:val="clear" w:fill="1F4E79"/></w:tcPr>${paragraph(run('Head', '<w:color w:val="FFFFFF"/>'))}</w:tc></w:tr></w:tbl>`,
    }),
    'a.docx',
  ],
  [
    'white text in a table style with shading',
    docx({
      styles:
        '<w:style w:type="table" w:styleId="Grid4"><w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:fill="4472C4"/></w:tcPr></w:tblStylePr></w:style>',
      body: `<w:tbl><w:tblPr><w:tblStyle w:val="Grid4"/></w:tblPr><w:tr><w:tc>${paragraph(run('Head', '<w:color w:val="FFFFFF" w:themeColor="background1"/>'))}</w:tc></w:tr></w:tbl>`,
    }),
    'a.docx',
  ],
  [
    'white text on a highlight',
    docx({ body: paragraph(run('Note', '<w:color w:val="FFFFFF"/><w:highlight w:val="black"/>')) }),
    'a.docx',
  ],
  [
    'white text in a filled Word shape',
    docx({
      body: paragraph(
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:wsp><wps:spPr><a:solidFill><a:srgbClr val="204060"/></a:solidFill></wps:spPr>' +
          `<wps:txbx><w:txbxContent>${paragraph(run('Boxed', '<w:color w:val="FFFFFF"/>'))}</w:txbxContent></wps:txbx></wps:wsp></w:drawing></mc:Choice></mc:AlternateContent></w:r>`,
      ),
    }),
    'a.docx',
  ],
  [
    'vanish that is turned off',
    docx({ body: paragraph(run('Here', '<w:vanish w:val="0"/>')) }),
    'a.docx',
  ],
  [
    'hidden paragraph mark',
    docx({ body: paragraph(run('Here'), '<w:rPr><w:vanish/><w:sz w:val="2"/></w:rPr>') }),
    'a.docx',
  ],
  ['inserted text', docx({ body: paragraph(`<w:ins w:id="1">${run('New')}</w:ins>`) }), 'a.docx'],
  [
    'Word table and notes',
    docx({
      body: `${wordTable([['Name', 'Value']])}${paragraph(`${run('See')}<w:r><w:footnoteReference w:id="2"/></w:r>`)}`,
      footnotes: `<w:footnote w:id="2">${paragraph(run('Below'))}</w:footnote>`,
    }),
    'a.docx',
  ],
  [
    'white header of a filled row',
    xlsx({
      styles: whiteCell
        .replace(
          '</fills>',
          '<fill><patternFill patternType="solid"><fgColor rgb="FF1F4E79"/></patternFill></fill></fills>',
        )
        .replace('<xf fontId="1" fillId="0"/>', '<xf fontId="1" fillId="1"/>'),
      sheets: [
        {
          name: 'A',
          xml: '<sheetData><row r="1"><c r="A1" s="1" t="inlineStr"><is><t>Head</t></is></c></row></sheetData>',
        },
      ],
    }),
    'a.xlsx',
  ],
  [
    'columns and rows that are shown',
    xlsx({
      sheets: [
        {
          name: 'A',
          xml: '<cols><col min="1" max="9" hidden="0"/></cols><sheetData><row r="1" hidden="0"><c r="A1"><v>1</v></c></row></sheetData>',
        },
      ],
    }),
    'a.xlsx',
  ],
  [
    'white slide text on a filled shape',
    pptx({
      slides: [
        {
          shapes: shape(['Shown'], {
            look: whiteSlideText,
            properties: '<a:solidFill><a:srgbClr val="203864"/></a:solidFill>',
          }),
        },
      ],
    }),
    'a.pptx',
  ],
  [
    'white slide text over a picture',
    pptx({ slides: [{ shapes: `<p:pic/>${shape(['Shown'], { look: whiteSlideText })}` }] }),
    'a.pptx',
  ],
  [
    'white slide text on a dark slide',
    pptx({
      slides: [
        {
          shapes: shape(['Shown'], { look: whiteSlideText }),
          background:
            '<p:bg><p:bgPr><a:solidFill><a:srgbClr val="000000"/></a:solidFill></p:bgPr></p:bg>',
        },
      ],
    }),
    'a.pptx',
  ],
  [
    'shape that reaches over the edge',
    pptx({
      slides: [{ shapes: shape(['Shown'], { properties: slidePlace(-500_000, 6_500_000) }) }],
    }),
    'a.pptx',
  ],
  [
    'page with a sheet that is elsewhere',
    page(
      '<div class="hero"><h1 style="color:#fff">Shown</h1></div>',
      '<link rel="stylesheet" href="a.css">',
    ),
    'a.html',
  ],
  [
    'white on a dark ground',
    page('<div style="background:#123"><p style="color:white">Shown</p></div>'),
    'a.html',
  ],
  [
    'white on a picture',
    page('<div style="background-image:url(a.jpg)"><p style="color:white">Shown</p></div>'),
    'a.html',
  ],
  [
    'sheets for print and for narrow windows',
    page(
      '<p class="n">Shown</p>',
      '<style>@media print{.n{display:none}} @media (max-width:600px){.n{display:none}} .n:hover{opacity:0}</style>',
    ),
    'a.html',
  ],
  [
    'rule that a later one undoes',
    page('<p class="n">Shown</p>', '<style>p{display:none} p.n{display:block}</style>'),
    'a.html',
  ],
  [
    'small but readable',
    page(
      '<small style="font-size:9px">Shown</small><p style="opacity:.6;margin-left:-10px">Shown</p>',
    ),
    'a.html',
  ],
  ['emoji, Persian, Hindi, Thai and Chinese', '👩🏽‍🚀 ❤️ می‌خواهم क्‍ष สวัสดี 葛󠄀 שלום‏!', 'a.txt'],
  ['soft hyphens where syllables part', page('<p>Donau&shy;dampf&shy;schiff</p>'), 'a.html'],
  [
    'Markdown with elements and code',
    '# T\n\n<details><summary>More</summary>\n\nShown\n\n</details>\n\n```html\n<!-- in code -->\n<p hidden>x</p>\n```\n\n`<!-- inline -->` and a < b\n',
    'a.md',
  ],
  ['links with titles', '# T\n\n[1]: https://example.org "A title"\n\nsee [1]\n', 'a.md'],
  [
    'book with its table of contents',
    epub({
      chapters: { 'a.xhtml': chapter('<h1>One</h1><p>Shown</p>') },
      manifest:
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>',
      parts: { 'OPS/nav.xhtml': chapter('<nav hidden=""><ol><li>One</li></ol></nav>') },
    }),
    'a.epub',
  ],
  ['code with comments of its own', '#!/bin/sh\n# comment\necho "<!-- x -->"\n', 'a.sh'],
];
