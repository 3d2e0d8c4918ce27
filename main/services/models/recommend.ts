import type { CatalogEntry } from '../../../contract/models/models.ts';
import { memoryFit } from './memory-fit.ts';

/** Firmware and graphics keep some of what is sold as 8 GB. */
const memoryTolerance = 0.88;
const gib = 2 ** 30;

function byClassThenRank(a: CatalogEntry, b: CatalogEntry): number {
  return b.memoryGb - a.memoryGb || a.rank - b.rank;
}

/**
 * The entry that suits a computer with `installedBytes` best: the largest memory class it has, in that
 * class the first rank that fits, then smaller classes; a tight one only where nothing fits. Null when
 * even the smallest is too big, or the catalogue is empty. What is only for a quick try, or does not answer, is never
 * advised.
 */
export function recommend(
  entries: readonly CatalogEntry[],
  installedBytes: number,
): CatalogEntry | null {
  const answering = entries.filter((entry) => entry.role === 'chat' && !entry.isQuickTry);
  const candidates = answering
    .filter((entry) => installedBytes >= entry.memoryGb * gib * memoryTolerance)
    .sort(byClassThenRank);
  const smallest = answering.filter((entry) => entry.memoryGb === 4);
  const considered = candidates.length > 0 ? candidates : smallest.sort(byClassThenRank);
  for (const wanted of ['fits', 'tight'] as const) {
    const found = considered.find((entry) => memoryFit(entry, installedBytes) === wanted);
    if (found) return found;
  }
  return null;
}
