import type { ExtractedSummary, LeftOut } from '../../../contract/documents/extracted.ts';

/** Counts what was left out of a file. */
export class LeftOutParts {
  readonly #counts = new Map<LeftOut, number>();

  /** Adds to a count; 0 or less adds nothing. */
  add(what: LeftOut, count: number): void {
    if (count > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  /** Only what there was. */
  list(): ExtractedSummary['leftOut'] {
    return Array.from(this.#counts, ([what, count]) => ({ what, count }));
  }
}
