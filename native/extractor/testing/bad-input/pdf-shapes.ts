import { deflateSync } from 'node:zlib';
import { textLines, type WrittenDocument, writePdf } from '../pdf-writer.ts';
import { type BadShape, cut, mutated } from './shape.ts';

const LATIN1 = 'latin1';
const WORDS = textLines(['Plain words on a page', 'and a second line'], { x: 72, y: 600 });
const READ = ['read'];
const BROKEN = ['document.broken'];
const EITHER = ['read', 'document.broken'];

const plain = (document: Partial<WrittenDocument> = {}) =>
  writePdf({ pages: [{ content: WORDS }], ...document });
const replaced = (from: string | RegExp, to: string) =>
  Buffer.from(plain().toString(LATIN1).replace(from, to), LATIN1);
const stream = (entries: string, data: Uint8Array | string) =>
  `<< ${entries} /Length ${data.length} >>\nstream\n${Buffer.from(data as Uint8Array).toString(LATIN1)}\nendstream`;
/** A page whose resources name object 10 as the picture or form `X`. */
const using = (object: string, extra: readonly string[] = []) => {
  const page = {
    content: `${WORDS}q 400 0 0 400 50 50 cm /X Do Q`,
    entries: '/Resources << /Font << /F1 3 0 R >> /XObject << /X 10 0 R >> >>',
  };
  return writePdf({ pages: [page], objects: [object, ...extra] });
};
const picture = (filter: string, size: number, data: Uint8Array | string) =>
  stream(
    `/Type /XObject /Subtype /Image /Width ${size} /Height ${size} /ColorSpace /DeviceGray /BitsPerComponent 8 ${filter}`,
    data,
  );
const boxed = (box: string) =>
  writePdf({ pages: [{ content: WORDS, entries: `/MediaBox ${box} /CropBox ${box}` }] });

