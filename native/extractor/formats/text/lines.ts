import type { TextPiece } from './text-pieces.ts';

/** A line that goes on for longer is given in several, all but the last of them `isCut`. */
export const maxLineChars = 16_000;

export interface Line {
  text: string;
  /** The line goes on in the next one. */
  isCut: boolean;
  fraction: number;
}

/** Lines of a text without their ends, in batches, one for each piece. */
export function* linesOf(pieces: Iterable<TextPiece>): Generator<Line[]> {
  let rest = '';
  for (const { text, fraction } of pieces) {
    const { lines, end } = completeLines(rest + text, fraction);
    rest = (rest + text).slice(end);
    yield lines;
  }
  if (rest !== '') yield [{ text: rest.replace(/\r$/u, ''), isCut: false, fraction: 1 }];
}

function completeLines(text: string, fraction: number): { lines: Line[]; end: number } {
  const lines: Line[] = [];
  let start = 0;
  for (;;) {
    const end = endOfLine(text, start);
    const isLong = end < 0 ? text.length - start > maxLineChars : end - start > maxLineChars;
    if (end < 0 && !isLong) return { lines, end: start };
    if (isLong) {
      const cut = cutAt(text, start + maxLineChars);
      lines.push({ text: text.slice(start, cut), isCut: true, fraction });
      start = cut;
    } else {
      lines.push({ text: text.slice(start, end), isCut: false, fraction });
      start = end + (text[end] === '\r' && text[end + 1] === '\n' ? 2 : 1);
    }
  }
}

/** A carriage return at the very end may be half of a line's end: it waits. */
function endOfLine(text: string, start: number): number {
  const feed = text.indexOf('\n', start);
  const limit = feed < 0 ? text.length : feed;
  const carriage = text.slice(start, Math.min(limit, start + maxLineChars + 1)).indexOf('\r');
  if (carriage < 0) return feed;
  const at = start + carriage;
  return at === text.length - 1 ? -1 : at;
}

function cutAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}
