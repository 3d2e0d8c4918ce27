import type { Block, HiddenCarrier } from '../../../../../contract/documents/extracted.ts';
import { Paragraph, TableText } from '../../flow.ts';
import type { XmlElement, XmlHandler } from '../../xml/xml-reader.ts';
import { isOn } from '../office-package.ts';
import type { SlideBackdrop } from './slide-colors.ts';

export interface SlideContext {
  backdrop: SlideBackdrop;
  page: number;
  widthEmu: number;
  heightEmu: number;
  /** All of it is unseen: notes of the speaker. */
  hidden?: HiddenCarrier;
}

interface Shape {
  placeholder: string | undefined;
  isUnseen: boolean;
  isOffPage: boolean;
  fill: 'none' | 'unknown' | 'white' | 'other';
}

interface Run {
  isWhite: boolean;
  isClear: boolean;
  size: number | undefined;
}

const tinySize = 100;
/** Placeholders that say nothing of a slide's own. */
const furniture: ReadonlySet<string> = new Set(['sldNum', 'sldImg', 'dt', 'hdr']);

/** Gathers the text of one slide, or of its notes. */
export class SlideText implements XmlHandler {
  readonly #context: SlideContext;
  #blocks: Block[] = [];
  #shape: Shape = newShape();
  #groupDepth = 0;
  #skipDepth = 0;
  /** The element whose colours are read: a shape, its line, a run. */
  #colorOf: ('shape' | 'line' | 'run' | 'background')[] = [];
  #paragraph = new Paragraph();
  #level = 0;
  #bullet: string | undefined;
  #run: Run = { isWhite: false, isClear: false, size: undefined };
  #isText = false;
  #table: { text: TableText; cells: string[]; cell: string[]; hidden: Block[] } | undefined;
  #isHiddenSlide = false;
  #hasGround = false;
  #isWhiteGround: boolean;

  constructor(context: SlideContext) {
    this.#context = context;
    this.#isWhiteGround = context.backdrop.isWhiteGround;
  }

  take(): Block[] {
    return this.#blocks.splice(0);
  }

  open(element: XmlElement): void {
    if (this.#skipDepth > 0 || element.name === 'mc:Fallback') {
      this.#skipDepth += 1;
      return;
    }
    this.#openShape(element);
    this.#openColor(element);
    this.#openText(element);
  }

  close(name: string): void {
    if (this.#skipDepth > 0) {
      this.#skipDepth -= 1;
      return;
    }
    switch (name) {
      case 'p:grpSp':
        this.#groupDepth -= 1;
        break;
      case 'p:sp':
      case 'p:graphicFrame':
        if (this.#shape.fill === 'other') this.#hasGround = true;
        this.#shape = newShape();
        break;
      case 'p:spPr':
      case 'a:ln':
      case 'a:rPr':
      case 'p:bg':
        this.#colorOf.pop();
        break;
      case 'a:p':
        this.#closeParagraph();
        break;
      case 'a:t':
        this.#isText = false;
        break;
      default:
        this.#closeTable(name);
    }
  }

  text(text: string): void {
    if (this.#isText && this.#skipDepth === 0) this.#paragraph.add(text, this.#carrier());
  }

  #openShape(element: XmlElement): void {
    switch (element.name) {
      case 'p:sld':
        this.#isHiddenSlide = element.get('show') !== undefined && !isOn(element.get('show'));
        break;
      case 'p:grpSp':
        this.#groupDepth += 1;
        break;
      case 'p:pic':
        this.#hasGround = true;
        break;
      case 'p:sp':
      case 'p:graphicFrame':
        this.#shape = newShape();
        break;
      case 'p:cNvPr':
        this.#shape.isUnseen = element.get('hidden') !== undefined && isOn(element.get('hidden'));
        break;
      case 'p:ph':
        this.#shape.placeholder = element.get('type') ?? 'body';
        break;
      case 'a:off':
        if (this.#groupDepth === 0) this.#placeAt(element);
        break;
      case 'a:ext':
        if (this.#groupDepth === 0) this.#sizeAs(element);
        break;
      case 'a:fillRef':
        if (this.#shape.fill === 'unknown' && element.get('idx') !== '0')
          this.#shape.fill = 'other';
        break;
      default:
    }
  }

  #placeAt(element: XmlElement): void {
    this.#x = Number(element.get('x'));
    this.#y = Number(element.get('y'));
    this.#shape.isOffPage = this.#x >= this.#context.widthEmu || this.#y >= this.#context.heightEmu;
  }

  #sizeAs(element: XmlElement): void {
    const width = Number(element.get('cx'));
    const height = Number(element.get('cy'));
    if (this.#x + width <= 0 || this.#y + height <= 0) this.#shape.isOffPage = !Number.isNaN(width);
  }

  #x = 0;
  #y = 0;

  #openColor(element: XmlElement): void {
    const { name } = element;
    if (name === 'p:spPr') this.#colorOf.push('shape');
    else if (name === 'a:ln') this.#colorOf.push('line');
    else if (name === 'a:rPr') this.#openRun(element);
    else if (name === 'p:bg') {
      this.#colorOf.push('background');
      this.#isWhiteGround = false;
    }
    const of = this.#colorOf.at(-1);
    if (of === undefined) return;
    if (/^a:(lumMod|lumOff|shade|tint)$/u.test(name)) this.#tone(of);
    else if (name === 'a:alpha' && of === 'run')
      this.#run.isClear = Number(element.get('val')) <= 5000;
    else if (/^a:\w+Clr$/u.test(name)) this.#color(of, this.#context.backdrop.isWhite(element));
    else if (of === 'shape' && name === 'a:noFill') this.#shape.fill = 'none';
    else if (of === 'shape' && /^a:(grad|blip|patt|grp)Fill$/u.test(name))
      this.#shape.fill = 'other';
  }

  #openRun(element: XmlElement): void {
    this.#colorOf.push('run');
    const size = element.get('sz');
    this.#run.size = size === undefined ? undefined : Number(size);
  }

  #color(of: 'shape' | 'line' | 'run' | 'background', isWhite: boolean): void {
    if (of === 'shape') this.#shape.fill = isWhite ? 'white' : 'other';
    else if (of === 'run') this.#run.isWhite = isWhite;
    else if (of === 'background') this.#isWhiteGround = isWhite;
  }

