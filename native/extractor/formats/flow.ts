import type { Block, HiddenCarrier } from '../../../contract/documents/extracted.ts';
import { maxBlockChars } from './long-text.ts';

type Place = Pick<Block, 'page' | 'part'>;
type Shape = Pick<Block, 'kind' | 'level'>;

/**
 * One paragraph while it is read: seen text and, apart from it, runs of hidden text. White space is kept as one blank
 * unless `isPreformatted`.
 */
export class Paragraph {
  isPreformatted = false;
  #seen: string[] = [];
  #chars = 0;
  #endsBlank = true;
  #hidden: { carrier: HiddenCarrier; text: string[] }[] = [];

  /** Characters of seen text by now. */
  get chars(): number {
    return this.#chars;
  }

  get isEmpty(): boolean {
    return this.#chars === 0 && this.#hidden.length === 0;
  }

  add(text: string, carrier?: HiddenCarrier): void {
    if (carrier !== undefined) {
      const last = this.#hidden.at(-1);
      if (last?.carrier === carrier) last.text.push(text);
      else if (text.trim() !== '') this.#hidden.push({ carrier, text: [text] });
      return;
    }
    if (this.isPreformatted) {
      this.#push(text);
      return;
    }
    const flat = text.replace(/[ \t\n\r\f]+/gu, ' ');
    const joined = this.#endsBlank && flat.startsWith(' ') ? flat.slice(1) : flat;
    if (joined === '') return;
    this.#push(joined);
    this.#endsBlank = joined.endsWith(' ');
  }

  /** A line break that the writer put there. */
  breakLine(): void {
    if (this.#chars === 0) return;
    this.#push('\n');
    this.#endsBlank = true;
  }

  #push(text: string): void {
    this.#seen.push(text);
    this.#chars += text.length;
  }

  /** Its blocks: what is seen, then what is hidden. The paragraph is empty afterwards. */
  take(shape: Shape, place: Place = {}): Block[] {
    const text = this.takeSeen();
    const blocks: Block[] = text === '' ? [] : [{ ...shape, text, ...place }];
    return [...blocks, ...this.takeHidden(place)];
  }

  takeSeen(): string {
    const joined = this.#seen.join('');
    this.#seen = [];
    this.#chars = 0;
    this.#endsBlank = true;
    return this.isPreformatted ? joined.replace(/^\n+|\s+$/gu, '') : tidied(joined);
  }

  takeHidden(place: Place = {}): Block[] {
    const runs = this.#hidden;
    this.#hidden = [];
    return runs.flatMap(({ carrier, text }) => {
      const said = text.join('').replace(/\s+/gu, ' ').trim();
      if (said === '') return [];
      return [{ kind: 'paragraph' as const, text: said, ...place, hidden: carrier }];
    });
  }
}

function tidied(text: string): string {
  const trimmed = text.trim();
  return trimmed.includes('\n')
    ? trimmed.replace(/ *\n */gu, '\n').replace(/\n{3,}/gu, '\n\n')
    : trimmed;
}

/** Rows gather to a Markdown table; a long one is cut into several, each with the header row on top. */
const tableChars = 6_000;
const headerChars = 2_000;
const maxColumns = 16_384;

/**
 * A table while it is read, as Markdown blocks of bounded size. The first row is its header row. Cells that hold
 * nothing at the end of all rows go.
 */
export class TableText {
  readonly #place: Place;
  #header: string[] | undefined;
  #rows: string[][] = [];
  #chars = 0;
  readonly #done: Block[] = [];

  constructor(place: Place = {}) {
    this.#place = place;
  }

  addRow(cells: readonly string[]): void {
    const row = cells.slice(0, maxColumns).map(cellText);
    while (row.length > 0 && row.at(-1) === '') row.pop();
    if (row.length === 0) return;
    if (this.#header === undefined) this.#header = row;
    else this.#rows.push(row);
    this.#chars += rowChars(row);
    if (this.#chars > tableChars) this.#cut();
  }

  /** What is complete by now. */
  takeDone(): Block[] {
    return this.#done.splice(0);
  }

  finish(): Block[] {
    if (this.#header !== undefined) this.#cut();
    return this.takeDone();
  }

  #cut(): void {
    const header = this.#header ?? [];
    const isFirst = !this.#hasCut;
    if (this.#rows.length === 0 && !isFirst) return;
    const rows = isFirst || rowChars(header) <= headerChars ? [header, ...this.#rows] : this.#rows;
    for (const text of markdownTables(rows))
      this.#done.push({ kind: 'table', text, ...this.#place });
    this.#hasCut = true;
    this.#rows = [];
    this.#chars = rowChars(header);
    if (this.#chars > headerChars) this.#chars = 0;
  }

  #hasCut = false;
}

function rowChars(row: readonly string[]): number {
  return row.reduce((sum, cell) => sum + cell.length + 3, 1);
}

function cellText(text: string): string {
  return text.replace(/\s+/gu, ' ').trim().replaceAll('|', '\\|');
}

/** One table, or lines of cells where a single row is longer than any block may be. */
function markdownTables(rows: readonly string[][]): string[] {
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const isSparse = width * rows.length > 4 * maxBlockChars;
  if (isSparse) return rows.map((row) => row.filter((cell) => cell !== '').join(' | '));
  const lines = rows.map(
    (row) => `| ${Array.from({ length: width }, (_, at) => row[at] ?? '').join(' | ')} |`,
  );
  const rule = `|${' --- |'.repeat(width)}`;
  return [[lines[0], rule, ...lines.slice(1)].join('\n')];
}
