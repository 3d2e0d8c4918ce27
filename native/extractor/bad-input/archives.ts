import { deflateRawSync } from 'node:zlib';
import { docx, paragraph, run } from '../testing/office-files.ts';
import { writeZip, type ZipPart, type ZipWriting } from '../testing/zip-writer.ts';
import type { BadInput, BadRow } from './bad-input.ts';

const spaces = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const text = `<w:document ${spaces}><w:body>${paragraph(run('Shown text'))}</w:body></w:document>`;
const main: ZipPart = { name: 'word/document.xml', data: text };

const archive = (
  name: string,
  parts: readonly ZipPart[],
  more: Partial<BadInput> = {},
  writing: ZipWriting = {},
): BadInput => ({
  name,
  file: 'a.docx',
  make: () => writeZip(parts, writing),
  code: 'document.broken',
  ...more,
});

/** Bytes changed in a good archive. */
const changed = (
  name: string,
  change: (bytes: Buffer) => Buffer,
  more: Partial<BadInput> = {},
): BadInput => ({
  name,
  file: 'a.docx',
  make: () => change(writeZip([main])),
  code: 'document.broken',
  ...more,
});
const endOf = (bytes: Buffer): number => bytes.lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
const centralOf = (bytes: Buffer): number => bytes.indexOf('PK\u0001\u0002', 0, 'latin1');
const written = (bytes: Buffer, at: number, value: number): Buffer => {
  bytes.writeUInt32LE(value >>> 0, at);
  return bytes;
};

/** Row 6: archives that are wrong. */
export const brokenArchives: BadRow = [
  archive('an absolute path', [main, { name: '/etc/passwd', data: 'x' }], { detail: 'zip-path' }),
  archive('a path that climbs', [main, { name: '../../x', data: 'x' }], { detail: 'zip-path' }),
  archive('a path that climbs in the middle', [main, { name: 'a/../../x', data: 'x' }], {
    detail: 'zip-path',
  }),
  archive('a path of Windows', [main, { name: '..\\..\\x', data: 'x' }], { detail: 'zip-path' }),
  archive('a drive', [main, { name: 'C:/x', data: 'x' }], { detail: 'zip-path' }),
  archive('a wrong checksum', [{ ...main, crc: 1 }], { detail: 'zip-checksum' }),
  archive('more bytes than it says', [{ ...main, sizeBytes: 10 }], { detail: 'zip-size' }),
  archive('fewer bytes than it says', [{ ...main, sizeBytes: 100_000 }], { detail: 'zip-size' }),
  archive('no size at all', [{ ...main, sizeBytes: 0 }], { detail: 'zip-size' }),
  archive('packed bytes beyond the file', [{ ...main, packedBytes: 1_000_000 }], {
    detail: 'zip-overlap',
  }),
  archive('packed bytes that end early', [{ ...main, packedBytes: 20 }], { detail: 'zip-data' }),
  archive('stored bytes of another size', [{ ...main, isStored: true, sizeBytes: 5 }]),
  archive('noise for packed bytes', [{ ...main, packed: Buffer.alloc(300, 0xa7) }], {
    detail: 'zip-data',
  }),
  archive('a method that nobody knows', [{ ...main, method: 99 }], { detail: 'zip-method' }),
  archive('an entry with a password', [{ ...main, flags: 1 }], { code: 'document.encrypted' }),
  archive('an entry with a strong password', [{ ...main, flags: 0x41 }]),
  archive('more entries than there are', [main], {}, { entryCount: 9 }),
  archive(
    '60,000 entries that are not there',
    [main],
    { code: 'document.too-large' },
    { entryCount: 60_000 },
  ),
  archive('bytes after its end', [main], {}, { after: Buffer.alloc(100_000, 1) }),
  changed('cut in the middle', (bytes) => bytes.subarray(0, bytes.byteLength / 2)),
  changed('cut before the directory', (bytes) => bytes.subarray(0, centralOf(bytes))),
  changed('cut in its last record', (bytes) => bytes.subarray(0, bytes.byteLength - 5)),
  changed('a directory that is elsewhere', (bytes) =>
    written(bytes, endOf(bytes) + 16, 0x7fffffff),
  ),
  changed('a directory that begins in an entry', (bytes) => written(bytes, endOf(bytes) + 16, 5)),
  changed('an entry that begins nowhere', (bytes) =>
    written(bytes, centralOf(bytes) + 42, 0x7ffffff0),
  ),
  changed('an entry without its header', (bytes) => written(bytes, 0, 0x04034b51), {
    code: 'document.unsupported',
  }),
  changed('sizes of an archive beyond 4 GiB without the record of it', (bytes) =>
    written(bytes, centralOf(bytes) + 24, 0xffffffff),
  ),
  changed('parts on many disks', (bytes) => written(bytes, endOf(bytes) + 4, 0x00010001)),
];

