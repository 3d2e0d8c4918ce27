import type { Block } from '../../../../contract/documents/extracted.ts';
import { estimateTokens } from './token-estimate.ts';

/** A run of a text, `[start, end)` in UTF-16 units, with what it costs. */
export interface Piece {
  start: number;
  end: number;
  tokens: number;
}

/** Where a text may be cut, best first; the cut is after the match. */
const proseCuts = [
  /\n\s*\n/gu,
  /\n/gu,
  // After the marks that end a sentence, of both scripts, with the quotes and brackets that close behind them.
  /[.!?…]["'”’)\]]*\s+|[。！？；]["”’」』）]*/gu,
  /[,;:、，：]\s*/gu,
  /\s+/gu,
];
const lineCuts = [/\n\s*\n/gu, /\n/gu, /\s+/gu];

function cutsFor(block: Block): readonly RegExp[] {
  return block.kind === 'code' || block.kind === 'table' ? lineCuts : proseCuts;
}

/** The offsets in `text` after each match within `[start, end)`, without the two ends. */
function cutsWithin(text: string, { start, end }: Piece, pattern: RegExp): number[] {
  const cuts: number[] = [];
  for (const match of text.slice(start, end).matchAll(pattern)) {
    const at = start + match.index + match[0].length;
    if (at > start && at < end) cuts.push(at);
  }
  return cuts;
}

/** Cuts by length alone: nothing else in the run offers itself. Never inside a pair of surrogates. */
function cutByLength(text: string, piece: Piece, mostTokens: number): Piece[] {
  const pieces: Piece[] = [];
  // No unit costs more than two tokens.
  const unitsEach = Math.max(2, Math.floor(mostTokens / 2));
  for (let start = piece.start; start < piece.end; ) {
    let end = Math.min(start + unitsEach, piece.end);
    const last = text.charCodeAt(end - 1);
    if (end < piece.end && last >= 0xd800 && last <= 0xdbff) end -= 1;
    pieces.push({ start, end, tokens: estimateTokens(text.slice(start, end)) });
    start = end;
  }
  return pieces;
}

function divide(text: string, piece: Piece, mostTokens: number, cuts: readonly RegExp[]): Piece[] {
  if (piece.tokens <= mostTokens) return [piece];
  const [pattern, ...finer] = cuts;
  if (!pattern) return cutByLength(text, piece, mostTokens);
  const offsets = [...cutsWithin(text, piece, pattern), piece.end];
  const pieces: Piece[] = [];
  let open: Piece | undefined;
  for (const [index, end] of offsets.entries()) {
    const start = offsets[index - 1] ?? piece.start;
    const part = { start, end, tokens: estimateTokens(text.slice(start, end)) };
    // Parts that fit together stay together: a piece is no smaller than it must be.
    if (open && open.tokens + part.tokens <= mostTokens) {
      open.end = end;
      open.tokens += part.tokens;
      continue;
    }
    if (open) pieces.push(...divide(text, open, mostTokens, finer));
    open = part;
  }
  if (open) pieces.push(...divide(text, open, mostTokens, finer));
  return pieces;
}

/**
 * Cuts a block's text where its structure allows, so that no piece costs more than `mostTokens`: at empty
 * lines, lines, sentences, clauses, words, and only then anywhere. The pieces lie end to end over all of it.
 */
export function piecesOf(block: Block, mostTokens: number): Piece[] {
  const { text } = block;
  const whole = { start: 0, end: text.length, tokens: estimateTokens(text) };
  return divide(text, whole, mostTokens, cutsFor(block));
}

/** The header row of a Markdown table with the line under it; undefined where there is none. */
export function tableHeader(text: string): string | undefined {
  const [header, rule] = text.split('\n', 2);
  return rule !== undefined && /^\s*\|?[\s:|-]*-[\s:|-]*$/u.test(rule)
    ? `${header}\n${rule}`
    : undefined;
}