/** Damaged files as fuzzers make and reduce them. */
export const damagedPdfs: readonly BadShape[] = [
  { name: 'nothing but a header', bytes: () => Buffer.from('%PDF-1.7\n'), ends: BROKEN },
  { name: 'cut in the middle', bytes: () => cut(plain(), 0.5), ends: EITHER },
  { name: 'cut in its table of places', bytes: () => cut(plain(), 0.9), ends: EITHER },
  { name: 'no table of places at all', bytes: () => replaced(/xref[\s\S]*$/, ''), ends: EITHER },
  {
    name: 'all places wrong',
    bytes: () => replaced(/\d{10} 00000 n/g, '0000000099 00000 n'),
    ends: EITHER,
  },
  {
    name: 'a table of places that says it comes before itself',
    bytes: () => plain({ trailer: '/Prev 9' }),
    ends: EITHER,
  },
  {
    name: 'two thousand bytes before its header',
    bytes: () => Buffer.concat([Buffer.alloc(900, 32), plain()]),
    ends: ['read', 'document.broken', 'document.unsupported'],
  },
  {
    name: 'garbage after its end',
    bytes: () => Buffer.concat([plain(), Buffer.alloc(4096, 0xee)]),
    ends: READ,
  },
  {
    name: 'pages that are their own parent',
    bytes: () => replaced(/\/Kids \[[^\]]*\]/, '/Kids [2 0 R]'),
    ends: EITHER,
  },
  {
    name: 'a million pages by its own count',
    bytes: () => replaced('/Count 1 ', '/Count 1000000 '),
    ends: EITHER,
  },
  { name: 'fewer than no pages', bytes: () => replaced('/Count 1 ', '/Count -7 '), ends: EITHER },
  {
    name: 'arrays a hundred thousand deep',
    bytes: () => plain({ objects: ['['.repeat(100_000)], catalog: '/X 10 0 R' }),
    ends: EITHER,
  },
  {
    name: 'dictionaries fifty thousand deep',
    bytes: () => plain({ catalog: `/X ${'<< /A '.repeat(50_000)}` }),
    ends: EITHER,
  },
  {
    name: 'a stream longer than the file by its own length',
    bytes: () => replaced(/\/Length \d+/, '/Length 99999999999'),
    ends: EITHER,
  },
  {
    name: 'a name of a megabyte',
    bytes: () => plain({ catalog: `/${'A'.repeat(1_000_000)} 1` }),
    ends: EITHER,
  },
  {
    name: 'content that does not unpack',
    bytes: () =>
      plain({
        pages: [{ content: '', entries: '/Contents 10 0 R' }],
        objects: [stream('/Filter /FlateDecode', 'no flate at all')],
      }),
    ends: READ,
  },
  {
    name: 'content packed forty times over',
    bytes: () =>
      plain({
        pages: [{ content: '', entries: '/Contents 10 0 R' }],
        objects: [
          stream(`/Filter [${'/FlateDecode '.repeat(40)}]`, deflateSync(Buffer.from(WORDS))),
        ],
      }),
    ends: READ,
  },
  {
    name: 'content that unpacks to two hundred megabytes',
    bytes: () =>
      plain({
        pages: [{ content: '', entries: '/Contents 10 0 R' }],
        objects: [stream('/Filter /FlateDecode', deflateSync(Buffer.alloc(200_000_000, 32)))],
      }),
    ends: ['read', 'document.broken', 'memory'],
  },
  {
    name: 'half a million states kept and never given back',
    bytes: () => plain({ pages: [{ content: 'q '.repeat(500_000) + WORDS }] }),
    ends: READ,
  },
  {
    name: 'a form that draws itself',
    bytes: () =>
      using(
        stream(
          '/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 10 0 R >> >>',
          '/X Do',
        ),
      ),
    ends: READ,
  },
  {
    name: 'JBIG2 that is none',
    bytes: () => using(picture('/Filter /JBIG2Decode', 64, mutated(Buffer.alloc(600), 3, 600))),
    ends: READ,
  },
  {
    name: 'JPEG 2000 that is none',
    bytes: () => using(picture('/Filter /JPXDecode', 64, mutated(Buffer.alloc(600), 5, 600))),
    ends: READ,
  },
  {
    name: 'fax of a billion columns',
    bytes: () =>
      using(
        picture(
          '/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 1000000000 /Rows 9 >>',
          64,
          mutated(Buffer.alloc(600), 7, 600),
        ),
      ),
    ends: READ,
  },
  {
    name: 'a predictor of two billion columns',
    bytes: () =>
      using(
        picture(
          '/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 2147483647 /Colors 32 >>',
          64,
          deflateSync(Buffer.alloc(64)),
        ),
      ),
    ends: READ,
  },
  {
    name: 'a picture of 60,000 by 60,000',
    bytes: () => using(picture('/Filter /FlateDecode', 60_000, deflateSync(Buffer.alloc(64)))),
    ends: ['read', 'document.broken', 'memory'],
  },
  {
    name: 'a page of a billion points',
    bytes: () => boxed('[0 0 1000000000 1000000000]'),
    ends: EITHER,
  },
  { name: 'a page of no size', bytes: () => boxed('[0 0 0 0]'), ends: EITHER },
  { name: 'a page inside out', bytes: () => boxed('[612 792 0 0]'), ends: EITHER },
  { name: 'a page a point high', bytes: () => boxed('[0 0 14400 1]'), ends: EITHER },
  {
    name: 'numbers that are none',
    bytes: () =>
      plain({ pages: [{ content: `BT /F1 1e999 Tf nan inf Td (words) Tj ET ${WORDS}` }] }),
    ends: READ,
  },
  ...[11, 23, 47, 83, 131].map((seed) => ({
    name: `one byte in fifty changed (${seed})`,
    bytes: () => mutated(plain(), seed, Math.ceil(plain().length / 50)),
    ends: [...EITHER, 'document.unsupported', 'document.encrypted'],
  })),
];

const key = '0'.repeat(64);
const annotated = (annotation: string) =>
  plain({ pages: [{ content: WORDS, entries: `/Annots [<< /Type /Annot ${annotation} >>]` }] });

