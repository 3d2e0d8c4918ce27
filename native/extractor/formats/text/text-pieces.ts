import { TextDecoder } from 'node:util';
import { piecesOf, readBuffer } from '../../file-pieces.ts';
import type { ForeignFile } from '../../reader.ts';
import { detectEncoding, type Encoding, sampleBytes } from './encoding.ts';

/** How far the first byte beyond ASCII is looked for before a file counts as UTF-8. */
const searchBytes = 16 * 1024 * 1024;

/** A piece of the text, and how much of the file it ends at, [0, 1]. */
export interface TextPiece {
  text: string;
  fraction: number;
}

/** The encoding of a file, by its beginning and by the place where it stops being plain ASCII. */
export function encodingOf(
  file: ForeignFile,
  declared?: (head: string) => string | undefined,
): Encoding {
  const head = readBuffer(file, 0, sampleBytes);
  const says = declared?.(head.toString('latin1', 0, 4096));
  if (head.byteLength < sampleBytes || head.some((byte) => byte >= 0x80 || byte === 0)) {
    return detectEncoding(head, says);
  }
  let position = 0;
  for (const piece of piecesOf(file)) {
    if (position > searchBytes) break;
    if (!isAscii(piece)) return detectEncoding(wholeLines(piece), says);
    position += piece.byteLength;
  }
  return detectEncoding(head, says);
}

function isAscii(piece: Buffer): boolean {
  return piece.every((byte) => byte < 0x80);
}

/** From the first line break on, so that no character is cut at its beginning. */
function wholeLines(piece: Buffer): Buffer {
  const at = piece.indexOf(0x0a);
  return at < 0 ? piece : piece.subarray(at + 1);
}

/** The text of a file, in pieces; bytes that are no text in its encoding become U+FFFD. */
export function* textPieces(file: ForeignFile, encoding: Encoding): Generator<TextPiece> {
  const decoder = new TextDecoder(encoding);
  let position = 0;
  for (const piece of piecesOf(file)) {
    position += piece.byteLength;
    const text = decoder.decode(piece, { stream: true });
    yield { text, fraction: Math.min(1, position / Math.max(1, file.fileBytes)) };
  }
  yield { text: decoder.decode(), fraction: 1 };
}
