import type { Block } from '../../../contract/documents/extracted.ts';

/** No block is longer: a line of a gigabyte must not travel as one. */
export const maxBlockChars = 16_000;

/** Where text may be cut, best first. */
const seams = ['\n', '. ', '。', ' '];

/** The end of the piece of `text` from `start`: at a seam in its last half, else at the limit, never inside a pair. */
export function endOfPiece(text: string, start: number, limit: number): number {
  if (text.length - start <= limit) return text.length;
  for (const seam of seams) {
    const at = text.lastIndexOf(seam, start + limit - seam.length);
    if (at > start + limit / 2) return at + seam.length;
  }
  const end = start + limit;
  const code = text.charCodeAt(end);
  return code >= 0xdc00 && code <= 0xdfff ? end - 1 : end;
}

/** A block in pieces of at most `maxBlockChars`. Tables come cut already, with their header rows. */
export function cutLong(block: Block): Block[] {
  if (block.text.length <= maxBlockChars) return [block];
  const { lines, ...rest } = block;
  const pieces: Block[] = [];
  for (let start = 0; start < block.text.length; ) {
    const end = endOfPiece(block.text, start, maxBlockChars);
    const text = block.text.slice(start, end);
    pieces.push({ ...rest, text, ...linesWithin(lines, start, end) });
    start = end;
  }
  return pieces;
}

function linesWithin(lines: Block['lines'], start: number, end: number): Pick<Block, 'lines'> {
  if (lines === undefined) return {};
  const inside = lines.filter((line) => line.start >= start && line.end <= end);
  return {
    lines: inside.map((line) => ({ ...line, start: line.start - start, end: line.end - start })),
  };
}
