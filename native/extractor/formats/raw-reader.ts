import type { LeftOut } from '../../../contract/documents/extracted.ts';
import type { ForeignFile, ReadChunk } from '../reader.ts';

/** What a format knows of a whole file; what counts characters is added for all formats alike. */
export interface RawSummary {
  title: string | null;
  pageCount: number | null;
  leftOut: LeftOutCounts;
}

/**
 * Blocks of one file in reading order, hidden text marked by its carrier; their text may still hold anything.
 * Leaving the loop ends the work.
 * @throws AppError `document.broken`, `document.encrypted`, `document.too-large`, `document.unsupported`
 */
export type RawReader = (file: ForeignFile) => RawReading;
export type RawReading = AsyncGenerator<ReadChunk, RawSummary, undefined>;

/** How often something was left out, by what it is. */
export class LeftOutCounts {
  readonly #counts = new Map<LeftOut, number>();

  add(what: LeftOut, count = 1): void {
    if (count > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  list(): { what: LeftOut; count: number }[] {
    return Array.from(this.#counts, ([what, count]) => ({ what, count }));
  }
}
