import { lineText } from './layout/line-text.ts';
import type { Segment } from './layout/segments.ts';

/** A page as far as it is read: its segments, where its head and foot are looked for. */
export interface ReadPage {
  readonly number: number;
  readonly heightPt: number;
  readonly segments: readonly Segment[];
}

const EDGE_SHARE = 0.12;
const MIN_PAGES = 3;
const NUMBER_ONLY = /^[\s\d#ivxlc.,\-\u2013\u2014|/()\u7b2c\u9801\u9875\u5171]*$/iu;

/**
 * Finds what repeats at the heads and feet of pages, and takes it out: a running title stays where it is first
 * seen, page numbers go. What repeats is told by its words without figures, on more than half of the pages, or of
 * the left or the right ones.
 */
export class RunningLines {
  readonly #pagesByKey = new Map<string, { even: number; odd: number }>();
  readonly #kept = new Set<string>();
  #even = 0;
  #odd = 0;

  /** Counts a page in. All pages that are to be judged together come before the first `without`. */
  count(page: ReadPage): void {
    const isEven = page.number % 2 === 0;
    if (isEven) this.#even += 1;
    else this.#odd += 1;
    for (const key of new Set(edgeSegments(page).map(keyOf))) {
      const pages = this.#pagesByKey.get(key) ?? { even: 0, odd: 0 };
      if (isEven) pages.even += 1;
      else pages.odd += 1;
      this.#pagesByKey.set(key, pages);
    }
  }

  /** The page's segments without what repeats. */
  without(page: ReadPage): Segment[] {
    const edges = new Set(edgeSegments(page));
    return page.segments.filter((segment) => {
      if (!edges.has(segment)) return true;
      const key = keyOf(segment);
      if (!this.#repeats(key)) return true;
      if (this.#kept.has(key) || NUMBER_ONLY.test(key)) return false;
      this.#kept.add(key);
      return true;
    });
  }

  #repeats(key: string): boolean {
    const pages = this.#pagesByKey.get(key);
    if (pages === undefined || pages.even + pages.odd < MIN_PAGES) return false;
    return (
      (pages.even + pages.odd) * 2 > this.#even + this.#odd ||
      (pages.even >= MIN_PAGES && pages.even * 2 > this.#even) ||
      (pages.odd >= MIN_PAGES && pages.odd * 2 > this.#odd)
    );
  }
}

function edgeSegments({ heightPt, segments }: ReadPage): Segment[] {
  const depth = heightPt * EDGE_SHARE;
  return segments.filter(({ rect }) => rect.bottom <= depth || rect.top >= heightPt - depth);
}

function keyOf({ words }: Segment): string {
  return lineText(words).replace(/\d+/g, '#').toLowerCase().slice(0, 200);
}
