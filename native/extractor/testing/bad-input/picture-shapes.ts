import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import {
  colourPicture,
  exifOf,
  madeGif,
  madePng,
  pngChunk,
  withSegments,
} from '../made-pictures.ts';
import { type BadShape, cut, mutated } from './shape.ts';

const READ = ['read'];
const BROKEN = ['document.broken'];
const EITHER = ['read', 'document.broken'];
const NO_PICTURE = ['document.unsupported', 'document.broken'];
const REFUSED = ['picture.refused'];

const heic = readFileSync(new URL('../fixtures/colours.heic', import.meta.url));
const whole = {
  png: await colourPicture().png().toBuffer(),
  jpeg: await colourPicture().jpeg().toBuffer(),
  progressive: await colourPicture().jpeg({ progressive: true }).toBuffer(),
  webp: await colourPicture().webp().toBuffer(),
  gif: await colourPicture().gif().toBuffer(),
  avif: await colourPicture().avif().toBuffer(),
  heic,
};

/** Pixel data for a PNG of 4 by 4 with this many bits a pixel. */
const rows = (bitsPerPixel: number) =>
  deflateSync(Buffer.alloc(4 * (1 + Math.ceil((4 * bitsPerPixel) / 8))));
const png4 = (bitDepth: number, colourType: number, bitsPerPixel: number, chunks: Buffer[] = []) =>
  madePng({ width: 4, height: 4, bitDepth, colourType, chunks, data: rows(bitsPerPixel) });
const palette = pngChunk('PLTE', Buffer.from([0, 0, 0, 255, 255, 255]));
const patched = (bytes: Buffer, at: number, value: number) => {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
};

