import type { Block, HiddenCarrier } from '../../../../../contract/documents/extracted.ts';
import { TableText } from '../../flow.ts';
import type { XmlElement, XmlHandler } from '../../xml/xml-reader.ts';
import { isOn } from '../office-package.ts';
import type { CellStyles } from './cell-styles.ts';
import { numberText } from './cell-text.ts';
import type { SharedStrings } from './shared-strings.ts';

export interface SheetContext {
  strings: SharedStrings;
  styles: CellStyles;
  is1904: boolean;
  name: string;
  /** The whole sheet is not shown. */
  isHidden: boolean;
}

/** As far as columns go: XFD. */
const maxColumn = 16_384;
/** Ranges of hidden columns that are looked at; more of them than this nobody made by hand. */
const maxRanges = 2_000;
/** An empty column between used ones keeps its place; a wider gap is closed, so that an odd cell far out costs nothing. */
const maxGap = 8;
const maxHiddenChars = 4_000;

interface Cell {
  column: number;
  text: string;
  hidden: HiddenCarrier | undefined;
}

/** Gathers the rows of a sheet as tables; only cells that hold something cost anything. */
export class SheetText implements XmlHandler {
  readonly #context: SheetContext;
  readonly #table: TableText;
  readonly #hiddenColumns: (readonly [first: number, last: number])[] = [];
  #blocks: Block[] = [];
  #columns: number[] | undefined;
  #row: Cell[] = [];
  #isRowHidden = false;
  #cell = { column: 0, type: '', style: undefined as string | undefined };
  #value: string[] = [];
  #formula: string[] = [];
  #target: string[] | undefined;
  #hidden = new Map<HiddenCarrier, string[]>();
  #hiddenChars = 0;

  constructor(context: SheetContext) {
    this.#context = context;
    this.#table = new TableText({ part: context.name });
  }

  take(): Block[] {
    this.#blocks.push(...this.#table.takeDone());
    return this.#blocks.splice(0);
  }

  /** The rest, and what is hidden in it. */
  finish(): Block[] {
    this.#blocks.push(...this.#table.finish());
    this.#giveHidden();
    return this.take();
  }

  open(element: XmlElement): void {
    switch (element.name) {
      case 'x:col':
        if (element.get('hidden') !== undefined && isOn(element.get('hidden')))
          this.#hideColumns(element);
        break;
      case 'x:row':
        this.#row = [];
        this.#isRowHidden = element.get('hidden') !== undefined && isOn(element.get('hidden'));
        this.#cell.column = 0;
        break;
      case 'x:c':
        this.#cell = {
          column: columnOf(element.get('r')) ?? this.#cell.column + 1,
          type: element.get('t') ?? 'n',
          style: element.get('s'),
        };
        this.#value = [];
        this.#formula = [];
        break;
      case 'x:v':
      case 'x:t':
        this.#target = this.#value;
        break;
      case 'x:f':
        this.#target = this.#formula;
        break;
      case 'x:rPh':
        this.#target = undefined;
        break;
      default:
    }
  }

  close(name: string): void {
    if (name === 'x:c') this.#closeCell();
    else if (name === 'x:row') this.#closeRow();
    else if (name === 'x:v' || name === 'x:t' || name === 'x:f') this.#target = undefined;
  }

  text(text: string): void {
    this.#target?.push(text);
  }

  #hideColumns(element: XmlElement): void {
    const first = Number(element.get('min'));
    const last = Number(element.get('max'));
    if (this.#hiddenColumns.length < maxRanges && first <= last)
      this.#hiddenColumns.push([first, last]);
  }

  #closeCell(): void {
    const style = this.#context.styles.get(this.#cell.style);
    const raw = this.#value.join('');
    const formula = this.#formula.join('');
    const text = raw === '' && formula !== '' ? `=${formula}` : this.#shown(raw);
    const { column } = this.#cell;
    if (text.trim() === '' || column < 1 || column > maxColumn) return;
    const isAway =
      this.#context.isHidden ||
      this.#isRowHidden ||
      style.kind === 'unseen' ||
      this.#hiddenColumns.some(([first, last]) => column >= first && column <= last);
    const hidden = isAway ? 'hidden-sheet' : style.isWhite ? 'white-text' : undefined;
    this.#row.push({ column, text, hidden });
  }

  #shown(raw: string): string {
    switch (this.#cell.type) {
      case 's':
        return this.#context.strings.get(Number(raw));
      case 'b':
        return raw === '1' ? 'TRUE' : 'FALSE';
      case 'n':
        return numberText(raw, this.#context.styles.get(this.#cell.style), this.#context.is1904);
      default:
        return raw;
    }
  }

  #closeRow(): void {
    const seen = this.#row.filter((cell) => cell.hidden === undefined);
    if (seen.length > 0) this.#table.addRow(this.#placed(seen));
    const away = Map.groupBy(this.#row, (cell) => cell.hidden);
    for (const [carrier, cells] of away) {
      if (carrier === undefined) continue;
      const line = cells.map((cell) => cell.text.replace(/\s+/gu, ' ')).join(' | ');
      const lines = this.#hidden.get(carrier) ?? [];
      lines.push(line);
      this.#hidden.set(carrier, lines);
      this.#hiddenChars += line.length;
    }
    if (this.#hiddenChars > maxHiddenChars) this.#giveHidden();
    this.#row = [];
  }

  /** Cells in the order of their columns, with the gaps of the first row kept for all. */
  #placed(cells: readonly Cell[]): string[] {
    const sorted = cells.toSorted((a, b) => a.column - b.column);
    this.#columns ??= columnsFrom(sorted);
    const row: string[] = [];
    for (const { column, text } of sorted) {
      const known = indexOf(this.#columns, column);
      const at = known ?? this.#newColumn(column);
      row[at] = text;
    }
    return Array.from(row, (text) => text ?? '');
  }

  #newColumn(column: number): number {
    const columns = this.#columns ?? [];
    const last = columns.at(-1) ?? 0;
    // Left of or between known columns: there is no place for it any more, so it stands at the end.
    if (column > last)
      for (let next = last + 1; next < column && column - last <= maxGap; next += 1)
        columns.push(next);
    columns.push(column);
    return columns.length - 1;
  }

  #giveHidden(): void {
    for (const [hidden, lines] of this.#hidden) {
      this.#blocks.push({
        kind: 'paragraph',
        text: lines.join('\n'),
        part: this.#context.name,
        hidden,
      });
    }
    this.#hidden = new Map();
    this.#hiddenChars = 0;
  }
}

function columnsFrom(cells: readonly Cell[]): number[] {
  const columns: number[] = [];
  for (const { column } of cells) {
    const last = columns.at(-1) ?? 0;
    for (let next = last + 1; next < column && column - last <= maxGap; next += 1)
      columns.push(next);
    columns.push(column);
  }
  return columns;
}

/** Columns are nearly always in order: looked for by halves, else from the end. */
function indexOf(columns: readonly number[], column: number): number | undefined {
  let low = 0;
  let high = columns.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const there = columns[middle] ?? 0;
    if (there === column) return middle;
    if (there < column) low = middle + 1;
    else high = middle - 1;
  }
  const at = columns.lastIndexOf(column);
  return at < 0 ? undefined : at;
}

/** `BC12` is column 55. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^[A-Za-z]{1,3}/u.exec(reference ?? '')?.[0];
  if (letters === undefined) return undefined;
  let column = 0;
  for (const letter of letters.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64;
  return column;
}
