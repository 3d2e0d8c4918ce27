import type { Block, HiddenCarrier } from '../../../../../contract/documents/extracted.ts';
import { Paragraph, TableText } from '../../flow.ts';
import type { LeftOutCounts } from '../../raw-reader.ts';
import type { XmlElement, XmlHandler } from '../../xml/xml-reader.ts';
import { isOn, isWhite } from '../office-package.ts';
import type { WordNumbering } from './word-numbering.ts';
import { clampLevel, isFilled, readLook, type TextLook, type WordStyles } from './word-styles.ts';

export interface WordContext {
  styles: WordStyles;
  numbering: WordNumbering;
  leftOut: LeftOutCounts;
  /** Blocks of a note by its mark (`f1`, `e1`); each is given once, after what first refers to it. */
  notes: Map<string, Block[]>;
  /** Pages are told only where the file says where they broke. */
  hasPages: boolean;
}

interface OpenParagraph {
  text: Paragraph;
  styleId?: string;
  outlineLevel?: number;
  numId?: string;
  numLevel?: number;
  isShaded: boolean;
  notes: Block[];
}

interface OpenTable {
  text: TableText;
  /** A table in a cell: its text joins the cell's. */
  depth: number;
  isShaded: boolean;
  isCellShaded: boolean;
  isRowHidden: boolean;
  cells: string[];
  cell: string[];
  span: number;
  /** Hidden text and notes from inside, given after it. */
  after: Block[];
}

const maxSpan = 64;
/** At and below this nobody reads it. */
const tinyHalfPoints = 2;

/** Gathers blocks from the XML of a body, of notes, comments, headers and footers. */
export class WordBody implements XmlHandler {
  readonly #context: WordContext;
  readonly #paragraphs: OpenParagraph[] = [];
  #table: OpenTable | undefined;
  #blocks: Block[] = [];
  #page = 1;
  #look: TextLook = {};
  #runStyle: string | undefined;
  #inRunProperties = false;
  #inParagraphProperties = false;
  #skipDepth = 0;
  #deletedDepth = 0;
  #textKind: 'seen' | 'deleted' | undefined;
  #boxFills: boolean[] = [];
  #isPageColored = false;

  constructor(context: WordContext) {
    this.#context = context;
  }

  /** Blocks since the last call. */
  take(): Block[] {
    return this.#blocks.splice(0);
  }

