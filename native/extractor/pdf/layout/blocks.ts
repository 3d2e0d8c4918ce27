import type { Rect } from '../page.ts';
import type { Word } from '../words.ts';
import { joinLines, lineText } from './line-text.ts';
import { type Row, readingOrder } from './reading-order.ts';
import { mostCommon, type Segment } from './segments.ts';
import { tableAt } from './tables.ts';

/** A block of a page before it is known how large the document's text is. */
export interface LaidOut {
  readonly kind: 'paragraph' | 'list-item' | 'table' | 'code';
  readonly text: string;
  readonly lines: readonly { readonly start: number; readonly end: number; readonly rect: Rect }[];
  readonly sizePt: number;
  readonly isBold: boolean;
}

/** A line of running text. */
interface Line {
  readonly words: readonly Word[];
  readonly text: string;
  readonly rect: Rect;
  readonly sizePt: number;
  readonly isBold: boolean;
  readonly isFixedWidth: boolean;
}

const BULLET =
  /^(?:[\u2022\u2023\u25aa\u25cf\u25e6\u2043\u00b7\u2219\u25a0\u25a1\u2013\u2014*-]\s+|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]\s+|[\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341]{1,3}\u3001)/u;
const BULLET_ALONE = /^[\u2022\u2023\u25aa\u25cf\u25e6\u2043\u2219\u25a0\u25a1]$/u;
/** An entry of a table of contents. */
const LEADS_TO_PAGE = /\u2026 ?\S{1,8}$/u;
const MAX_SIZE_RATIO = 1.12;
/** A paragraph's lines are at most this many times their height apart, or as far as the page's lines are. */
const MAX_LEADING = 0.75;
/** An empty line in code does not end it. */
const MAX_CODE_WHITE = 1.6;
const INDENT_EM = 1;
const MIN_CODE_LINES = 2;
const FIXED_WIDTH_EM = 0.6;
const MAX_INDENT = 40;
const SHORT_LINE_SHARE = 0.8;
const ENDS_SENTENCE = /[.!?:\u3002\uff01\uff1f\uff1a\u201d"')\]]$/u;

/** Lays out a page's segments: reading order, tables, paragraphs and list items. */
export function layOut(segments: readonly Segment[]): LaidOut[] {
  const rows = readingOrder(segments);
  const leading = usualLeading(rows);
  const blocks: LaidOut[] = [];
  let lines: Line[] = [];
  const closeParagraph = () => {
    if (lines.length > 0) blocks.push(paragraphOf(lines));
    lines = [];
  };
  for (let at = 0; at < rows.length; ) {
    const table = tableAt(rows, at);
    if (table !== null) {
      closeParagraph();
      blocks.push(tableBlock(table));
      at += table.rows.length;
      continue;
    }
    const line = lineOf(rows[at] ?? []);
    if (!goesOn(lines, line, leading)) closeParagraph();
    lines.push(line);
    at += 1;
  }
  closeParagraph();
  return blocks;
}

function lineOf(row: Row): Line {
  const words = row.flatMap((segment) => segment.words);
  const first = row[0]?.rect ?? { left: 0, top: 0, right: 0, bottom: 0 };
  const rect = row.reduce((around, segment) => union(around, segment.rect), first);
  const longest = [...row].sort((one, other) => widthOf(other.rect) - widthOf(one.rect))[0];
  return {
    words,
    text: lineText(words),
    rect,
    sizePt: longest?.sizePt ?? 0,
    isBold: row.every(({ isBold }) => isBold),
    isFixedWidth: words.every(({ style }) => style.isFixedWidth),
  };
}

function union(one: Rect, other: Rect): Rect {
  return {
    left: Math.min(one.left, other.left),
    top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
  };
}

function widthOf({ left, right }: Rect): number {
  return right - left;
}

/** The usual white between lines, in heights of a line, so that open leading does not part paragraphs. */
function usualLeading(rows: readonly Row[]): number {
  const counts = new Map<number, number>();
  for (const [index, row] of rows.entries()) {
    const above = rows[index - 1]?.[0]?.rect;
    const below = row[0]?.rect;
    if (above === undefined || below === undefined) continue;
    const white = (below.top - above.bottom) / Math.max(1, below.bottom - below.top);
    if (white < -0.6 || white > 2.5) continue;
    const rounded = Math.round(white * 10) / 10;
    counts.set(rounded, (counts.get(rounded) ?? 0) + 1);
  }
  return mostCommon(counts);
}

function goesOn(lines: readonly Line[], line: Line, leading: number): boolean {
  const last = lines.at(-1);
  const first = lines[0];
  if (last === undefined || first === undefined) return false;
  if (first.isFixedWidth !== line.isFixedWidth) return false;
  if (first.isFixedWidth) return isNextLine(last, line, MAX_CODE_WHITE);
  if (BULLET.test(line.text) || BULLET_ALONE.test(line.text)) return false;
  if (!isOneFont(last, line)) return false;
  if (!isNextLine(last, line, Math.min(1.5, Math.max(MAX_LEADING, leading + 0.25)))) return false;
  if (line.rect.left >= last.rect.right || line.rect.right <= last.rect.left) return false;
  return !startsAnew(lines, line);
}

/** Whether a line is below another with at most `maxWhite` of its heights between them. */
function isNextLine(last: Line, line: Line, maxWhite: number): boolean {
  const height = Math.max(1, line.rect.bottom - line.rect.top);
  const white = (line.rect.top - last.rect.bottom) / height;
  return white >= -1 && white <= maxWhite;
}

function isOneFont(one: Line, other: Line): boolean {
  const larger = Math.max(one.sizePt, other.sizePt);
  const smaller = Math.max(0.1, Math.min(one.sizePt, other.sizePt));
  return larger / smaller <= MAX_SIZE_RATIO && one.isBold === other.isBold;
}

/** An indented line after a line that ended early, or after one that was not indented itself. */
function startsAnew(lines: readonly Line[], line: Line): boolean {
  const last = lines.at(-1);
  if (last === undefined || BULLET.test(lines[0]?.text ?? '')) return false;
  if (LEADS_TO_PAGE.test(last.text)) return true;
  const em = line.sizePt;
  const right = Math.max(...lines.map(({ rect }) => rect.right), line.rect.right);
  const left = Math.min(...lines.map(({ rect }) => rect.left), line.rect.left);
  const isShort = last.rect.right - left < (right - left) * SHORT_LINE_SHARE;
  const isIndented = line.rect.left - last.rect.left >= INDENT_EM * em;
  if (isIndented && lines.length > 1) return true;
  return isShort && ENDS_SENTENCE.test(last.text);
}

/** Code keeps its lines, and their indent as far as it shows. */
function codeOf(lines: readonly Line[]): LaidOut {
  const left = Math.min(...lines.map(({ rect }) => rect.left));
  const placed: { start: number; end: number; rect: Rect }[] = [];
  let text = '';
  for (const { text: line, rect, sizePt } of lines) {
    const indent = Math.round((rect.left - left) / Math.max(1, sizePt * FIXED_WIDTH_EM));
    const above = placed.at(-1)?.rect.bottom ?? rect.top;
    if (text !== '') text += rect.top - above > (rect.bottom - rect.top) * 0.7 ? '\n\n' : '\n';
    text += ' '.repeat(Math.min(indent, MAX_INDENT));
    placed.push({ start: text.length, end: text.length + line.length, rect });
    text += line;
  }
  return { kind: 'code', text, lines: placed, sizePt: lines[0]?.sizePt ?? 0, isBold: false };
}

function paragraphOf(lines: readonly Line[]): LaidOut {
  if (lines.length >= MIN_CODE_LINES && lines.every((line) => line.isFixedWidth))
    return codeOf(lines);
  const placed: { start: number; end: number; rect: Rect }[] = [];
  let text = '';
  let isBroken = false;
  for (const line of lines) {
    if (text !== '') {
      const join = joinLines(text, line.text, { isBroken });
      const last = placed.at(-1);
      text = text.slice(0, text.length - join.cutChars);
      if (last !== undefined) last.end = text.length;
      text += join.glue;
    }
    placed.push({ start: text.length, end: text.length + line.text.length, rect: line.rect });
    text += line.text;
    isBroken = line.words.at(-1)?.endsInHyphen ?? false;
  }
  const longest = [...lines].sort((one, other) => other.text.length - one.text.length)[0];
  return {
    kind: BULLET.test(text) ? 'list-item' : 'paragraph',
    text,
    lines: placed,
    sizePt: longest?.sizePt ?? 0,
    isBold: lines.every(({ isBold }) => isBold),
  };
}

function tableBlock(table: NonNullable<ReturnType<typeof tableAt>>): LaidOut {
  return {
    kind: 'table',
    text: table.markdown,
    lines: table.lines.map(({ start, end, row }) => ({ start, end, rect: lineOf(row).rect })),
    sizePt: table.rows[0]?.[0]?.sizePt ?? 0,
    isBold: false,
  };
}
