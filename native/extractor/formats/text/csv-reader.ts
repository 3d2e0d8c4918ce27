import type { ForeignFile } from '../../reader.ts';
import { TableText } from '../flow.ts';
import { LeftOutCounts, type RawReading } from '../raw-reader.ts';
import { encodingOf, textPieces } from './text-pieces.ts';

const maxCellChars = 8_000;
const maxCells = 4_096;
const delimiters = [',', '\t', ';', '|'] as const;
type Delimiter = (typeof delimiters)[number];
const sampleLines = 20;

/** CSV and TSV, by whatever parts their cells: tables with the first row as header row. */
export async function* readCsv(file: ForeignFile): RawReading {
  const encoding = encodingOf(file);
  const table = new TableText();
  let rows: CsvRows | undefined;
  for (const { text, fraction } of textPieces(file, encoding)) {
    rows ??= new CsvRows(delimiterOf(text, /\.tsv$/iu.test(file.name)));
    for (const row of rows.write(text)) table.addRow(row);
    yield { blocks: table.takeDone(), fraction };
  }
  for (const row of rows?.finish() ?? []) table.addRow(row);
  yield { blocks: table.finish(), fraction: 1 };
  return { title: null, pageCount: null, leftOut: new LeftOutCounts() };
}

/** How often each line holds each delimiter outside quotes: the one that all lines hold alike, at least once. */
export function delimiterOf(text: string, isTabbed = false): Delimiter {
  if (isTabbed) return '\t';
  return steadyDelimiter(text) ?? ',';
}

/** Undefined where the lines have no delimiter in common. */
export function steadyDelimiter(text: string): Delimiter | undefined {
  const named = /^sep=(.)\r?\n/u.exec(text)?.[1];
  if (named !== undefined) return delimiters.find((delimiter) => delimiter === named);
  const bare = text.slice(0, 64 * 1024).replace(/"[^"]*"/gu, '""');
  const lines = bare
    .split(/\r\n?|\n/u)
    .filter((line) => line.trim() !== '')
    .slice(0, sampleLines);
  let best: { delimiter: Delimiter; cells: number } | undefined;
  for (const delimiter of delimiters) {
    const counts = lines.map((line) => line.split(delimiter).length - 1);
    const usual = counts.toSorted((a, b) => a - b)[Math.floor(counts.length / 2)] ?? 0;
    const steady = counts.filter((count) => count === usual).length;
    if (usual === 0 || steady < counts.length * 0.8) continue;
    if (best === undefined || usual > best.cells) best = { delimiter, cells: usual };
  }
  return best?.delimiter;
}

/**
 * Rows by RFC 4180, with what people's programs write beside it: quotes in the middle of a cell are text, an open quote
 * ends with its cell's greatest length. One pass, one cell in memory.
 */
class CsvRows {
  readonly #delimiter: string;
  #row: string[] = [];
  #cell: string[] = [];
  #cellChars = 0;
  #state: 'start' | 'bare' | 'quoted' | 'after-quote' = 'start';
  #isAfterReturn = false;
  #isFirst = true;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  *write(text: string): Generator<string[]> {
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at] ?? '';
      if (!this.#isTelling(char)) {
        if (this.#state === 'start' || this.#state === 'after-quote') this.#state = 'bare';
        continue;
      }
      this.#add(text.slice(from, at));
      from = at + 1;
      yield* this.#step(char);
    }
    this.#add(text.slice(from));
  }

  *finish(): Generator<string[]> {
    this.#endCell();
    yield* this.#endRow();
  }

  #isTelling(char: string): boolean {
    return char === '"' || char === '\n' || char === '\r' || char === this.#delimiter;
  }

  *#step(char: string): Generator<string[]> {
    const isFeedAfterReturn = char === '\n' && this.#isAfterReturn;
    this.#isAfterReturn = char === '\r';
    if (this.#state === 'quoted' && this.#cellChars < maxCellChars) {
      if (char === '"') this.#state = 'after-quote';
      else this.#add(char);
    } else if (char === '"') this.#quote();
    else if (char === this.#delimiter) this.#endCell();
    else if (!isFeedAfterReturn) {
      this.#endCell();
      yield* this.#endRow();
    }
  }

  #quote(): void {
    if (this.#state === 'start') this.#state = 'quoted';
    else if (this.#state === 'after-quote') {
      this.#add('"');
      this.#state = 'quoted';
    } else this.#add('"');
  }

  #add(text: string): void {
    if (text === '' || this.#cellChars >= maxCellChars) return;
    this.#cell.push(text);
    this.#cellChars += text.length;
  }

  #endCell(): void {
    if (this.#row.length < maxCells) this.#row.push(this.#cell.join(''));
    this.#cell = [];
    this.#cellChars = 0;
    this.#state = 'start';
  }

  *#endRow(): Generator<string[]> {
    const row = this.#row;
    this.#row = [];
    const isDirective = this.#isFirst && /^sep=/u.test(row[0] ?? '');
    this.#isFirst = false;
    if (!isDirective) yield row;
  }
}
