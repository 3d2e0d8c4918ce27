import type { Block, ExtractedSummary } from '../../../contract/documents/extracted.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import { HiddenText } from '../hidden-text.ts';
import { isOutOfMemory } from '../parser-faults.ts';
import type {
  ExtractOptions,
  ForeignFile,
  FormatReader,
  Pixels,
  PixelsOptions,
  ReadChunk,
} from '../reader.ts';
import { carriedTexts } from './carried-text.ts';
import type { HeicDecoder } from './heic-decoder.ts';
import type { PictureFormat } from './picture-header.ts';
import { checkedSize, MAX_PICTURE_BYTES } from './picture-limits.ts';
import { decodeWithSharp, type Size, scaleRgba, shownSize } from './sharp-decoder.ts';

/** Metadata after this many characters is counted, not kept: a picture's comment is no book. */
const MAX_CARRIED_CHARS = 20_000;

/**
 * The reader of one picture format. Its text is what the file carries unseen, as hidden blocks; what the picture
 * shows is for `pixels`, upright and without any of it.
 * @throws AppError `picture.refused` before anything is decoded, `document.broken`, `document.too-large`
 */
export function pictureReader(format: PictureFormat, heic: HeicDecoder): FormatReader {
  return {
    extract: (file, options) => extractPicture(format, { file, heic, options }),
    pixels: (file, options) => picturePixels(format, { file, heic, options }),
  };
}

async function* extractPicture(
  format: PictureFormat,
  { file, heic, options }: { file: ForeignFile; heic: HeicDecoder; options: ExtractOptions },
): AsyncGenerator<ReadChunk, ExtractedSummary, void> {
  checkedSize(format, file);
  const bytes = file.readAll(MAX_PICTURE_BYTES);
  const size = await orBroken(file, async () =>
    format === 'heic' ? await heic.size(bytes) : await shownSize(bytes),
  );
  const hidden = new HiddenText();
  const blocks: Block[] = [];
  let room = Math.min(options.maxChars, MAX_CARRIED_CHARS);
  for (const { carrier, text } of carriedTexts(format, bytes)) {
    const kept = text.slice(0, room).toWellFormed();
    hidden.add(carrier, text.length - kept.length);
    room -= kept.length;
    if (kept === '') continue;
    blocks.push(...hidden.split({ kind: 'paragraph', text: kept, hidden: carrier, page: 1 }));
  }
  yield { blocks, fraction: 1 };
  return {
    format,
    title: null,
    pageCount: 1,
    textChars: blocks.reduce((sum, { text }) => sum + text.length, 0),
    hidden: hidden.list(),
    leftOut: [],
    scannedPages: [],
    widthPx: size.width,
    heightPx: size.height,
  };
}

async function picturePixels(
  format: PictureFormat,
  { file, heic, options }: { file: ForeignFile; heic: HeicDecoder; options: PixelsOptions },
): Promise<Pixels> {
  checkedSize(format, file);
  const bytes = file.readAll(MAX_PICTURE_BYTES);
  return await orBroken(file, async () => {
    if (format !== 'heic') return await decodeWithSharp(bytes, options.maxPx);
    const decoded = await heic.decode(bytes);
    return decoded === null ? null : await scaleRgba(decoded.rgba, decoded, options.maxPx);
  });
}

/** What a decoder says about a file that it cannot read stays here: it may quote the file. */
async function orBroken<T extends Pixels | Size>(
  { name }: ForeignFile,
  decode: () => Promise<T | null>,
): Promise<T> {
  let decoded: T | null;
  try {
    decoded = await decode();
  } catch (error) {
    if (isOutOfMemory(error)) throw error;
    throw undecodable(name, error);
  }
  if (decoded === null) throw new AppError('document.broken', { name, detail: 'no picture in it' });
  return decoded;
}

function undecodable(name: string, cause: unknown): AppError {
  return new AppError('document.broken', { name, detail: 'picture decoder' }, { cause });
}
