import { inflateSync } from 'node:zlib';
import { readExif } from './exif-text.ts';
import type { PictureFormat } from './picture-header.ts';
import { readXmp } from './xmp-text.ts';

/** Text that a picture file carries beside the picture. */
export interface CarriedText {
  readonly carrier: 'picture-exif' | 'picture-text';
  readonly text: string;
}

/** Blocks of metadata as they lie in a file. */
interface Parts {
  readonly exif: Uint8Array[];
  readonly xmp: string[];
  readonly texts: string[];
}

const MAX_PARTS = 1_000;
const MAX_TEXT_BYTES = 1024 * 1024;
const MIN_TEXT_CHARS = 2;
const EXIF_MARK = Buffer.from('Exif\0\0', 'latin1');

/**
 * Finds the texts that nobody who looks at a picture sees: EXIF and XMP fields, comments, PNG text chunks.
 * A damaged part ends the search in its container and is no error: the picture may be whole.
 */
export function carriedTexts(format: PictureFormat, bytes: Uint8Array): CarriedText[] {
  const parts: Parts = { exif: [], xmp: [], texts: [] };
  collectors[format](Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), parts);
  const found: CarriedText[] = [];
  const seen = new Set<string>();
  const add = (carrier: CarriedText['carrier'], text: string) => {
    const trimmed = text.trim();
    if (trimmed.length < MIN_TEXT_CHARS || seen.has(trimmed)) return;
    seen.add(trimmed);
    found.push({ carrier, text: trimmed });
  };
  for (const exif of parts.exif) for (const text of readExif(exif).texts) add('picture-exif', text);
  for (const packet of parts.xmp) for (const text of readXmp(packet)) add('picture-exif', text);
  for (const text of parts.texts) add('picture-text', text);
  return found;
}

const collectors: Readonly<Record<PictureFormat, (bytes: Buffer, parts: Parts) => void>> = {
  png: collectPng,
  jpeg: collectJpeg,
  webp: collectWebp,
  gif: collectGif,
  avif: collectHeif,
  heic: collectHeif,
};

function collectPng(bytes: Buffer, parts: Parts): void {
  let at = 8;
  for (let chunk = 0; chunk < MAX_PARTS * 100 && at + 12 <= bytes.length; chunk += 1) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const data = bytes.subarray(at + 8, Math.min(bytes.length, at + 8 + length));
    if (type === 'eXIf') parts.exif.push(data);
    else if (type === 'tEXt') addPngText(parts, afterName(data), 'latin1');
    else if (type === 'zTXt') addPngText(parts, inflated(afterName(data).subarray(1)), 'latin1');
    else if (type === 'iTXt') addInternational(parts, data);
    else if (type === 'IEND') return;
    at += 12 + length;
  }
}

function afterName(data: Buffer): Buffer {
  const end = data.indexOf(0);
  return end < 0 ? Buffer.alloc(0) : data.subarray(end + 1);
}

/** Name, compression flag and method, language, translated name, then the text. */
function addInternational(parts: Parts, data: Buffer): void {
  const name = data.toString('latin1', 0, Math.max(0, data.indexOf(0)));
  const rest = afterName(data);
  const isPacked = rest[0] === 1;
  const text = afterName(afterName(rest.subarray(2)));
  const plain = (isPacked ? inflated(text) : text).toString('utf8');
  if (name === 'XML:com.adobe.xmp') parts.xmp.push(plain);
  else parts.texts.push(plain);
}

function addPngText(parts: Parts, text: Buffer, encoding: 'latin1'): void {
  if (parts.texts.length < MAX_PARTS) parts.texts.push(text.toString(encoding));
}

function inflated(packed: Buffer): Buffer {
  try {
    return inflateSync(packed, { maxOutputLength: MAX_TEXT_BYTES });
  } catch {
    // Damaged, or a bomb: what it says stays unknown, and it is not decoded anywhere else either.
    return Buffer.alloc(0);
  }
}

