import type { Block } from '../../contract/documents/extracted.ts';
import type { ReadChunk } from './reader.ts';

/** One frame on the port: small, so that neither side holds much at once and others get their turn. */
export const frameLimits = { blocks: 200, chars: 64 * 1024 } as const;

/** The lines of a block that lie wholly in `[start, end)` of its text, counted from `start`. */
function linesWithin(block: Block, start: number, end: number): Pick<Block, 'lines'> {
  if (!block.lines) return {};
  const lines = block.lines
    .filter((line) => line.start >= start && line.end <= end)
    .map((line) => ({ ...line, start: line.start - start, end: line.end - start }));
  return { lines };
}

/** What goes out as one frame. */
export interface Frame {
  blocks: Block[];
  fraction: number;
}

/** Where to cut so that no character and, where there is one near, no word is cut in two. */
function cutBefore(text: string, limit: number): number {
  if (text.length <= limit) return text.length;
  const space = text.slice(limit - 1024, limit).search(/\s\S*$/u);
  if (space > 0) return limit - 1024 + space;
  const code = text.charCodeAt(limit - 1);
  const isHighSurrogate = code >= 0xd800 && code <= 0xdbff;
  return isHighSurrogate ? limit - 1 : limit;
}

/** A block as it is, or in pieces that fit a frame. */
export function* fittingBlocks(block: Block, maxChars = frameLimits.chars): Generator<Block> {
  for (let start = 0; start === 0 || start < block.text.length; ) {
    const end = start + cutBefore(block.text.slice(start, start + maxChars + 1), maxChars);
    const isWhole = start === 0 && end === block.text.length;
    yield isWhole
      ? block
      : { ...block, text: block.text.slice(start, end), ...linesWithin(block, start, end) };
    if (end === block.text.length) return;
    start = end;
  }
}

/** One chunk of a reader as frames. The fraction counts once the last of them is there. */
export function* framesOf(chunk: ReadChunk, fractionBefore: number): Generator<Frame> {
  let blocks: Block[] = [];
  let chars = 0;
  for (const block of chunk.blocks) {
    for (const piece of fittingBlocks(block)) {
      const isFull =
        blocks.length === frameLimits.blocks || chars + piece.text.length > frameLimits.chars;
      if (isFull && blocks.length > 0) {
        yield { blocks, fraction: fractionBefore };
        blocks = [];
        chars = 0;
      }
      blocks.push(piece);
      chars += piece.text.length;
    }
  }
  yield { blocks, fraction: chunk.fraction };
}