  /** A tone of white is no white. */
  #tone(of: 'shape' | 'line' | 'run' | 'background'): void {
    this.#color(of, false);
  }

  #openText(element: XmlElement): void {
    switch (element.name) {
      case 'a:p':
        this.#level = 0;
        this.#bullet = undefined;
        break;
      case 'a:pPr':
        this.#level = Math.min(8, Math.max(0, Number(element.get('lvl') ?? 0) || 0));
        break;
      case 'a:buChar':
      case 'a:buAutoNum':
        this.#bullet = '-';
        break;
      case 'a:r':
      case 'a:fld':
        this.#run = { isWhite: false, isClear: false, size: undefined };
        break;
      case 'a:t':
        this.#isText = true;
        break;
      case 'a:br':
        this.#paragraph.breakLine();
        break;
      case 'a:tbl':
        this.#table = { text: new TableText(this.#place()), cells: [], cell: [], hidden: [] };
        break;
      default:
    }
  }

  #closeParagraph(): void {
    const { placeholder } = this.#shape;
    if (placeholder !== undefined && furniture.has(placeholder)) {
      this.#paragraph = new Paragraph();
      return;
    }
    if (this.#table !== undefined) {
      const seen = this.#paragraph.takeSeen();
      if (seen !== '') this.#table.cell.push(seen);
      this.#table.hidden.push(...this.#paragraph.takeHidden(this.#place()));
      return;
    }
    const isTitle = placeholder === 'title' || placeholder === 'ctrTitle';
    const isItem = !isTitle && (this.#bullet !== undefined || this.#level > 0);
    const shape = isTitle
      ? { kind: 'heading' as const, level: 2 }
      : { kind: isItem ? ('list-item' as const) : ('paragraph' as const) };
    const blocks = this.#paragraph.take(shape, this.#place());
    const first = blocks[0];
    if (isItem && first !== undefined && first.hidden === undefined) {
      first.text = `${'  '.repeat(this.#level)}- ${first.text}`;
    }
    this.#blocks.push(...blocks);
  }

  #closeTable(name: string): void {
    const table = this.#table;
    if (table === undefined) return;
    if (name === 'a:tc') {
      table.cells.push(table.cell.join(' '));
      table.cell = [];
    } else if (name === 'a:tr') {
      table.text.addRow(table.cells);
      table.cells = [];
      this.#blocks.push(...table.text.takeDone());
    } else if (name === 'a:tbl') {
      this.#blocks.push(...table.text.finish(), ...table.hidden);
      this.#table = undefined;
    }
  }

  #place(): Pick<Block, 'page'> {
    return { page: this.#context.page };
  }

  #carrier(): HiddenCarrier | undefined {
    if (this.#context.hidden !== undefined) return this.#context.hidden;
    if (this.#isHiddenSlide) return 'hidden-sheet';
    if (this.#shape.isUnseen) return 'vanished-text';
    if (this.#shape.isOffPage) return 'off-page-text';
    if (this.#run.size !== undefined && this.#run.size <= tinySize) return 'zero-size-text';
    if (this.#run.isClear) return 'white-text';
    if (!this.#run.isWhite || this.#hasGround || this.#table !== undefined) return undefined;
    const isWhiteBehind =
      this.#shape.fill === 'white' || (this.#shape.fill !== 'other' && this.#isWhiteGround);
    return isWhiteBehind ? 'white-text' : undefined;
  }
}

function newShape(): Shape {
  return { placeholder: undefined, isUnseen: false, isOffPage: false, fill: 'unknown' };
}