/** PNGs after the suite that every reader of PNG is tried with: the kinds there are, and the corrupted ones. */
export const pngSuite: readonly BadShape[] = [
  { name: 'one bit of grey', bytes: () => png4(1, 0, 1), ends: READ },
  { name: 'sixteen bits of grey', bytes: () => png4(16, 0, 16), ends: READ },
  { name: 'sixteen bits a channel', bytes: () => png4(16, 2, 48), ends: READ },
  { name: 'two bits of a palette', bytes: () => png4(2, 3, 2, [palette]), ends: READ },
  { name: 'grey with alpha', bytes: () => png4(8, 4, 16), ends: READ },
  { name: 'colour with alpha', bytes: () => png4(16, 6, 64), ends: READ },
  { name: 'a palette that is missing', bytes: () => png4(8, 3, 8), ends: EITHER },
  {
    name: 'a palette of too few colours',
    bytes: () =>
      madePng({
        width: 4,
        height: 4,
        colourType: 3,
        chunks: [palette],
        data: deflateSync(Buffer.alloc(20, 200)),
      }),
    ends: EITHER,
  },
  {
    name: 'a first byte without its highest bit',
    bytes: () => patched(whole.png, 0, 0x09),
    ends: [...NO_PICTURE, 'read'],
  },
  {
    name: 'line ends as a text transfer leaves them',
    bytes: () => Buffer.from(whole.png.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
    ends: [...NO_PICTURE, 'read'],
  },
  { name: 'a bit depth of three', bytes: () => png4(3, 0, 3), ends: BROKEN },
  { name: 'a kind of colour that there is not', bytes: () => png4(8, 5, 32), ends: BROKEN },
  {
    name: 'a header with a wrong checksum',
    bytes: () => patched(whole.png, 29, whole.png[29] === 0 ? 1 : 0),
    ends: EITHER,
  },
  {
    name: 'no pixel data',
    bytes: () => madePng({ width: 4, height: 4, data: Buffer.alloc(0) }),
    ends: BROKEN,
  },
  {
    name: 'pixel data with a wrong checksum',
    bytes: () => patched(whole.png, whole.png.length - 14, 0x55),
    ends: EITHER,
  },
  {
    name: 'an interlace that there is not',
    bytes: () => madePng({ width: 4, height: 4, interlace: 9, data: rows(24) }),
    ends: BROKEN,
  },
  { name: 'no width', bytes: () => madePng({ width: 0, height: 4 }), ends: BROKEN },
  {
    name: 'a filter that there is not',
    bytes: () => madePng({ width: 4, height: 4, data: deflateSync(Buffer.alloc(52, 9)) }),
    ends: EITHER,
  },
];

const bmp = (width: number, height: number, compression = 0) => {
  const file = Buffer.alloc(54 + 64);
  file.write('BM', 0, 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  file.writeUInt32LE(compression, 30);
  return file;
};
const tiff = (order: 'II' | 'MM', directoryAt: number) => {
  const file = Buffer.alloc(128);
  file.write(order, 0, 'latin1');
  if (order === 'II') {
    file.writeUInt16LE(42, 2);
    file.writeUInt32LE(directoryAt, 4);
  } else {
    file.writeUInt16BE(42, 2);
    file.writeUInt32BE(directoryAt, 4);
  }
  return file;
};
const icon = (kind: number, count: number) => {
  const file = Buffer.alloc(64);
  file.writeUInt16LE(kind, 2);
  file.writeUInt16LE(count, 4);
  return file;
};

/** Formats that are not read, whole and broken: none of their bytes reaches a decoder. */
export const otherPictures: readonly BadShape[] = [
  { name: 'a whole BMP', bytes: () => bmp(4, 4), ends: NO_PICTURE },
  {
    name: 'a BMP of two billion pixels',
    bytes: () => bmp(2_147_483_647, 2_147_483_647),
    ends: NO_PICTURE,
  },
  { name: 'a BMP of less than no width', bytes: () => bmp(-4, -4), ends: NO_PICTURE },
  { name: 'a BMP packed in a way that there is not', bytes: () => bmp(4, 4, 99), ends: NO_PICTURE },
  { name: 'a BMP cut in its header', bytes: () => cut(bmp(4, 4), 0.2), ends: NO_PICTURE },
  { name: 'an icon', bytes: () => icon(1, 1), ends: NO_PICTURE },
  { name: 'an icon of 65,535 pictures', bytes: () => icon(1, 65_535), ends: NO_PICTURE },
  { name: 'a cursor', bytes: () => icon(2, 1), ends: NO_PICTURE },
  { name: 'a TIFF', bytes: () => tiff('II', 8), ends: NO_PICTURE },
  { name: 'a TIFF the other way round', bytes: () => tiff('MM', 8), ends: NO_PICTURE },
  {
    name: 'a TIFF whose directory is past its end',
    bytes: () => tiff('II', 0xffff_fff0),
    ends: NO_PICTURE,
  },
  {
    name: 'a picture of Photoshop',
    bytes: () => Buffer.from('8BPS\0\x01\0\0\0\0\0\0\0\x03', 'latin1'),
    ends: NO_PICTURE,
  },
];

/** Damage as fuzzers do it, to every format that is read. */
export const damagedPictures: readonly BadShape[] = Object.entries(whole).flatMap(
  ([format, bytes]) => [
    { name: `${format}, cut after a third`, bytes: () => cut(bytes, 0.33), ends: EITHER },
    { name: `${format}, cut before its last bytes`, bytes: () => cut(bytes, 0.97), ends: EITHER },
    {
      name: `${format}, its first bytes alone`,
      bytes: () => bytes.subarray(0, 16),
      ends: [...NO_PICTURE, 'read'],
    },
    {
      name: `${format}, twenty bytes changed`,
      bytes: () => mutated(bytes, 41, 20),
      ends: [...NO_PICTURE, 'read', 'picture.refused'],
    },
    {
      name: `${format}, noise after its header`,
      bytes: () => Buffer.concat([bytes.subarray(0, 64), mutated(Buffer.alloc(4_000), 77, 4_000)]),
      ends: [...EITHER, 'picture.refused'],
    },
  ],
);

/** A copy in which every width and height of the `ispe` boxes is another. */
const withIspe = (bytes: Buffer, width: number, height: number) => {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf('ispe'); at >= 0; at = copy.indexOf('ispe', at + 4)) {
    copy.writeUInt32BE(width, at + 8);
    copy.writeUInt32BE(height, at + 12);
  }
  return copy;
};
const jpegOf = (width: number, height: number) => {
  const copy = Buffer.from(whole.jpeg);
  const frame = copy.indexOf(Buffer.from([0xff, 0xc0]));
  copy.writeUInt16BE(height, frame + 5);
  copy.writeUInt16BE(width, frame + 7);
  return copy;
};
const extendedWebp = (width: number, height: number) => {
  const chunk = Buffer.alloc(18);
  chunk.write('VP8X', 0, 'latin1');
  chunk.writeUInt32LE(10, 4);
  chunk.writeUIntLE(width - 1, 12, 3);
  chunk.writeUIntLE(height - 1, 15, 3);
  const body = Buffer.concat([Buffer.from('WEBP'), chunk]);
  const head = Buffer.alloc(8);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
};
const exifSegment = (exif: Buffer) => Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exif]);

