/** Tags whose value is text that anybody may write (TIFF 6.0, EXIF 2.32, Windows' own). */
const FREE_TEXT = new Set([
  0x010d, 0x010e, 0x013b, 0x8298, 0x9286, 0x9c9b, 0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f, 0xa430, 0xfde8,
]);
const ORIENTATION = 0x0112;
const SUB_DIRECTORIES = new Set([0x8769, 0x8825, 0xa005]);
const TYPE_BYTE = 1;
const TYPE_ASCII = 2;
const TYPE_UNDEFINED = 7;
const MAX_ENTRIES = 512;
const MAX_DIRECTORIES = 16;
const MAX_VALUE_BYTES = 256 * 1024;
/** A camera's own names are shorter than this. */
const MAX_NAME_CHARS = 40;

/** What was found in an EXIF block. */
export interface ExifText {
  readonly texts: readonly string[];
  /** 1 to 8; 1 where it is not said. */
  readonly orientation: number;
}

interface Reading {
  readonly view: DataView;
  readonly isLittle: boolean;
  readonly texts: string[];
  readonly seen: Set<number>;
  orientation: number;
}

/**
 * Reads the texts of an EXIF block (from its TIFF header on): the fields that a person or a program may fill with
 * words, and any other text that is longer than a name. Directories that lead to each other end where they do.
 */
export function readExif(tiff: Uint8Array): ExifText {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const order = tiff.length >= 8 ? view.getUint16(0) : 0;
  if (order !== 0x4949 && order !== 0x4d4d) return { texts: [], orientation: 1 };
  const isLittle = order === 0x4949;
  const reading: Reading = { view, isLittle, texts: [], seen: new Set(), orientation: 1 };
  let next = view.getUint32(4, isLittle);
  while (next !== 0) next = readDirectory(reading, next);
  return { texts: reading.texts, orientation: reading.orientation };
}

/** Reads a directory and says where the next one is; 0 where there is none. */
function readDirectory(reading: Reading, at: number): number {
  const { view, isLittle, seen } = reading;
  if (seen.has(at) || seen.size >= MAX_DIRECTORIES || at + 2 > view.byteLength) return 0;
  seen.add(at);
  const count = Math.min(view.getUint16(at, isLittle), MAX_ENTRIES);
  for (let index = 0; index < count; index += 1) {
    const entry = at + 2 + index * 12;
    if (entry + 12 > view.byteLength) return 0;
    readEntry(reading, entry);
  }
  const next = at + 2 + count * 12;
  return next + 4 > view.byteLength ? 0 : view.getUint32(next, isLittle);
}

function readEntry(reading: Reading, entry: number): void {
  const { view, isLittle } = reading;
  const tag = view.getUint16(entry, isLittle);
  const type = view.getUint16(entry + 2, isLittle);
  const bytes = view.getUint32(entry + 4, isLittle);
  if (tag === ORIENTATION) {
    const value = view.getUint16(entry + 8, isLittle);
    if (value >= 1 && value <= 8) reading.orientation = value;
    return;
  }
  if (SUB_DIRECTORIES.has(tag)) {
    readDirectory(reading, view.getUint32(entry + 8, isLittle));
    return;
  }
  const isText =
    type === TYPE_ASCII || (FREE_TEXT.has(tag) && (type === TYPE_BYTE || type === TYPE_UNDEFINED));
  if (!isText || bytes === 0 || bytes > MAX_VALUE_BYTES) return;
  const at = bytes <= 4 ? entry + 8 : view.getUint32(entry + 8, isLittle);
  if (at + bytes > view.byteLength) return;
  const text = decoded(new Uint8Array(view.buffer, view.byteOffset + at, bytes), { tag, isLittle });
  if (text !== '' && (FREE_TEXT.has(tag) || text.length > MAX_NAME_CHARS)) reading.texts.push(text);
}

function decoded(value: Uint8Array, { tag, isLittle }: { tag: number; isLittle: boolean }): string {
  if (tag >= 0x9c9b && tag <= 0x9c9f) return cleaned(new TextDecoder('utf-16le').decode(value));
  if (tag !== 0x9286) return cleaned(new TextDecoder().decode(value));
  // A user comment starts with eight bytes that say how the rest is written.
  const code = String.fromCharCode(...value.subarray(0, 7));
  const rest = value.subarray(8);
  const isWide = code === 'UNICODE';
  const encoding = isLittle ? 'utf-16le' : 'utf-16be';
  return cleaned(new TextDecoder(isWide ? encoding : 'utf-8').decode(rest));
}

function cleaned(text: string): string {
  return text.replaceAll('\0', ' ').replace(/\s+/g, ' ').trim();
}