/** Files that keep or break the rules for archives (PDF/A): whole, with what those rules forbid. */
export const archivePdfs: readonly BadShape[] = [
  {
    name: 'metadata as the rules ask',
    bytes: () =>
      plain({
        catalog: '/Metadata 10 0 R',
        objects: [
          stream(
            '/Type /Metadata /Subtype /XML',
            '<x:xmpmeta><pdfaid:part>1</pdfaid:part></x:xmpmeta>',
          ),
        ],
      }),
    ends: READ,
  },
  {
    name: 'metadata that loads a file',
    bytes: () =>
      plain({
        catalog: '/Metadata 10 0 R',
        objects: [
          stream(
            '/Type /Metadata /Subtype /XML',
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
          ),
        ],
      }),
    ends: READ,
  },
  {
    name: 'an output intent that is a number',
    bytes: () => plain({ catalog: '/OutputIntents [7]' }),
    ends: READ,
  },
  {
    name: 'a colour profile of noise',
    bytes: () =>
      using(
        stream(
          '/Type /XObject /Subtype /Image /Width 4 /Height 4 /ColorSpace [/ICCBased 11 0 R] /BitsPerComponent 8',
          Buffer.alloc(48),
        ),
        [stream('/N 3', mutated(Buffer.alloc(900), 9, 900))],
      ),
    ends: READ,
  },
  {
    name: 'locked with a password',
    bytes: () =>
      plain({
        trailer: `/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${key}> /U <${key}> >>`,
      }),
    ends: ['document.encrypted'],
  },
  {
    name: 'locked in a way that nobody knows',
    bytes: () => plain({ trailer: '/ID [<00> <00>] /Encrypt << /Filter /Nobody.Knows /V 9 >>' }),
    ends: ['document.encrypted', 'document.broken'],
  },
  {
    name: 'a script that runs at opening',
    bytes: () => plain({ catalog: '/OpenAction << /S /JavaScript /JS (while \\(true\\) {}) >>' }),
    ends: READ,
  },
  {
    name: 'a program to be started',
    bytes: () => annotated('/Subtype /Link /Rect [0 0 99 99] /A << /S /Launch /F (/bin/sh) >>'),
    ends: READ,
  },
  {
    name: 'a form that sends itself',
    bytes: () =>
      annotated(
        '/Subtype /Widget /Rect [0 0 99 99] /A << /S /SubmitForm /F (http://127.0.0.1:9/) >>',
      ),
    ends: READ,
  },
  {
    name: 'content kept in another file',
    bytes: () =>
      plain({
        pages: [{ content: '', entries: '/Contents 10 0 R' }],
        objects: [stream('/F (/etc/passwd)', '')],
      }),
    ends: READ,
  },
  {
    name: 'a note whose look is itself',
    bytes: () => annotated('/Subtype /Stamp /Rect [0 0 99 99] /AP << /N 1 0 R >>'),
    ends: READ,
  },
  {
    name: 'an XFA form',
    bytes: () =>
      plain({
        catalog: '/AcroForm << /Fields [] /XFA [(datasets) 10 0 R] >>',
        objects: [stream('', '<xfa:datasets><script>xfa.host.exit()</script></xfa:datasets>')],
      }),
    ends: READ,
  },
  {
    name: 'no fonts where fonts are used',
    bytes: () => plain({ pages: [{ content: WORDS, entries: '/Resources << >>' }] }),
    ends: READ,
  },
  {
    name: 'a page without content',
    bytes: () => plain({ pages: [{ content: '', entries: '/Contents null' }] }),
    ends: READ,
  },
  {
    name: 'content of nothing and of itself',
    bytes: () =>
      plain({
        pages: [{ content: '', entries: '/Contents [null 99 0 R 1 0 R 10 0 R]' }],
        objects: ['[10 0 R]'],
      }),
    ends: READ,
  },
  {
    name: 'a tree of names that goes round',
    bytes: () =>
      plain({
        catalog: '/Names << /EmbeddedFiles 10 0 R /JavaScript 10 0 R >>',
        objects: ['<< /Kids [10 0 R 10 0 R] >>'],
      }),
    ends: READ,
  },
  {
    name: 'an outline that goes round',
    bytes: () =>
      plain({
        catalog: '/Outlines 10 0 R',
        objects: [
          '<< /First 11 0 R /Last 11 0 R >>',
          '<< /Title (round) /Next 11 0 R /First 10 0 R >>',
        ],
      }),
    ends: READ,
  },
  {
    name: 'a structure that is its own child',
    bytes: () =>
      plain({
        catalog: '/MarkInfo << /Marked true >> /StructTreeRoot 10 0 R',
        objects: ['<< /Type /StructTreeRoot /K 10 0 R >>'],
      }),
    ends: READ,
  },
];
