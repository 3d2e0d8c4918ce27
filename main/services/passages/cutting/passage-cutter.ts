import type { Block } from '../../../../contract/documents/extracted.ts';
import { commonPath, HeadingPath } from './heading-path.ts';
import { type Piece, piecesOf, tableHeader } from './pieces.ts';
import { estimateTokens } from './token-estimate.ts';

/** What stands between two blocks in a document's text. */
export const blockSeparator = '\n\n';

/** A passage costs about this much; only the last of a stretch may be smaller. */
const fewestTokens = 250;
const mostTokens = 400;
/** Less than this is not left alone where it can join its neighbour. */
const crumbTokens = 120;
/** Of text, heading path, repeated table header and the model's own prefix together. */
export const mostEmbeddedTokens = 480;
const prefixTokens = 8;
const mostHeaderTokens = 100;

/** A stretch of a document's text that is found and cited as one. */
export interface CutPassage {
  /** Offsets in the document's text; the passages of a document lie end to end over all of it. */
  start: number;
  end: number;
  text: string;
  tokens: number;
  headingPath: string[];
  page: number | null;
  part: string | null;
  isHidden: boolean;
  /** Number of the first and last block it holds something of. */
  firstBlock: number;
  lastBlock: number;
  /** The header row of a table that began before it, to be read with it; null for none. */
  tableHeader: string | null;
}

interface Place {
  block: number;
  page: number | null;
  part: string | null;
  isHidden: boolean;
  path: string[];
  header: string | null;
}

function placeOf(block: Block, number: number, path: string[]): Place {
  return {
    block: number,
    page: block.page ?? null,
    part: block.part ?? null,
    isHidden: block.hidden !== undefined,
    path,
    header: null,
  };
}

/**
 * Cuts a document into passages while its blocks come, at headings, blocks, table rows, lines and sentences.
 * What a person sees and what is hidden from them are never in one passage, nor are two sheets or chapters.
 * Holds no more than two passages back.
 */
export class PassageCutter {
  readonly #path = new HeadingPath();
  #blocks = 0;
  #length = 0;
  #tokens = 0;
  #open: CutPassage | undefined;
  /** Closed, but a crumb that follows may still join it. */
  #closed: CutPassage | undefined;
  /** Only headings so far: they belong to what follows them. */
  #isOpenHeadings = false;

  /** Blocks pushed so far. */
  get blockCount(): number {
    return this.#blocks;
  }

  /** UTF-16 units of the document's text so far. */
  get textChars(): number {
    return this.#length;
  }

  /** About how many tokens that is. */
  get textTokens(): number {
    return this.#tokens;
  }

  /** Takes the next block; returns the passages that are complete now, and where the block begins. */
  push(block: Block): { start: number; passages: CutPassage[] } {
    const done: CutPassage[] = [];
    const separator = this.#blocks === 0 ? '' : blockSeparator;
    this.#extend(separator);
    const start = this.#length;
    if (block.kind === 'heading') this.#path.enter(block.level ?? 1, block.text);
    const place = placeOf(block, this.#blocks, this.#path.toArray());
    this.#blocks += 1;
    const room = this.#roomFor(place.path);
    const header = block.kind === 'table' ? this.#headerOf(block.text) : null;
    const headerTokens = header === null ? 0 : estimateTokens(header);
    const pieces = piecesOf(block, this.#pieceTokens(room - headerTokens));
    for (const [index, piece] of pieces.entries()) {
      const text = block.text.slice(piece.start, piece.end);
      const isLater = index > 0;
      this.#add(text, piece, { ...place, header: isLater ? header : null }, block, done);
    }
    return { start, passages: done };
  }

  /** The passages that were held back. */
  end(): CutPassage[] {
    const done: CutPassage[] = [];
    this.#close(done);
    if (this.#closed) done.push(this.#closed);
    this.#closed = undefined;
    return done;
  }

  #roomFor(path: readonly string[]): number {
    return Math.min(
      mostTokens,
      mostEmbeddedTokens - prefixTokens - estimateTokens(path.join(' › ')),
    );
  }

  /** What is open and still small is filled up with the beginning of the block, never left alone. */
  #pieceTokens(room: number): number {
    const openTokens = this.#open?.tokens ?? fewestTokens;
    return openTokens < fewestTokens ? Math.max(room - openTokens, crumbTokens) : room;
  }

  #headerOf(text: string): string | null {
    const header = tableHeader(text);
    return header !== undefined && estimateTokens(header) <= mostHeaderTokens ? header : null;
  }

  /** What lies between two blocks belongs to what is before it. */
  #extend(separator: string): void {
    this.#length += separator.length;
    const last = this.#open ?? this.#closed;
    if (!last) return;
    last.text += separator;
    last.end = this.#length;
  }

  #add(text: string, piece: Piece, place: Place, block: Block, done: CutPassage[]): void {
    const isHeading = block.kind === 'heading';
    if (this.#open && this.#mustCut(this.#open, piece, place, isHeading)) this.#close(done);
    this.#tokens += piece.tokens;
    this.#length += text.length;
    if (!this.#open) {
      this.#open = {
        ...{ start: this.#length - text.length, end: this.#length, text, tokens: piece.tokens },
        ...{
          headingPath: place.path,
          page: place.page,
          part: place.part,
          isHidden: place.isHidden,
        },
        ...{ firstBlock: place.block, lastBlock: place.block, tableHeader: place.header },
      };
      this.#isOpenHeadings = isHeading;
      return;
    }
    const open = this.#open;
    open.text += text;
    open.end = this.#length;
    open.tokens += piece.tokens;
    open.lastBlock = place.block;
    // Headings in front lead to what follows; after that the path is what all of it stands under.
    open.headingPath = this.#isOpenHeadings ? place.path : commonPath(open.headingPath, place.path);
    this.#isOpenHeadings &&= isHeading;
  }

  #mustCut(open: CutPassage, piece: Piece, place: Place, isHeading: boolean): boolean {
    if (open.isHidden !== place.isHidden || open.part !== place.part) return true;
    const headerTokens = open.tableHeader === null ? 0 : estimateTokens(open.tableHeader);
    if (open.tokens + piece.tokens + headerTokens > this.#roomFor(open.headingPath)) return true;
    return isHeading && !this.#isOpenHeadings && open.tokens >= fewestTokens;
  }

  #close(done: CutPassage[]): void {
    const open = this.#open;
    this.#open = undefined;
    this.#isOpenHeadings = false;
    if (!open) return;
    const before = this.#closed;
    if (before && this.#isCrumb(before, open)) {
      join(before, open);
      return;
    }
    if (before) done.push(before);
    this.#closed = open;
  }

  #isCrumb(before: CutPassage, open: CutPassage): boolean {
    const canJoin = before.isHidden === open.isHidden && before.part === open.part;
    const tokens = before.tokens + open.tokens;
    const isSmall = Math.min(before.tokens, open.tokens) < crumbTokens;
    const header = before.tableHeader === null ? 0 : estimateTokens(before.tableHeader);
    return canJoin && isSmall && tokens + header <= this.#roomFor(before.headingPath);
  }
}

function join(before: CutPassage, next: CutPassage): void {
  before.text += next.text;
  before.end = next.end;
  before.tokens += next.tokens;
  before.lastBlock = next.lastBlock;
  before.headingPath = commonPath(before.headingPath, next.headingPath);
}
