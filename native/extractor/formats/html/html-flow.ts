import type { Block, HiddenCarrier } from '../../../../contract/documents/extracted.ts';
import { Paragraph, TableText } from '../flow.ts';
import type { HtmlNode } from './html-tree.ts';

const blockTags: ReadonlySet<string> = new Set(
  (
    'address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer form ' +
    'h1 h2 h3 h4 h5 h6 header hgroup legend li main menu nav ol option p pre search section select summary table tbody td ' +
    'textarea tfoot th thead tr ul foreignobject'
  ).split(' '),
);
const maxCellChars = 4_000;
/** A paragraph that goes on for longer is given in pieces. */
const maxFlowChars = 12_000;
const maxSpan = 64;

interface OpenTable {
  text: TableText;
  /** It lays a page out: what is in its cells are blocks of their own. */
  isLayout: boolean;
  isInCell: boolean;
  cells: string[];
  cell: string[];
  cellChars: number;
  span: number;
  after: Block[];
}

/** Makes blocks of the elements and the text of a page: headings, lists with their numbers, quotes, code, tables. */
export class HtmlFlow {
  readonly #place: Pick<Block, 'part'>;
  #blocks: Block[] = [];
  #paragraph = new Paragraph();
  #heading = 0;
  #quotes = 0;
  #preformatted = 0;
  readonly #lists: { isOrdered: boolean; next: number }[] = [];
  #marker: string | undefined;
  readonly #tables: OpenTable[] = [];

  constructor(place: Pick<Block, 'part'> = {}) {
    this.#place = place;
  }

  /** Blocks since the last call. */
  take(): Block[] {
    return this.#blocks.splice(0);
  }

  /** The rest. */
  finish(): Block[] {
    this.#flush();
    for (const table of this.#tables.splice(0).reverse()) this.#finishTable(table);
    return this.take();
  }

  text(text: string, hidden: HiddenCarrier | undefined): void {
    this.#paragraph.add(text, hidden);
    const limit = this.#table === undefined ? maxFlowChars : maxCellChars;
    if (this.#paragraph.chars > limit) {
      if (this.#table !== undefined) this.#layOut();
      this.#flush();
    }
  }

  breakLine(): void {
    this.#paragraph.breakLine();
  }

  open(node: HtmlNode): void {
    const { tag } = node;
    if (!blockTags.has(tag)) return;
    this.#flush();
    if (/^h[1-6]$/u.test(tag)) this.#openHeading(Number(tag[1]));
    else if (tag === 'ul' || tag === 'ol' || tag === 'menu') this.#openList(node);
    else if (tag === 'li') this.#openItem();
    else if (tag === 'blockquote') this.#quotes += 1;
    else if (tag === 'pre') this.#openPreformatted();
    else this.#openTablePart(node);
  }

  close(node: HtmlNode): void {
    const { tag } = node;
    if (!blockTags.has(tag)) return;
    this.#flush();
    if (/^h[1-6]$/u.test(tag)) this.#heading = 0;
    else if (tag === 'ul' || tag === 'ol' || tag === 'menu') this.#lists.pop();
    else if (tag === 'li') this.#marker = undefined;
    else if (tag === 'blockquote') this.#quotes = Math.max(0, this.#quotes - 1);
    else if (tag === 'pre') this.#closePreformatted();
    else this.#closeTablePart(tag);
  }

  /** The table whose cell text belongs to, unless it only lays the page out. */
  get #table(): OpenTable | undefined {
    const table = this.#tables.at(-1);
    return table?.isInCell === true && !table.isLayout ? table : undefined;
  }

  #openHeading(level: number): void {
    this.#heading = level;
    if (level <= 3) this.#layOut();
  }