/** Small files that would be large pictures, and metadata without an end. */
export const pictureBombs: readonly BadShape[] = [
  {
    name: 'a PNG of 50,000 by 50,000',
    bytes: () => madePng({ width: 50_000, height: 50_000 }),
    ends: REFUSED,
  },
  {
    name: 'a PNG of 1 by 1,000,000',
    bytes: () => madePng({ width: 1, height: 1_000_000 }),
    ends: REFUSED,
  },
  {
    name: 'a PNG of 1,000,000 by 1',
    bytes: () => madePng({ width: 1_000_000, height: 1 }),
    ends: REFUSED,
  },
  {
    name: 'a PNG of four billion by four billion',
    bytes: () => madePng({ width: 0xffff_ffff, height: 0xffff_ffff }),
    ends: REFUSED,
  },
  {
    name: 'a PNG of 9,000 by 9,000 in a few bytes',
    bytes: () =>
      madePng({
        width: 9_000,
        height: 9_000,
        bitDepth: 1,
        colourType: 0,
        data: deflateSync(Buffer.alloc(9_000 * 1_126)),
      }),
    ends: READ,
  },
  {
    name: 'a PNG of 7,000 by 7,000 in seven passes',
    bytes: () =>
      madePng({
        width: 7_000,
        height: 7_000,
        bitDepth: 1,
        colourType: 0,
        interlace: 1,
        data: deflateSync(Buffer.alloc(7_000_000)),
      }),
    ends: EITHER,
  },
  {
    name: 'a PNG whose pixel data never ends',
    bytes: () => madePng({ width: 4, height: 4, data: deflateSync(Buffer.alloc(50_000_000)) }),
    ends: EITHER,
  },
  {
    name: 'a PNG whose colour profile unpacks to a hundred megabytes',
    bytes: () =>
      madePng({
        width: 4,
        height: 4,
        chunks: [
          pngChunk(
            'iCCP',
            Buffer.concat([Buffer.from('p\0\0'), deflateSync(Buffer.alloc(100_000_000))]),
          ),
        ],
        data: rows(24),
      }),
    ends: EITHER,
  },
  {
    name: 'a PNG whose comment unpacks to fifty megabytes',
    bytes: () =>
      madePng({
        width: 4,
        height: 4,
        chunks: [
          pngChunk(
            'zTXt',
            Buffer.concat([Buffer.from('c\0\0'), deflateSync(Buffer.alloc(50_000_000, 65))]),
          ),
        ],
        data: rows(24),
      }),
    ends: EITHER,
  },
  {
    name: 'a PNG of a hundred thousand comments',
    bytes: () =>
      madePng({
        width: 4,
        height: 4,
        chunks: Array<Buffer>(100_000).fill(pngChunk('tEXt', Buffer.from('c\0words'))),
        data: rows(24),
      }),
    ends: EITHER,
  },
  { name: 'a JPEG of 65,500 by 65,500', bytes: () => jpegOf(65_500, 65_500), ends: REFUSED },
  {
    name: 'a JPEG of 30,000 by 3,000 that is not there',
    bytes: () => jpegOf(30_000, 3_000),
    ends: EITHER,
  },
  {
    name: 'a JPEG of ten thousand segments',
    bytes: () =>
      withSegments(whole.jpeg, Array<[number, Buffer]>(10_000).fill([0xe5, Buffer.alloc(2)])),
    ends: EITHER,
  },
  {
    name: 'a GIF of 65,535 by 65,535',
    bytes: () => madeGif({ width: 65_535, height: 65_535, frames: 1 }),
    ends: REFUSED,
  },
  {
    name: 'a GIF of a hundred thousand frames',
    bytes: () => madeGif({ width: 9, height: 9, frames: 100_000 }),
    ends: READ,
  },
  {
    name: 'a WebP of sixteen million by sixteen million',
    bytes: () => extendedWebp(2 ** 24, 2 ** 24),
    ends: REFUSED,
  },
  {
    name: 'an AVIF of 60,000 by 60,000',
    bytes: () => withIspe(whole.avif, 60_000, 60_000),
    ends: REFUSED,
  },
  {
    name: 'a HEIC of two billion by two billion',
    bytes: () => withIspe(whole.heic, 2 ** 31, 2 ** 31),
    ends: REFUSED,
  },
  {
    name: 'a HEIC of 9,000 by 9,000 that is not there',
    bytes: () => withIspe(whole.heic, 9_000, 9_000),
    ends: EITHER,
  },
  {
    name: 'EXIF directories that lead to each other',
    bytes: () => withSegments(whole.jpeg, [[0xe1, exifSegment(exifOf({ 270: 'words' }, 8))]]),
    ends: READ,
  },
  {
    name: 'EXIF whose directory is past its end',
    bytes: () =>
      withSegments(whole.jpeg, [[0xe1, exifSegment(exifOf({ 270: 'words' }, 0x7fff_fff0))]]),
    ends: READ,
  },
];
