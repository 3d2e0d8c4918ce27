import type { Block } from '../../../../../contract/documents/extracted.ts';
import { AppError } from '../../../../../contract/errors/app-error.ts';
import type { ForeignFile } from '../../../reader.ts';
import { LeftOutCounts, type RawReading } from '../../raw-reader.ts';
import type { XmlElement, XmlHandler } from '../../xml/xml-reader.ts';
import { OfficePackage, type Relationship } from '../office-package.ts';
import { isOutsideField, WordBody, type WordContext } from './word-body.ts';
import { WordNumbering } from './word-numbering.ts';
import { WordStyles } from './word-styles.ts';

/** All notes and comments together; what lies behind is left out. */
const maxNoteChars = 4_000_000;

/**
 * DOCX: headings, lists with their numbers, tables, text boxes, notes after what refers to them, headers and footers at
 * the end. Deleted, vanished, tiny and white text and comments are hidden blocks. Fields are read as they were last
 * shown; nothing they or links name is fetched.
 */
export async function* readDocx(file: ForeignFile): RawReading {
  const leftOut = new LeftOutCounts();
  const office = await OfficePackage.open(file, leftOut);
  const main = await office.mainPart('word/document.xml');
  const links = await office.relationships(main);
  const target = (type: string): string | undefined =>
    links.find((link) => link.type === type && !link.isExternal)?.target;
  const styles = new WordStyles();
  const numbering = new WordNumbering();
  await office.readPart(target('styles'), styles);
  await office.readPart(target('numbering'), numbering);
  const context: WordContext = {
    styles,
    numbering,
    leftOut,
    notes: new Map(),
    hasPages: await hasPageBreaks(office, main),
  };
  await readNotes(office, target('footnotes'), context, 'f');
  await readNotes(office, target('endnotes'), context, 'e');
  const body = new MainPart(context);
  let hasText = false;
  let isWhole = true;
  const share = { from: 0, to: 0.95 };
  const parts = office.streamPart(main, body, share);
  for (;;) {
    const next = await parts.next();
    if (next.done === true) {
      isWhole = next.value;
      break;
    }
    hasText ||= next.value.blocks.length > 0;
    yield next.value;
  }
  if (!isWhole && !hasText) {
    throw new AppError('document.broken', { name: file.name, detail: 'office-part' });
  }
  yield { blocks: await marginBlocks(office, links, context), fraction: 0.98 };
  const comments = await collected(office, target('comments'), context);
  yield {
    blocks: comments.map((block) => ({ ...block, hidden: block.hidden ?? 'comment' })),
    fraction: 1,
  };
  return { title: await office.title(), pageCount: null, leftOut };
}

/** The body, and the instructions of its fields, which may be spread over runs. */
class MainPart implements XmlHandler {
  readonly #body: WordBody;
  readonly #leftOut: LeftOutCounts;
  #instruction: string | undefined;

  constructor(context: WordContext) {
    this.#body = new WordBody(context);
    this.#leftOut = context.leftOut;
  }

  take(): Block[] {
    return this.#body.take();
  }

  open(element: XmlElement): void {
    if (element.name === 'w:instrText') this.#instruction = '';
    this.#body.open(element);
  }

  close(name: string): void {
    if (name === 'w:instrText') {
      if (isOutsideField(this.#instruction ?? '')) this.#leftOut.add('external-links');
      this.#instruction = undefined;
    }
    this.#body.close(name);
  }

  text(text: string): void {
    if (this.#instruction === undefined) this.#body.text(text);
    else if (this.#instruction.length < 200) this.#instruction += text;
  }
}

/** Whether the program that wrote it left marks where its pages broke. */
async function hasPageBreaks(office: OfficePackage, main: string): Promise<boolean> {
  const mark = 'lastRenderedPageBreak';
  let tail = '';
  for await (const piece of office.archive.read(main)) {
    const text = tail + piece.toString('latin1');
    if (text.includes(mark)) return true;
    tail = text.slice(-mark.length);
  }
  return false;
}

async function readNotes(
  office: OfficePackage,
  part: string | undefined,
  context: WordContext,
  kind: 'f' | 'e',
): Promise<void> {
  const body = new WordBody({ ...context, notes: new Map(), hasPages: false });
  const element = kind === 'f' ? 'w:footnote' : 'w:endnote';
  let id: string | undefined;
  let chars = 0;
  await office.readPart(part, {
    open: (open) => {
      if (open.name === element) {
        const isRule = /separator|notice/iu.test(open.get('w:type') ?? '');
        id = isRule ? undefined : open.get('w:id');
      }
      body.open(open);
    },
    close: (name) => {
      body.close(name);
      if (name !== element) return;
      const blocks = body.take();
      chars += blocks.reduce((sum, block) => sum + block.text.length, 0);
      if (id !== undefined && chars <= maxNoteChars) context.notes.set(`${kind}${id}`, blocks);
    },
    text: (text) => body.text(text),
  });
  if (chars > maxNoteChars) context.leftOut.add('too-much-text');
}

/** Headers and footers, each text once. */
async function marginBlocks(
  office: OfficePackage,
  links: readonly Relationship[],
  context: WordContext,
): Promise<Block[]> {
  const seen = new Set<string>();
  const blocks: Block[] = [];
  for (const link of links) {
    if (link.isExternal || (link.type !== 'header' && link.type !== 'footer')) continue;
    for (const block of await collected(office, link.target, context)) {
      if (seen.has(block.text)) continue;
      seen.add(block.text);
      blocks.push(block);
    }
  }
  return blocks;
}

async function collected(
  office: OfficePackage,
  part: string | undefined,
  context: WordContext,
): Promise<Block[]> {
  const body = new WordBody({ ...context, hasPages: false });
  const blocks: Block[] = [];
  let chars = 0;
  await office.readPart(part, {
    open: (element) => body.open(element),
    close: (name) => {
      body.close(name);
      for (const block of body.take()) {
        chars += block.text.length;
        if (chars <= maxNoteChars) blocks.push(block);
      }
    },
    text: (text) => body.text(text),
  });
  if (chars > maxNoteChars) context.leftOut.add('too-much-text');
  return blocks;
}