  #openList(node: HtmlNode): void {
    const start = Number.parseInt(node.attribute('start') ?? '1', 10);
    this.#lists.push({
      isOrdered: node.tag === 'ol',
      next: Number.isSafeInteger(start) ? start : 1,
    });
  }

  #openItem(): void {
    const list = this.#lists.at(-1);
    this.#marker = list?.isOrdered === true ? `${list.next}.` : '-';
    if (list !== undefined) list.next += 1;
  }

  #openPreformatted(): void {
    this.#layOut();
    this.#preformatted += 1;
    this.#paragraph.isPreformatted = true;
  }

  #closePreformatted(): void {
    this.#preformatted = Math.max(0, this.#preformatted - 1);
    this.#paragraph.isPreformatted = this.#preformatted > 0;
  }

  #openTablePart(node: HtmlNode): void {
    if (node.tag === 'table') {
      this.#layOut();
      this.#tables.push(newTable(new TableText(this.#place)));
      return;
    }
    const table = this.#tables.at(-1);
    if (table === undefined || (node.tag !== 'td' && node.tag !== 'th')) return;
    table.isInCell = true;
    table.span = Math.min(maxSpan, Math.max(1, Number(node.attribute('colspan')) || 1));
  }

  #closeTablePart(tag: string): void {
    const table = this.#tables.at(-1);
    if (table === undefined) return;
    if (tag === 'td' || tag === 'th') {
      if (!table.isLayout)
        table.cells.push(table.cell.join(' '), ...Array<string>(table.span - 1).fill(''));
      table.cell = [];
      table.cellChars = 0;
      table.isInCell = false;
    } else if (tag === 'tr') {
      table.text.addRow(table.cells);
      table.cells = [];
      this.#blocks.push(...table.text.takeDone());
    } else if (tag === 'table') {
      this.#tables.pop();
      this.#finishTable(table);
    }
  }

  #finishTable(table: OpenTable): void {
    if (table.cell.length > 0) table.cells.push(table.cell.join(' '));
    table.text.addRow(table.cells);
    this.#blocks.push(...table.text.finish(), ...table.after);
  }

  /** Gives what the innermost table has, as blocks, and takes it for a layout from here on. */
  #layOut(): void {
    const table = this.#table;
    if (table === undefined) return;
    table.isLayout = true;
    this.#blocks.push(...table.text.finish());
    for (const text of [...table.cells, ...table.cell]) {
      if (text !== '') this.#blocks.push({ kind: 'paragraph', text, ...this.#place });
    }
    this.#blocks.push(...table.after.splice(0));
    table.cells = [];
    table.cell = [];
  }

  #flush(): void {
    if (this.#paragraph.isEmpty) return;
    const table = this.#table;
    if (table !== undefined) {
      const seen = this.#paragraph.takeSeen();
      if (seen !== '') table.cell.push(seen);
      table.cellChars += seen.length;
      table.after.push(...this.#paragraph.takeHidden(this.#place));
      this.#marker = undefined;
      if (table.cellChars > maxCellChars) this.#layOut();
      return;
    }
    const marker = this.#marker;
    const blocks = this.#paragraph.take(this.#shape(marker), this.#place);
    const first = blocks[0];
    if (marker !== undefined && first !== undefined && first.hidden === undefined) {
      first.text = `${'  '.repeat(Math.max(0, Math.min(8, this.#lists.length - 1)))}${marker} ${first.text}`;
      this.#marker = undefined;
    }
    this.#blocks.push(...blocks);
  }

  #shape(marker: string | undefined): Pick<Block, 'kind' | 'level'> {
    if (this.#heading > 0) return { kind: 'heading', level: this.#heading };
    if (this.#preformatted > 0) return { kind: 'code' };
    if (marker !== undefined) return { kind: 'list-item' };
    return { kind: this.#quotes > 0 ? 'quote' : 'paragraph' };
  }
}

function newTable(text: TableText): OpenTable {
  return {
    text,
    isLayout: false,
    isInCell: false,
    cells: [],
    cell: [],
    cellChars: 0,
    span: 1,
    after: [],
  };
}