const zeroes = (megabytes: number): Buffer => Buffer.alloc(megabytes * 1024 * 1024, 0x20);
const link = 0o120777;

/** Entries that all lie over the same packed bytes. */
function overlapping(count: number): Buffer {
  const parts: ZipPart[] = [main];
  for (let at = 0; at < count; at += 1)
    parts.push({ ...main, name: `n${at}`, offset: 0, hasNoData: true });
  return writeZip(parts);
}

/** One stream of zeroes, made once: packing is what takes time. */
let packedZeroes: Buffer | undefined;
function bombPart(name: string, sizeBytes?: number): ZipPart {
  const data = zeroes(64);
  packedZeroes ??= deflateRawSync(data, { level: 9 });
  return { name, data, packed: packedZeroes, ...(sizeBytes === undefined ? {} : { sizeBytes }) };
}
const bomb = (name: string, make: () => Buffer, more: Partial<BadInput>): BadInput => ({
  name,
  file: 'a.docx',
  make,
  ...more,
});

/** Row 7: archives that unpack to far more than they are, and links. */
export const bombs: BadRow = [
  bomb('64 MiB of blanks', () => writeZip([bombPart('word/document.xml')]), {
    code: 'document.too-large',
  }),
  bomb(
    '64 MiB of blanks that say they are nothing',
    () => writeZip([bombPart('word/document.xml', 0)]),
    { code: 'document.broken' },
  ),
  bomb(
    '64 MiB of blanks that say they are a little',
    () => writeZip([bombPart('word/document.xml', 2_000_000)]),
    { code: 'document.broken' },
  ),
  bomb('64 MiB of blanks in the types', () => writeZip([bombPart('[Content_Types].xml'), main]), {
    code: 'document.too-large',
  }),
  bomb(
    '64 MiB of blanks in the styles',
    () =>
      docx({
        body: paragraph(run('Shown text')),
        links: [['s', 'styles', 'styles.xml']],
        parts: { 'word/styles.xml': zeroes(64) },
      }),
    { code: 'document.too-large' },
  ),
  bomb(
    'a bomb in a part that nobody reads',
    () => docx({ body: paragraph(run('Shown text')), parts: { 'word/other.bin': zeroes(64) } }),
    { format: 'docx', holds: 'Shown text' },
  ),
  bomb(
    'an archive in an archive in an archive',
    () =>
      docx({
        body: paragraph(run('Shown text')),
        parts: {
          'word/embeddings/a.zip': writeZip([{ name: 'b.zip', data: writeZip([bombPart('c')]) }]),
        },
      }),
    { format: 'docx', holds: 'Shown text' },
  ),
  bomb('1,000 entries over the same bytes', () => overlapping(1000), {
    code: 'document.broken',
    detail: 'zip-overlap',
  }),
  bomb(
    'two entries that share their last bytes',
    () => writeZip([main, { ...main, name: 'b', offset: 10, hasNoData: true }]),
    { code: 'document.broken' },
  ),
  bomb(
    '10,001 entries',
    () =>
      writeZip([
        main,
        ...Array.from({ length: 10_000 }, (_, at) => ({
          name: `n${at}`,
          data: '',
          isStored: true,
        })),
      ]),
    { code: 'document.too-large' },
  ),
  bomb(
    '10,000 entries',
    () =>
      writeZip([
        main,
        ...Array.from({ length: 9_999 }, (_, at) => ({ name: `n${at}`, data: '', isStored: true })),
      ]),
    { format: 'docx', holds: 'Shown text' },
  ),
  bomb('a name twice', () => writeZip([main, { ...main, data: text.replace('Shown', 'Other') }]), {
    code: 'document.broken',
    detail: 'zip-name-twice',
  }),
  bomb('a link', () => writeZip([main, { name: 'x', data: '/etc/passwd', mode: link }]), {
    code: 'document.broken',
    detail: 'zip-link',
  }),
  bomb(
    'a link for the main part',
    () => writeZip([{ name: 'word/document.xml', data: '/etc/passwd', mode: link }]),
    { code: 'document.broken', detail: 'zip-link' },
  ),
  bomb(
    'a link and a file through it',
    () => writeZip([main, { name: 'x', data: '..', mode: link }, { name: 'x/y', data: 'y' }]),
    { code: 'document.broken', detail: 'zip-link' },
  ),
  bomb(
    'one that holds itself',
    () => writeZip([main, { name: 'r.zip', data: writeZip([main]), isStored: true, offset: 0 }]),
    { code: 'document.broken', detail: 'zip-overlap' },
  ),
];