  open(element: XmlElement): void {
    if (this.#skipDepth > 0 || element.name === 'mc:Fallback') {
      this.#skipDepth += 1;
      return;
    }
    if (this.#inRunProperties) readLook(this.#look, element);
    this.#openInline(element);
    this.#openStructure(element);
  }

  close(name: string): void {
    if (this.#skipDepth > 0) {
      this.#skipDepth -= 1;
      return;
    }
    switch (name) {
      case 'w:p':
        this.#closeParagraph();
        break;
      case 'w:pPr':
        this.#inParagraphProperties = false;
        break;
      case 'w:rPr':
        this.#inRunProperties = false;
        break;
      case 'w:t':
      case 'w:delText':
      case 'm:t':
        this.#textKind = undefined;
        break;
      case 'w:rt':
        this.#add(')');
        break;
      case 'w:del':
      case 'w:moveFrom':
        this.#deletedDepth -= 1;
        break;
      case 'wps:wsp':
      case 'v:shape':
      case 'v:rect':
        this.#boxFills.pop();
        break;
      default:
        this.#closeTablePart(name);
    }
  }

  text(text: string): void {
    if (this.#skipDepth > 0 || this.#textKind === undefined) return;
    if (this.#textKind === 'deleted' || this.#deletedDepth > 0) this.#add(text, 'tracked-change');
    else this.#add(text, this.#carrier());
  }

  #openInline(element: XmlElement): void {
    switch (element.name) {
      case 'w:r':
        this.#look = {};
        this.#runStyle = undefined;
        break;
      case 'w:rPr':
        this.#inRunProperties = !this.#inParagraphProperties;
        break;
      case 'w:rStyle':
        if (this.#inRunProperties) this.#runStyle = element.get('w:val');
        break;
      case 'w:t':
      case 'm:t':
        this.#textKind = 'seen';
        break;
      case 'w:delText':
        this.#textKind = 'deleted';
        break;
      case 'w:rt':
        this.#add('(');
        break;
      case 'w:tab':
        if (!this.#inParagraphProperties) this.#add('\t');
        break;
      case 'w:noBreakHyphen':
        this.#add('-');
        break;
      case 'w:sym':
        this.#add('•');
        break;
      case 'w:br':
      case 'w:cr':
        this.#break(element.get('w:type'));
        break;
      case 'w:lastRenderedPageBreak':
        this.#page += 1;
        break;
      case 'v:textpath':
        this.#add(element.get('string') ?? '');
        break;
      case 'w:footnoteReference':
      case 'w:endnoteReference':
        this.#refer(element);
        break;
      default:
    }
  }

  #openStructure(element: XmlElement): void {
    switch (element.name) {
      case 'w:p':
        this.#paragraphs.push({ text: new Paragraph(), isShaded: false, notes: [] });
        this.#look = {};
        break;
      case 'w:pPr':
        this.#inParagraphProperties = true;
        break;
      case 'w:background':
        this.#isPageColored = !/^(auto|ffffff)$/iu.test(element.get('w:color') ?? 'auto');
        break;
      case 'w:del':
      case 'w:moveFrom':
        this.#deletedDepth += 1;
        break;
      case 'w:altChunk':
        this.#context.leftOut.add('embedded-files');
        break;
      case 'w:fldSimple':
        if (isOutsideField(element.get('w:instr') ?? ''))
          this.#context.leftOut.add('external-links');
        break;
      case 'wps:wsp':
        this.#boxFills.push(false);
        break;
      case 'v:shape':
      case 'v:rect':
        this.#boxFills.push(!/^(#?fff(fff)?|white)?$/iu.test(element.get('fillcolor') ?? ''));
        break;
      case 'a:solidFill':
      case 'a:gradFill':
      case 'a:blipFill':
      case 'a:pattFill':
        if (this.#boxFills.length > 0) this.#boxFills[this.#boxFills.length - 1] = true;
        break;
      default:
        this.#openParagraphProperty(element);
        this.#openTablePart(element);
    }
  }

  #openParagraphProperty(element: XmlElement): void {
    const paragraph = this.#paragraphs.at(-1);
    if (!this.#inParagraphProperties || paragraph === undefined) return;
    const value = element.get('w:val');
    if (element.name === 'w:pStyle' && value !== undefined) paragraph.styleId = value;
    else if (element.name === 'w:outlineLvl') paragraph.outlineLevel = Number(value);
    else if (element.name === 'w:numId' && value !== undefined) paragraph.numId = value;
    else if (element.name === 'w:ilvl') paragraph.numLevel = Number(value);
    else if (element.name === 'w:shd') paragraph.isShaded = isFilled(element);
  }

  #openTablePart(element: XmlElement): void {
    const table = this.#table;
    if (element.name === 'w:tbl') {
      if (table !== undefined) table.depth += 1;
      else this.#table = newTable(new TableText(this.#place()));
      return;
    }
    if (table === undefined) return;
    const value = element.get('w:val');
    if (element.name === 'w:tblStyle') {
      table.isShaded ||= this.#context.styles.get(value).isShaded === true;
    } else if (table.depth > 0) return;
    else if (element.name === 'w:hidden') table.isRowHidden = isOn(value);
    else if (element.name === 'w:gridSpan') table.span = Math.min(maxSpan, Number(value) || 1);
    else if (element.name === 'w:shd' && !this.#inParagraphProperties && !this.#inRunProperties) {
      table.isCellShaded = isFilled(element);
    }
  }

  #closeTablePart(name: string): void {
    const table = this.#table;
    if (table === undefined) return;
    if (name === 'w:tbl') {
      if (table.depth > 0) table.depth -= 1;
      else this.#closeTable(table);
    } else if (table.depth > 0) {
      if (name === 'w:tc') table.cell.push('\t');
    } else if (name === 'w:tc') {
      table.cells.push(table.cell.join(' '), ...Array<string>(table.span - 1).fill(''));
      table.cell = [];
      table.span = 1;
      table.isCellShaded = false;
    } else if (name === 'w:tr') {
      if (table.isRowHidden) {
        table.after.push({
          kind: 'paragraph',
          text: table.cells.join(' '),
          hidden: 'vanished-text',
        });
      } else table.text.addRow(table.cells);
      table.cells = [];
      table.isRowHidden = false;
      this.#blocks.push(...table.text.takeDone());
    }
  }

  #closeTable(table: OpenTable): void {
    this.#table = undefined;
    this.#blocks.push(...table.text.finish(), ...table.after);
  }

  #closeParagraph(): void {
    const paragraph = this.#paragraphs.pop();
    if (paragraph === undefined) return;
    const marker = this.#marker(paragraph);
    const table = this.#table;
    if (table !== undefined) {
      const seen = paragraph.text.takeSeen();
      if (seen !== '') table.cell.push(marker === undefined ? seen : `${marker} ${seen}`);
      table.after.push(...paragraph.text.takeHidden(this.#place()), ...paragraph.notes);
      return;
    }
    const blocks = paragraph.text.take(this.#shape(paragraph, marker), this.#place());
    const first = blocks[0];
    if (first !== undefined && first.hidden === undefined && marker !== undefined) {
      const indent = first.kind === 'list-item' ? '  '.repeat(this.#listLevel(paragraph)) : '';
      first.text = `${indent}${marker} ${first.text}`;
    }
    this.#blocks.push(...blocks, ...paragraph.notes);
  }

  #shape(paragraph: OpenParagraph, marker: string | undefined): Pick<Block, 'kind' | 'level'> {
    const level =
      paragraph.outlineLevel !== undefined && paragraph.outlineLevel < 9
        ? clampLevel(paragraph.outlineLevel + 1)
        : this.#context.styles.headingLevel(paragraph.styleId);
    if (level !== undefined) return { kind: 'heading', level };
    return { kind: marker === undefined ? 'paragraph' : 'list-item' };
  }

  #marker(paragraph: OpenParagraph): string | undefined {
    if (paragraph.text.chars === 0) return undefined;
    const style = this.#context.styles.get(paragraph.styleId);
    return this.#context.numbering.next(paragraph.numId ?? style.numId, this.#listLevel(paragraph));
  }

  #listLevel(paragraph: OpenParagraph): number {
    const level = paragraph.numLevel ?? this.#context.styles.get(paragraph.styleId).numLevel ?? 0;
    return Math.min(8, Math.max(0, level || 0));
  }

  #break(type: string | undefined): void {
    if (type === 'page') this.#page += 1;
    this.#paragraphs.at(-1)?.text.breakLine();
  }

