import type { FileFormat } from '../../../contract/documents/extracted.ts';
import type { ForeignFile } from '../reader.ts';

/** How large a picture says it is, before anything of it is decoded. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

export type PictureFormat = Extract<FileFormat, 'png' | 'jpeg' | 'webp' | 'gif' | 'avif' | 'heic'>;

const PNG_HEAD_BYTES = 24;
const GIF_HEAD_BYTES = 10;
const WEBP_HEAD_BYTES = 30;
const MAX_JPEG_SEGMENTS = 2_000;
const MAX_META_BYTES = 4 * 1024 * 1024;
const ISPE = 0x69737065;

/** The size in a picture's header; null where the header is damaged. Reads a few bytes, whatever the file's size. */
export function readPictureSize(format: PictureFormat, file: ForeignFile): PictureSize | null {
  switch (format) {
    case 'png':
      return pngSize(file);
    case 'gif':
      return gifSize(file);
    case 'webp':
      return webpSize(file);
    case 'jpeg':
      return jpegSize(file);
    case 'avif':
    case 'heic':
      return heifSize(file);
    default:
      return format satisfies never;
  }
}

function head(file: ForeignFile, bytes: number): DataView | null {
  const read = file.read(0, bytes);
  return read.length < bytes ? null : viewOf(read);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function pngSize(file: ForeignFile): PictureSize | null {
  const view = head(file, PNG_HEAD_BYTES);
  return view === null ? null : { width: view.getUint32(16), height: view.getUint32(20) };
}

function gifSize(file: ForeignFile): PictureSize | null {
  const view = head(file, GIF_HEAD_BYTES);
  return view === null ? null : { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

/** https://developers.google.com/speed/webp/docs/riff_container: lossy, lossless and extended. */
function webpSize(file: ForeignFile): PictureSize | null {
  const view = head(file, WEBP_HEAD_BYTES);
  if (view === null) return null;
  const chunk = String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + 12, 4));
  if (chunk === 'VP8X') {
    return { width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 };
  }
  if (chunk === 'VP8L') {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

/** Walks the segments up to the frame header (SOF0 to SOF15 without the tables between them). */
function jpegSize(file: ForeignFile): PictureSize | null {
  let at = 2;
  for (let segment = 0; segment < MAX_JPEG_SEGMENTS; segment += 1) {
    const bytes = file.read(at, 9);
    if (bytes.length < 9) return null;
    const view = viewOf(bytes);
    if (view.getUint8(0) !== 0xff) return null;
    const marker = view.getUint8(1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (isFrame(marker)) return { width: view.getUint16(7), height: view.getUint16(5) };
    at += 2 + (isAlone(marker) ? 0 : view.getUint16(2));
  }
  return null;
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function isAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/** The largest of the `ispe` boxes: that of the whole picture where it is put together from tiles. */
function heifSize(file: ForeignFile): PictureSize | null {
  const bytes = file.read(0, Math.min(file.fileBytes, MAX_META_BYTES));
  const view = viewOf(bytes);
  let largest: PictureSize | null = null;
  for (let at = 4; at + 16 <= bytes.length; at += 1) {
    if (bytes[at] !== 0x69 || view.getUint32(at) !== ISPE) continue;
    const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    if (largest === null || size.width * size.height > largest.width * largest.height) {
      largest = size;
    }
  }
  return largest;
}
