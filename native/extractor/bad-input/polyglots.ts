import { writeZip } from '../testing/zip-writer.ts';
import type { BadInput, BadRow } from './bad-input.ts';
import { smallFiles } from './small-files.ts';

const one = (
  name: string,
  file: string,
  make: () => Uint8Array | string,
  more: Partial<BadInput>,
): BadInput => ({ name, file, make, ...more });
const small = (file: string): Buffer => smallFiles[file]?.() ?? Buffer.alloc(0);
const pdf =
  '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n';
const gif = Buffer.from('474946383961010001000000002c00000000010001000002023b', 'hex');
const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const gguf = Buffer.concat([Buffer.from('GGUF'), Buffer.from([3, 0, 0, 0]), Buffer.alloc(64)]);
const html = '<!DOCTYPE html><html><body><p>Shown text</p><script>x()</script></body></html>';
const program = Buffer.concat([Buffer.from('4d5a9000', 'hex'), Buffer.alloc(500)]);

/**
 * Row 34: files that are two things, or are called what they are not. What they are found to be is what their content
 * says; `format` is looked at only where a reader of text takes it further.
 */
export const polyglots: BadRow = [
  one('a page called text', 'a.txt', () => html, {
    format: 'html',
    holds: 'Shown text',
    lacks: 'x()',
  }),
  one('a page called a picture', 'a.png', () => html, { format: 'html', lacks: 'x()' }),
  one('a page called a document', 'a.docx', () => html, { format: 'html', lacks: 'x()' }),
  one('a page with comments before it', 'a.txt', () => `<!-- a --><!-- b -->\n${html}`, {
    format: 'html',
  }),
  one('a page called JSON', 'a.json', () => html, { format: 'html' }),
  one('JSON called a page', 'a.txt', () => '{"a": ["Shown text"]}', {
    format: 'json',
    holds: 'Shown text',
  }),
  one('a document called a PDF', 'a.pdf', () => small('a.docx'), {
    format: 'docx',
    holds: 'Shown text',
  }),
  one('a workbook called a document', 'a.docx', () => small('a.xlsx'), {
    format: 'xlsx',
    holds: 'Shown text',
  }),
  one('a presentation without an ending', 'a', () => small('a.pptx'), {
    format: 'pptx',
    holds: 'Shown text',
  }),
  one('a book called an archive', 'a.zip', () => small('a.epub'), {
    format: 'epub',
    holds: 'Shown text',
  }),
  one('a model called a PDF', 'a.pdf', () => gguf, { code: 'document.unsupported' }),
  one('a model called a document', 'a.docx', () => gguf, { code: 'document.unsupported' }),
  one('a program called text', 'a.txt', () => program, { code: 'document.unsupported' }),
  one(
    'a packed file called a document',
    'a.docx',
    () => Buffer.from('1f8b0800000000000003', 'hex'),
    { code: 'document.unsupported' },
  ),
  one('an archive of anything', 'a.docx', () => writeZip([{ name: 'a.txt', data: 'x' }]), {
    code: 'document.unsupported',
  }),
  one('rich text called text', 'a.txt', () => '{\\rtf1 {\\*\\objdata 01}Shown}', {
    code: 'document.unsupported',
  }),
  one(
    'noise called text',
    'a.txt',
    () => Buffer.from(Array.from({ length: 4000 }, (_, at) => (at * 7919 * (at + 3)) % 256)),
    { code: 'document.unsupported' },
  ),
  one('words about a PDF', 'a.txt', () => 'The file begins with\n%PDF-1.7\nand so on.', {
    format: 'text',
    holds: 'begins with',
  }),
  one('text that begins like a bitmap', 'a.txt', () => 'BMW and GGUF and PK are letters.', {
    format: 'text',
    holds: 'BMW',
  }),
  one('a PDF called text', 'a.txt', () => pdf, { format: 'pdf' }),
  one(
    'a PDF with an archive behind it',
    'a.docx',
    () => Buffer.concat([Buffer.from(pdf), small('a.docx')]),
    { format: 'pdf' },
  ),
  one('a PDF after noise', 'a.docx', () => `\n\n${pdf}`, { format: 'pdf' }),
  one(
    'a picture that is a script',
    'a.js',
    () => Buffer.concat([gif, Buffer.from('/*x*/=1;alert(1)')]),
    { format: 'gif' },
  ),
  one('a picture called text', 'a.txt', () => png, { format: 'png' }),
  one(
    'a picture with an archive behind it',
    'a.docx',
    () => Buffer.concat([png, small('a.docx')]),
    { format: 'png' },
  ),
];

/** Row 4: the test data of another reader, spoilt. */
export function spoilt(name: string, bytes: Buffer): BadInput[] {
  const flipped = (at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 0x5a;
    return copy;
  };
  return [
    {
      name: `${name}, its second half gone`,
      file: name,
      make: () => bytes.subarray(0, bytes.byteLength >> 1),
      code: 'document.broken',
    },
    {
      name: `${name}, a byte changed`,
      file: name,
      make: () => flipped(Math.floor(bytes.byteLength * 0.4)),
    },
    {
      name: `${name}, a byte of its directory changed`,
      file: name,
      make: () => flipped(bytes.byteLength - 30),
    },
  ];
}
