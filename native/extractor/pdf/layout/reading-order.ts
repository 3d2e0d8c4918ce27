import type { Rect } from '../page.ts';
import { areOnOneLine, type Segment } from './segments.ts';

/** Segments that are read one after another, from top to bottom and, on a line, from left to right. */
export type Row = readonly Segment[];

/** Where a page is cut into columns. */
interface Gutter {
  readonly left: number;
  readonly right: number;
}

const MAX_DEPTH = 7;
/** White this many times as high as a line may part a figure from columns below it. */
const PARTING_LINES = 0.8;
const MIN_LINES_PER_COLUMN = 3;
const MIN_COLUMN_EM = 9;
const MIN_GUTTER_EM = 0.9;
/** Of the height of all text, at most this much may run across a gutter: titles, wide pictures' captions. */
const MAX_ACROSS_SHARE = 0.45;
/** A column of text is filled by its lines; the cells of a table fill less of theirs. */
const MIN_LINE_FILL = 0.5;

/**
 * Puts segments in the order in which a person reads them. Columns are found by the white gutters between them;
 * what runs across a gutter (a title over two columns) parts what is above it from what is below.
 */
export function readingOrder(segments: readonly Segment[]): Row[] {
  return inOrder(segments, 0);
}

function inOrder(segments: readonly Segment[], depth: number): Row[] {
  const gutter = depth < MAX_DEPTH ? findGutter(segments) : null;
  if (gutter === null) return inParts(segments, depth);
  const rows: Row[] = [];
  let left: Segment[] = [];
  let right: Segment[] = [];
  const closeZone = () => {
    rows.push(...inOrder(left, depth + 1), ...inOrder(right, depth + 1));
    left = [];
    right = [];
  };
  for (const row of rowsOf(segments)) {
    if (row.some(({ rect }) => isAcross(rect, gutter))) {
      closeZone();
      rows.push(row);
      continue;
    }
    for (const segment of row) (segment.rect.left < gutter.left ? left : right).push(segment);
  }
  closeZone();
  return rows;
}

/** Above and below the highest stretch of white: one of them may be in columns where the whole is not. */
function inParts(segments: readonly Segment[], depth: number): Row[] {
  const rows = rowsOf(segments);
  const cut = depth < MAX_DEPTH ? highestWhite(rows) : 0;
  if (cut === 0) return rows;
  return [
    ...inOrder(rows.slice(0, cut).flat(), depth + 1),
    ...inOrder(rows.slice(cut).flat(), depth + 1),
  ];
}

/** The row below the highest white between two rows; 0 where none is high. */
function highestWhite(rows: readonly Row[]): number {
  let cut = 0;
  let most = 0;
  let bottom = Number.POSITIVE_INFINITY;
  for (const [index, row] of rows.entries()) {
    const top = Math.min(...row.map(({ rect }) => rect.top));
    const lineHeight = Math.max(...row.map(heightOf));
    if (top - bottom > Math.max(most, lineHeight * PARTING_LINES)) {
      cut = index;
      most = top - bottom;
    }
    bottom = Math.max(index === 0 ? 0 : bottom, ...row.map(({ rect }) => rect.bottom));
  }
  return cut;
}

function isAcross({ left, right }: Rect, gutter: Gutter): boolean {
  return left < gutter.left && right > gutter.right;
}

/** Rows from the top, each from the left. */
export function rowsOf(segments: readonly Segment[]): Row[] {
  const sorted = [...segments].sort((one, other) => middle(one.rect) - middle(other.rect));
  const rows: Segment[][] = [];
  for (const segment of sorted) {
    const row = rows.at(-1);
    const first = row?.[0];
    if (row !== undefined && first !== undefined && areOnOneLine(first.rect, segment.rect)) {
      row.push(segment);
    } else {
      rows.push([segment]);
    }
  }
  for (const row of rows) row.sort((one, other) => one.rect.left - other.rect.left);
  return rows;
}

function middle({ top, bottom }: Rect): number {
  return (top + bottom) / 2;
}

function findGutter(segments: readonly Segment[]): Gutter | null {
  if (segments.length < 2 * MIN_LINES_PER_COLUMN) return null;
  const em = medianOf(segments.map(({ sizePt }) => sizePt));
  const total = segments.reduce((sum, segment) => sum + heightOf(segment), 0);
  let best: (Gutter & { across: number }) | null = null;
  for (const gap of gapsBetween(segments, total * MAX_ACROSS_SHARE)) {
    if (gap.right - gap.left < MIN_GUTTER_EM * em) continue;
    if (best !== null && !isBetter(gap, best)) continue;
    if (partsColumns(segments, gap, em)) best = gap;
  }
  return best;
}

function isBetter(one: Gutter & { across: number }, other: Gutter & { across: number }): boolean {
  if (one.across !== other.across) return one.across < other.across;
  return one.right - one.left > other.right - other.left;
}

/** Stretches of x that text of at most `maxAcross` height runs over. */
function gapsBetween(
  segments: readonly Segment[],
  maxAcross: number,
): (Gutter & { across: number })[] {
  const edges = segments
    .flatMap((segment) => [
      { x: segment.rect.left, height: heightOf(segment) },
      { x: segment.rect.right, height: -heightOf(segment) },
    ])
    .sort((one, other) => one.x - other.x);
  const gaps: (Gutter & { across: number })[] = [];
  let across = 0;
  for (const [index, edge] of edges.entries()) {
    across += edge.height;
    const next = edges[index + 1];
    if (next !== undefined && next.x > edge.x && across <= maxAcross) {
      gaps.push({ left: edge.x, right: next.x, across: Math.max(0, across) });
    }
  }
  return gaps;
}

function partsColumns(segments: readonly Segment[], gutter: Gutter, em: number): boolean {
  const left = segments.filter(({ rect }) => rect.right <= gutter.left);
  const right = segments.filter(({ rect }) => rect.left >= gutter.right);
  return isColumn(left, em) && isColumn(right, em);
}

function isColumn(segments: readonly Segment[], em: number): boolean {
  if (segments.length < MIN_LINES_PER_COLUMN) return false;
  const left = Math.min(...segments.map(({ rect }) => rect.left));
  const right = Math.max(...segments.map(({ rect }) => rect.right));
  const width = right - left;
  if (width < MIN_COLUMN_EM * em) return false;
  return medianOf(segments.map(({ rect }) => rect.right - rect.left)) >= width * MIN_LINE_FILL;
}

function heightOf({ rect }: Segment): number {
  return rect.bottom - rect.top;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
