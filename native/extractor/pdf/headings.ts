import type { Bookmark } from './bookmarks.ts';
import type { LaidOut } from './layout/blocks.ts';

const MAX_HEADING_CHARS = 160;
const MAX_HEADING_LINES = 3;
const LARGER = 1.15;
const MAX_LEVEL = 6;
/** An entry of a table of contents. */
const LEADS_TO_PAGE = /\u2026 ?\S{1,8}$/u;
/** The part of a document's text that one bold size may be and still be headings. */
const MAX_BOLD_SHARE = 0.15;

/** Tells headings by the outline and by how much larger than the text they are set. */
export class Headings {
  readonly #charsBySize = new Map<number, number>();
  readonly #levelsByTitle = new Map<string, number>();
  #chars = 0;
  #boldChars = 0;
  #bodyPt = 0;
  #sizes: number[] = [];

  constructor(bookmarks: readonly Bookmark[]) {
    for (const { title, level, page } of bookmarks) {
      this.#levelsByTitle.set(`${page} ${plain(title)}`, level);
    }
  }

  /** Counts a page's blocks in. `settle` comes after those that are to be judged together. */
  count(blocks: readonly LaidOut[]): void {
    for (const { text, sizePt, isBold } of blocks) {
      const size = rounded(sizePt);
      this.#charsBySize.set(size, (this.#charsBySize.get(size) ?? 0) + text.length);
      this.#chars += text.length;
      if (isBold) this.#boldChars += text.length;
    }
  }

  settle(): void {
    const most = [...this.#charsBySize].sort((one, other) => other[1] - one[1])[0];
    this.#bodyPt = most?.[0] ?? 0;
    this.#sizes = [...this.#charsBySize.keys()]
      .filter((size) => size >= this.#bodyPt * LARGER)
      .sort((one, other) => other - one);
  }

  /** The level of a block that is a heading, from 1; null for text. */
  levelOf(block: LaidOut, page: number): number | null {
    if (block.kind === 'table' || block.kind === 'code' || !isShort(block)) return null;
    const level = this.#levelsByTitle.get(`${page} ${plain(block.text)}`);
    if (level !== undefined) return level;
    if (block.kind === 'list-item' && !block.isBold) return null;
    const size = rounded(block.sizePt);
    const rank = this.#sizes.indexOf(size);
    if (rank >= 0) return Math.min(rank + 1, MAX_LEVEL);
    return this.#isBoldHeading(block, size) ? Math.min(this.#sizes.length + 1, MAX_LEVEL) : null;
  }

  #isBoldHeading({ isBold, text, lines }: LaidOut, size: number): boolean {
    return (
      isBold &&
      lines.length === 1 &&
      size >= this.#bodyPt &&
      this.#boldChars < this.#chars * MAX_BOLD_SHARE &&
      !/[.,;:!?\u3002\uff0c\uff1b\uff1a]$/u.test(text)
    );
  }
}

function isShort({ text, lines }: LaidOut): boolean {
  return (
    text.length <= MAX_HEADING_CHARS &&
    lines.length <= MAX_HEADING_LINES &&
    /\p{L}/u.test(text) &&
    !LEADS_TO_PAGE.test(text)
  );
}

function rounded(sizePt: number): number {
  return Math.round(sizePt * 2) / 2;
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}
