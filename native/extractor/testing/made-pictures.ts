import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

/** A colour: red, green, blue. */
export type Rgb = readonly [number, number, number];

/** The made picture's colours: its left half, its right half, and a square in its top left corner. */
export const LEFT: Rgb = [220, 0, 0];
export const RIGHT: Rgb = [0, 0, 220];
export const CORNER: Rgb = [0, 160, 0];

/** 96 by 64 pixels, red and blue, with a green square of 16 pixels in the top left corner. */
export function colourPicture(): Sharp {
  const width = 96;
  const height = 64;
  const rgb = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at += 1) {
    const x = at % width;
    const isCorner = x < 16 && at < width * 16;
    const [r, g, b] = isCorner ? CORNER : x < width / 2 ? LEFT : RIGHT;
    rgb.set([r, g, b], at * 3);
  }
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

/** A PNG chunk with its checksum. */
export function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** What a PNG's header says, and what the file holds of it. */
export interface MadePng {
  readonly width: number;
  readonly height: number;
  readonly bitDepth?: number;
  readonly colourType?: number;
  readonly interlace?: number;
  readonly chunks?: readonly Buffer[];
  /** Packed pixel data; one black row by default. */
  readonly data?: Uint8Array;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Writes a PNG by hand, as wrong as it is asked for. */
export function madePng(png: MadePng): Buffer {
  const { width, height, bitDepth = 8, colourType = 2, interlace = 0, chunks = [] } = png;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bitDepth, colourType, 0, 0, interlace], 8);
  const data = png.data ?? deflateSync(Buffer.alloc(Math.min(1 + width * 3, 4096)));
  return Buffer.concat([
    SIGNATURE,
    pngChunk('IHDR', header),
    ...chunks,
    pngChunk('IDAT', data),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** An EXIF block (little-endian TIFF) of texts by tag. A directory may be told to lead back to itself. */
export function exifOf(texts: Readonly<Record<number, string>>, next = 0): Buffer {
  const entries = Object.entries(texts);
  const head = Buffer.alloc(8 + 2 + entries.length * 12 + 4);
  head.write('II', 0, 'latin1');
  head.writeUInt16LE(42, 2);
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(entries.length, 8);
  const values: Buffer[] = [];
  let at = head.length;
  for (const [index, [tag, text]] of entries.entries()) {
    const value = Buffer.from(`${text}\0`, 'utf8');
    const entry = 10 + index * 12;
    head.writeUInt16LE(Number(tag), entry);
    head.writeUInt16LE(2, entry + 2);
    head.writeUInt32LE(value.length, entry + 4);
    head.writeUInt32LE(at, entry + 8);
    values.push(value);
    at += value.length;
  }
  head.writeUInt32LE(next, head.length - 4);
  return Buffer.concat([head, ...values]);
}

/** A JPEG with segments put in after its start: marker and content each. */
export function withSegments(
  jpeg: Buffer,
  segments: readonly (readonly [number, Buffer])[],
): Buffer {
  const made = segments.map(([marker, data]) => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(data.length + 2, 2);
    return Buffer.concat([head, data]);
  });
  return Buffer.concat([jpeg.subarray(0, 2), ...made, jpeg.subarray(2)]);
}

/** A GIF of empty frames. */
export function madeGif(gif: {
  width: number;
  height: number;
  frames: number;
  comment?: string;
}): Buffer {
  const { width, height, frames, comment } = gif;
  const head = Buffer.alloc(13);
  head.write('GIF89a', 0, 'latin1');
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  head[10] = 0x80;
  const palette = Buffer.from([0, 0, 0, 255, 255, 255]);
  // A frame of 1 by 1 pixel: clear, the first colour, the end.
  const frame = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]);
  const words = comment === undefined ? Buffer.alloc(0) : commentBlock(comment);
  return Buffer.concat([
    head,
    palette,
    words,
    ...Array<Buffer>(frames).fill(frame),
    Buffer.from([0x3b]),
  ]);
}

function commentBlock(comment: string): Buffer {
  const text = Buffer.from(comment, 'utf8').subarray(0, 255);
  return Buffer.concat([Buffer.from([0x21, 0xfe, text.length]), text, Buffer.from([0])]);
}
