import { docx, linksXml, paragraph, run } from '../testing/office-files.ts';
import type { BadRow } from './bad-input.ts';
import { nested, part, shown, spaces, word } from './word-inputs.ts';

/** Row 3: documents as fuzzing finds them. */
export const brokenDocuments: BadRow = [
  word('tables 1,000 deep', nested('<w:tbl><w:tr><w:tc>', '</w:tc></w:tr></w:tbl>', 1000, shown), {
    holds: 'Shown text',
  }),
  word('tables 9,000 deep', nested('<w:tbl><w:tr><w:tc>', '</w:tc></w:tr></w:tbl>', 9000, shown), {
    code: 'document.broken',
  }),
  word('elements 100,000 deep', nested('<w:sdt>', '</w:sdt>', 100_000, shown), {
    code: 'document.too-large',
  }),
  word(
    'text boxes in text boxes',
    nested('<w:p><w:r><w:txbxContent>', '</w:txbxContent></w:r></w:p>', 500, shown),
    { holds: 'Shown text' },
  ),
  word('paragraph that is not closed', `${shown}<w:p><w:r><w:t>x</w:t></w:r>`, {
    holds: 'Shown text',
  }),
  word('closing tags only', '</w:p></w:p></w:tbl>', { code: 'document.broken' }),
  word('table parts outside a table', `</w:tbl>${shown}`, { code: 'document.broken' }),
  word('cells without rows', `<w:tbl><w:tc>${shown}</w:tc></w:tbl>`),
  word(
    'a span of a thousand million columns',
    `<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="1000000000"/></w:tcPr>${shown}</w:tc></w:tr></w:tbl>`,
    { holds: 'Shown text' },
  ),
  word(
    'list of level one thousand million',
    paragraph(
      run('Shown text'),
      '<w:numPr><w:ilvl w:val="1000000000"/><w:numId w:val="7"/></w:numPr>',
    ),
    { holds: 'Shown text' },
  ),
  word('outline level below zero', paragraph(run('Shown text'), '<w:outlineLvl w:val="-5"/>'), {
    holds: 'Shown text',
  }),
  word('100,000 empty paragraphs', '<w:p/>'.repeat(100_000) + shown, { holds: 'Shown text' }),
  word('a run of ten million characters', paragraph(run('x'.repeat(10_000_000))), {
    code: 'document.too-large',
  }),
  word(
    'one element with 5,000 attributes',
    `<w:p ${Array.from({ length: 5000 }, (_, at) => `a${at}="1"`).join(' ')}/>${shown}`,
    { holds: 'Shown text' },
  ),
  word('an attribute twice', `${shown}<w:p a="1" a="2"/>`, { holds: 'Shown text' }),
  word('a character that XML forbids', `${shown}${paragraph('<w:r><w:t>&#0;</w:t></w:r>')}`, {
    holds: 'Shown text',
  }),
  word('a character beyond Unicode', `${shown}${paragraph('<w:r><w:t>&#x110000;</w:t></w:r>')}`, {
    holds: 'Shown text',
  }),
  word('an entity that nobody defined', `${shown}${paragraph('<w:r><w:t>&secret;</w:t></w:r>')}`, {
    holds: 'Shown text',
  }),
  part(
    'no main part',
    { 'word/document.xml': '', '_rels/.rels': linksXml([['x', 'officeDocument', 'none.xml']]) },
    { code: 'document.broken' },
  ),
  part('an empty main part', { 'word/document.xml': '' }, { code: 'document.broken' }),
  part(
    'noise for a main part',
    {
      'word/document.xml': Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) % 251)),
    },
    { code: 'document.broken' },
  ),
  part(
    'a main part in UTF-16',
    {
      'word/document.xml': Buffer.from(
        `\ufeff<w:document ${spaces}><w:body>${shown}</w:body></w:document>`,
        'utf16le',
      ),
    },
    { format: 'docx', holds: 'Shown text' },
  ),
  part(
    'a main part in an unknown encoding',
    { 'word/document.xml': `<?xml version="1.0" encoding="x-none"?><w:document ${spaces}/>` },
    { code: 'document.broken' },
  ),
  part(
    'a file that is its own document',
    { '_rels/.rels': linksXml([['x', 'officeDocument', '_rels/.rels']]) },
    { format: 'docx' },
  ),
  part(
    'styles that are based on each other',
    {
      'word/_rels/document.xml.rels': linksXml([['s', 'styles', 'styles.xml']]),
      'word/styles.xml': `<w:styles ${spaces}><w:style w:styleId="A"><w:basedOn w:val="B"/></w:style><w:style w:styleId="B"><w:basedOn w:val="A"/></w:style></w:styles>`,
      'word/document.xml': `<w:document ${spaces}><w:body>${paragraph(run('Shown text'), '<w:pStyle w:val="A"/>')}</w:body></w:document>`,
    },
    { format: 'docx', holds: 'Shown text' },
  ),
  {
    name: 'a note that refers to itself',
    file: 'a.docx',
    make: () => {
      const refers = '<w:r><w:footnoteReference w:id="1"/></w:r>';
      return docx({
        body: paragraph(run('Shown text') + refers),
        footnotes: `<w:footnote w:id="1">${paragraph(run('note') + refers)}</w:footnote>`,
      });
    },
    format: 'docx',
    holds: '[^1]: note[^1]',
  },
];
