import type { Rect } from '../page.ts';
import type { Word } from '../words.ts';

/** Words that stand beside each other on one line, without a gap that looks like a column's. */
export interface Segment {
  readonly words: readonly Word[];
  readonly rect: Rect;
  /** Of most of its characters. */
  readonly sizePt: number;
  readonly isBold: boolean;
}

/** Gaps up to this many times the font's size are spaces between words, even where a line is justified. */
const WORD_GAP_EM = 1.1;
const BACKWARD_EM = 0.4;
/** How much of the lower one's height two boxes share when they are on one line. */
const SAME_LINE_SHARE = 0.5;
const MAX_SEGMENTS_TO_MERGE = 1_500;

/** Cuts words in the file's order into segments, and puts together those that the file drew apart. */
export function segmentsOf(words: readonly Word[]): Segment[] {
  const runs: Word[][] = [];
  let current: Word[] = [];
  for (const word of words) {
    const last = current.at(-1);
    if (last !== undefined && !follows(last, word)) {
      runs.push(current);
      current = [];
    }
    current.push(word);
  }
  if (current.length > 0) runs.push(current);
  return mergeNeighbours(runs.map(segmentOf));
}

/** A segment of these words, which are on one line. */
export function segmentOf(words: readonly Word[]): Segment {
  const bySize = new Map<number, number>();
  let boldChars = 0;
  let chars = 0;
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const { text, rect, style } of words) {
    chars += text.length;
    if (style.isBold) boldChars += text.length;
    const size = Math.round(style.sizePt * 2) / 2;
    bySize.set(size, (bySize.get(size) ?? 0) + text.length);
    left = Math.min(left, rect.left);
    top = Math.min(top, rect.top);
    right = Math.max(right, rect.right);
    bottom = Math.max(bottom, rect.bottom);
  }
  return {
    words,
    rect: { left, top, right, bottom },
    sizePt: mostCommon(bySize),
    isBold: boldChars * 2 > chars,
  };
}

/** Whether two boxes are on one line. */
export function areOnOneLine(one: Rect, other: Rect): boolean {
  const shared = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  const lower = Math.min(one.bottom - one.top, other.bottom - other.top);
  return shared >= lower * SAME_LINE_SHARE;
}

/** The key with the highest count; 0 of none. */
export function mostCommon(counts: ReadonlyMap<number, number>): number {
  let best = 0;
  let bestCount = -1;
  for (const [value, count] of counts) {
    if (count > bestCount) {
      best = value;
      bestCount = count;
    }
  }
  return best;
}

function follows(last: Word, word: Word): boolean {
  return areOnOneLine(last.rect, word.rect) && isNear(last.rect, word.rect, emOf(last, word));
}

function emOf(one: Word, other: Word): number {
  return Math.max(one.style.sizePt, other.style.sizePt);
}

function isNear(before: Rect, after: Rect, em: number): boolean {
  const gap = after.left - before.right;
  return gap >= -BACKWARD_EM * em && gap <= WORD_GAP_EM * em;
}

function mergeNeighbours(segments: Segment[]): Segment[] {
  if (segments.length > MAX_SEGMENTS_TO_MERGE) return segments;
  const merged: Segment[] = [];
  const byLeft = segments
    .map((segment, order) => ({ segment, order }))
    .sort((one, other) => one.segment.rect.left - other.segment.rect.left);
  const open: { segment: Segment; order: number }[] = [];
  for (const { segment, order } of byLeft) {
    const before = open.find(
      (candidate) =>
        areOnOneLine(candidate.segment.rect, segment.rect) &&
        isNear(
          candidate.segment.rect,
          segment.rect,
          Math.max(candidate.segment.sizePt, segment.sizePt),
        ),
    );
    if (before === undefined) {
      open.push({ segment, order });
    } else {
      before.segment = segmentOf([...before.segment.words, ...segment.words]);
      before.order = Math.min(before.order, order);
    }
  }
  for (const { segment } of open.sort((one, other) => one.order - other.order)) {
    merged.push(segment);
  }
  return merged;
}