function collectJpeg(bytes: Buffer, parts: Parts): void {
  let at = 2;
  for (let segment = 0; segment < MAX_PARTS && at + 4 <= bytes.length; segment += 1) {
    if (bytes[at] !== 0xff) return;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0xda || marker === 0xd9) return;
    const data = bytes.subarray(at + 4, at + 2 + bytes.readUInt16BE(at + 2));
    if (marker === 0xfe) parts.texts.push(data.toString('utf8'));
    else if (marker === 0xe1) addApp1(parts, data);
    at += 2 + bytes.readUInt16BE(at + 2);
  }
}

function addApp1(parts: Parts, data: Buffer): void {
  if (data.subarray(0, 6).equals(EXIF_MARK)) parts.exif.push(data.subarray(6));
  else if (data.toString('latin1', 0, 28) === 'http://ns.adobe.com/xap/1.0/') {
    parts.xmp.push(data.toString('utf8', 29));
  }
}

function collectWebp(bytes: Buffer, parts: Parts): void {
  let at = 12;
  for (let chunk = 0; chunk < MAX_PARTS && at + 8 <= bytes.length; chunk += 1) {
    const type = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    const data = bytes.subarray(at + 8, Math.min(bytes.length, at + 8 + length));
    if (type === 'EXIF') {
      parts.exif.push(data.subarray(0, 6).equals(EXIF_MARK) ? data.subarray(6) : data);
    } else if (type === 'XMP ') parts.xmp.push(data.toString('utf8'));
    at += 8 + length + (length % 2);
  }
}

/** Walks the blocks of a GIF over its frames, whose pixels are stepped over. */
function collectGif(bytes: Buffer, parts: Parts): void {
  let at = 13 + tableBytes(bytes[10]);
  for (let block = 0; block < MAX_PARTS * 100 && at < bytes.length; block += 1) {
    const kind = bytes[at];
    if (kind === 0x21) at = collectExtension(bytes, at, parts);
    else if (kind === 0x2c) at = subBlocks(bytes, at + 11 + tableBytes(bytes[at + 9])).end;
    else return;
  }
}

/** A colour table of as many bytes follows where the flags say so. */
function tableBytes(flags = 0): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** Says where the extension at `at` ends. */
function collectExtension(bytes: Buffer, at: number, parts: Parts): number {
  const { data, end } = subBlocks(bytes, at + 2);
  if (bytes[at + 1] === 0xfe && parts.texts.length < MAX_PARTS) {
    parts.texts.push(data.toString('utf8'));
  } else if (data.toString('latin1', 0, 11) === 'XMP DataXMP') {
    parts.xmp.push(bytes.toString('utf8', at, end));
  }
  return end;
}

function subBlocks(bytes: Buffer, start: number): { data: Buffer; end: number } {
  const pieces: Buffer[] = [];
  let kept = 0;
  let at = start;
  for (let length = bytes[at] ?? 0; length > 0 && at < bytes.length; length = bytes[at] ?? 0) {
    if (kept < MAX_TEXT_BYTES) pieces.push(bytes.subarray(at + 1, at + 1 + length));
    kept += length;
    at += 1 + length;
  }
  return { data: Buffer.concat(pieces), end: at + 1 };
}

/** Finds EXIF and XMP by how they start: their place in the file's boxes says nothing more about them. */
function collectHeif(bytes: Buffer, parts: Parts): void {
  for (let at = bytes.indexOf(EXIF_MARK); at >= 0 && parts.exif.length < 4; ) {
    parts.exif.push(bytes.subarray(at + 6, at + 6 + MAX_TEXT_BYTES));
    at = bytes.indexOf(EXIF_MARK, at + 6);
  }
  const start = bytes.indexOf('<x:xmpmeta');
  const end = start < 0 ? -1 : bytes.indexOf('</x:xmpmeta>', start);
  if (end > start)
    parts.xmp.push(bytes.toString('utf8', start, Math.min(end, start + MAX_TEXT_BYTES)));
}
