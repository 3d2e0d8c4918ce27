import { lineText } from './line-text.ts';
import type { Row } from './reading-order.ts';
import type { Segment } from './segments.ts';

/** Rows that form a table, and its text. */
export interface FoundTable {
  readonly rows: readonly Row[];
  /** Markdown, its header row first. */
  readonly markdown: string;
  /** Where each row is in `markdown`. */
  readonly lines: readonly { readonly start: number; readonly end: number; readonly row: Row }[];
}

const MIN_ROWS = 3;
const MIN_COLUMNS = 2;
const MAX_COLUMNS = 24;
const MIN_FILLED_SHARE = 0.6;
/** Where three quarters of the cells are longer than this, they are lines of text. */
const MAX_CELL_CHARS = 30;
/** Rows further apart than this many times their height belong to different tables. */
const MAX_ROW_GAP = 2.5;

/**
 * The table that starts at `rows[at]`: at least three rows of at least two cells that stand in the same columns
 * all the way down. Null where there is none. Cells that run over several columns end it: it is honest about what
 * it can tell, and the rest stays lines.
 */
export function tableAt(rows: readonly Row[], at: number): FoundTable | null {
  let columns: { left: number; right: number }[] = [];
  let end = at;
  for (; end < rows.length; end += 1) {
    const row = rows[end];
    if (row === undefined || row.length < MIN_COLUMNS || !isNextTo(rows[end - 1], row, end > at))
      break;
    const merged = withRow(columns, row);
    if (merged === null) break;
    columns = merged;
  }
  const found = rows.slice(at, end);
  if (found.length < MIN_ROWS || !isFilled(found, columns.length)) return null;
  return written(found, columns);
}

function isNextTo(before: Row | undefined, row: Row, isInside: boolean): boolean {
  const above = before?.[0]?.rect;
  const below = row[0]?.rect;
  if (!isInside || above === undefined || below === undefined) return true;
  return below.top - above.bottom <= MAX_ROW_GAP * (below.bottom - below.top);
}

/** Columns after this row's cells were added; null where a cell runs over two columns, or two cells share one. */
function withRow(
  columns: readonly { left: number; right: number }[],
  row: Row,
): { left: number; right: number }[] | null {
  const next = columns.map((column) => ({ ...column }));
  const taken = new Set<{ left: number; right: number }>();
  for (const { rect } of row) {
    const touched = next.filter(({ left, right }) => rect.left < right && rect.right > left);
    if (touched.length > 1) return null;
    const column = touched[0] ?? { left: rect.left, right: rect.right };
    if (taken.has(column)) return null;
    taken.add(column);
    if (touched.length === 0) next.push(column);
    column.left = Math.min(column.left, rect.left);
    column.right = Math.max(column.right, rect.right);
  }
  next.sort((one, other) => one.left - other.left);
  const overlaps = next.some(
    (column, index) => column.left < (next[index - 1]?.right ?? -Infinity),
  );
  return overlaps || next.length > MAX_COLUMNS ? null : next;
}

function isFilled(rows: readonly Row[], columnCount: number): boolean {
  const cells = rows.reduce((sum, row) => sum + row.length, 0);
  if (isProse(rows)) return false;
  return columnCount >= MIN_COLUMNS && cells >= rows.length * columnCount * MIN_FILLED_SHARE;
}

/** Text in two columns side by side: cells are short. */
function isProse(rows: readonly Row[]): boolean {
  const chars = rows.flatMap((row) => row.map(({ words }) => lineText(words).length));
  chars.sort((one, other) => one - other);
  return (chars[Math.floor(chars.length / 4)] ?? 0) > MAX_CELL_CHARS;
}

function written(
  rows: readonly Row[],
  columns: readonly { left: number; right: number }[],
): FoundTable {
  const lines: { start: number; end: number; row: Row }[] = [];
  let markdown = '';
  for (const [index, row] of rows.entries()) {
    const cells = columns.map(({ left, right }) => cellText(row, left, right));
    const line = `| ${cells.join(' | ')} |`;
    if (markdown !== '') markdown += '\n';
    lines.push({ start: markdown.length, end: markdown.length + line.length, row });
    markdown += line;
    if (index === 0) markdown += `\n|${' --- |'.repeat(columns.length)}`;
  }
  return { rows, markdown, lines };
}

function cellText(row: Row, left: number, right: number): string {
  const cell: Segment | undefined = row.find(({ rect }) => rect.left < right && rect.right > left);
  return cell === undefined ? '' : lineText(cell.words).replaceAll('|', '\\|');
}