  #add(text: string, carrier?: HiddenCarrier): void {
    this.#paragraphs.at(-1)?.text.add(text, carrier);
  }

  #refer(element: XmlElement): void {
    const id = element.get('w:id') ?? '';
    const kind = element.name === 'w:footnoteReference' ? 'f' : 'e';
    const mark = `[^${kind === 'f' ? '' : 'e'}${id}]`;
    this.#add(mark);
    const note = this.#context.notes.get(`${kind}${id}`);
    const first = note?.[0];
    if (note === undefined || first === undefined) return;
    this.#context.notes.delete(`${kind}${id}`);
    const place = this.#place();
    const marked = [{ ...first, text: `${mark}: ${first.text}` }, ...note.slice(1)];
    this.#paragraphs.at(-1)?.notes.push(...marked.map((block) => ({ ...block, ...place })));
  }

  #place(): Pick<Block, 'page'> {
    return this.#context.hasPages ? { page: this.#page } : {};
  }

  /** Why this run is not seen, if it is not. Where its background cannot be known it is taken as seen. */
  #carrier(): HiddenCarrier | undefined {
    const paragraph = this.#paragraphs.at(-1);
    const look: TextLook = {
      ...this.#context.styles.get(paragraph?.styleId),
      ...this.#context.styles.get(this.#runStyle),
      ...this.#look,
    };
    if (look.isVanished === true) return 'vanished-text';
    if (look.halfPoints !== undefined && look.halfPoints <= tinyHalfPoints) return 'zero-size-text';
    if (!isWhite(look.color) || this.#isPageColored) return undefined;
    const isOnColor =
      look.isShaded === true ||
      paragraph?.isShaded === true ||
      this.#table?.isShaded === true ||
      this.#table?.isCellShaded === true ||
      this.#boxFills.includes(true);
    return isOnColor ? undefined : 'white-text';
  }
}

function newTable(text: TableText): OpenTable {
  return {
    text,
    depth: 0,
    isShaded: false,
    isCellShaded: false,
    isRowHidden: false,
    cells: [],
    cell: [],
    span: 1,
    after: [],
  };
}

/** Fields that would fetch something when they are updated. */
export function isOutsideField(instruction: string): boolean {
  return /^\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|LINK|IMPORT|INCLUDE)\b/iu.test(instruction);
}
