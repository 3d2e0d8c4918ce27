import type { Block, ExtractedSummary, PageBox } from '../../../contract/documents/extracted.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import { HiddenText } from '../hidden-text.ts';
import type { ExtractOptions, ForeignFile, ReadChunk } from '../reader.ts';
import { readBookmarks } from './bookmarks.ts';
import { openPdf, type PdfDocument } from './document.ts';
import { Headings } from './headings.ts';
import { type LaidOut, layOut } from './layout/blocks.ts';
import { upright } from './layout/turned.ts';
import { LeftOutParts } from './left-out.ts';
import type { Rect } from './page.ts';
import { type PageText, readPageText } from './page-text.ts';
import type { Pdfium } from './pdfium.ts';
import { RunningLines } from './running-lines.ts';

/** Pages after these, or after those that there is processor time for, are left out as `too-many-pages`. */
const MAX_PAGES = 10_000;
/** Pages that are judged together: what repeats on them, what size their text has. */
const PAGES_TOGETHER = 64;
/** Blocks are joined by an empty line. */
const JOIN_CHARS = 2;

type Reading = Generator<ReadChunk, ExtractedSummary, void>;

/**
 * Reads a PDF: its text in the order in which a person reads it, with page and line boxes; headings by outline and
 * size; what nobody sees as hidden blocks after the page's own. A page that PDFium cannot load is left out as
 * `damaged-part`, and the next one read.
 * @throws AppError `document.too-large`, `.encrypted`, `.broken`
 */
export function* readPdf(pdfium: Pdfium, file: ForeignFile, options: ExtractOptions): Reading {
  using document = openPdf(pdfium, file);
  if (document.pageCount === 0) {
    throw new AppError('document.broken', { name: file.name, detail: 'no pages' });
  }
  return yield* new PdfReading(document, options).read();
}

class PdfReading {
  readonly #document: PdfDocument;
  readonly #options: ExtractOptions;
  readonly #pageCount: number;
  readonly #running = new RunningLines();
  readonly #headings: Headings;
  readonly #hidden = new HiddenText();
  readonly #leftOut = new LeftOutParts();
  readonly #scannedPages: number[] = [];
  readonly #startedCpu = process.cpuUsage();
  #pagesRead = 0;
  #chars = 0;
  #isFull = false;

  constructor(document: PdfDocument, options: ExtractOptions) {
    this.#document = document;
    this.#options = options;
    this.#pageCount = Math.min(document.pageCount, MAX_PAGES);
    this.#headings = new Headings(readBookmarks(document));
  }

  *read(): Reading {
    for (let first = 1; first <= this.#pageCount && !this.#isDone(); first += PAGES_TOGETHER) {
      yield* this.#batch(first, Math.min(first + PAGES_TOGETHER - 1, this.#pageCount));
    }
    const { title, pageCount, embeddedFiles, scripts } = this.#document;
    if (!this.#isFull) this.#leftOut.add('too-many-pages', pageCount - this.#pagesRead);
    this.#leftOut.add('embedded-files', embeddedFiles);
    this.#leftOut.add('macros', scripts);
    this.#leftOut.add('scanned-pages', this.#scannedPages.length);
    return {
      format: 'pdf',
      title,
      pageCount,
      textChars: this.#chars,
      hidden: this.#hidden.list(),
      leftOut: this.#leftOut.list(),
      scannedPages: this.#scannedPages,
    };
  }

  #isDone(): boolean {
    return this.#isFull || this.#isOutOfTime();
  }

  /** Better the pages up to here than an end in the middle of one, which loses them all. */
  #isOutOfTime(): boolean {
    const { cpuSeconds } = this.#options;
    if (cpuSeconds === undefined) return false;
    const { user, system } = process.cpuUsage(this.#startedCpu);
    return user + system > cpuSeconds * 1e6;
  }

  *#batch(first: number, last: number): Generator<ReadChunk, void, void> {
    const pages: PageText[] = [];
    for (let number = first; number <= last; number += 1) {
      this.#options.signal.throwIfAborted();
      if (this.#isOutOfTime()) break;
      const page = this.#page(number);
      this.#pagesRead = number;
      if (page === null) continue;
      pages.push(page);
      this.#running.count(page);
      // Reading a page is most of the work; what is given out at the end of the batch is the rest.
      yield { blocks: [], fraction: (number - 0.5) / this.#pageCount };
    }
    const laidOut = pages.map((page) => ({ page, blocks: layOutPage(page, this.#running) }));
    for (const { blocks } of laidOut) this.#headings.count(blocks);
    this.#headings.settle();
    for (const { page, blocks } of laidOut) {
      yield { blocks: this.#given(page, blocks), fraction: page.number / this.#pageCount };
      if (this.#isFull) return;
    }
  }

  #page(number: number): PageText | null {
    const page = readPageText(this.#document, number);
    if (page === null) {
      this.#leftOut.add('damaged-part', 1);
      return null;
    }
    if (page.isScanned || page.isUnmapped) this.#scannedPages.push(number);
    if (page.isUnmapped) this.#leftOut.add('unmapped-text', 1);
    this.#leftOut.add('external-links', page.links);
    return page;
  }

  #given(page: PageText, laidOut: readonly LaidOut[]): Block[] {
    const blocks: Block[] = [];
    for (const block of laidOut) {
      blocks.push(
        ...this.#fitting(blockOf(page, block, this.#headings.levelOf(block, page.number))),
      );
    }
    for (const [carrier, segments] of page.hidden) {
      for (const block of layOut(segments)) {
        blocks.push(...this.#fitting({ ...blockOf(page, block, null), hidden: carrier }));
      }
    }
    return blocks;
  }

  /** What there is room for; unseen characters parted off. */
  #fitting(block: Block): Block[] {
    const fitting: Block[] = [];
    for (const piece of this.#hidden.split(block)) {
      if (this.#isFull) break;
      const join = this.#chars === 0 ? 0 : JOIN_CHARS;
      if (this.#chars + join + piece.text.length > this.#options.maxChars) {
        this.#isFull = true;
        this.#leftOut.add('too-much-text', 1);
        break;
      }
      this.#chars += join + piece.text.length;
      fitting.push(piece);
    }
    return fitting;
  }
}

function layOutPage(page: PageText, running: RunningLines): LaidOut[] {
  return [...layOut(running.without(page)), ...page.turned.flatMap(upright)];
}

function blockOf(page: PageText, block: LaidOut, level: number | null): Block {
  return {
    kind: level === null ? block.kind : 'heading',
    text: block.text.toWellFormed(),
    ...(level === null ? {} : { level }),
    page: page.number,
    lines: block.lines.map(({ start, end, rect }) => ({ start, end, box: boxOf(page, rect) })),
    ...(page.isRecognised ? { isRecognised: true } : {}),
  };
}

function boxOf({ number, widthPt, heightPt }: PageText, rect: Rect): PageBox {
  return {
    page: number,
    left: rect.left / widthPt,
    top: rect.top / heightPt,
    width: (rect.right - rect.left) / widthPt,
    height: (rect.bottom - rect.top) / heightPt,
  };
}
