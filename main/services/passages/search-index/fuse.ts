/**
 * Of reciprocal rank fusion: how little the first places are favoured, and what a place by words is worth beside
 * one by meaning. Chosen on the frozen corpus of the benchmark; the usual 60 and 1 make both worse than meaning alone.
 */
const rankConstant = 10;
const wordShare = 0.3;

/** A passage with its place in each leg, from 1; null where a leg did not find it. */
export interface FusedHit {
  row: number;
  score: number;
  wordRank: number | null;
  wordScore: number | null;
  meaningRank: number | null;
  meaningScore: number | null;
}

interface Scored {
  row: number;
  score: number;
}

function reciprocal(rank: number | null): number {
  return rank === null ? 0 : 1 / (rankConstant + rank);
}

/**
 * Fuses two rankings by their reciprocal ranks, best first; equal ones by the better place in either, then by
 * row, so that the order never depends on chance.
 */
export function fuse(byWords: readonly Scored[], byMeaning: readonly Scored[]): FusedHit[] {
  const hits = new Map<number, FusedHit>();
  const hitOf = (row: number): FusedHit => {
    const found = hits.get(row);
    if (found) return found;
    const empty = { wordRank: null, wordScore: null, meaningRank: null, meaningScore: null };
    const made = { row, score: 0, ...empty };
    hits.set(row, made);
    return made;
  };
  for (const [index, { row, score }] of byWords.entries()) {
    Object.assign(hitOf(row), { wordRank: index + 1, wordScore: score });
  }
  for (const [index, { row, score }] of byMeaning.entries()) {
    Object.assign(hitOf(row), { meaningRank: index + 1, meaningScore: score });
  }
  const bestRank = (hit: FusedHit) =>
    Math.min(hit.wordRank ?? Infinity, hit.meaningRank ?? Infinity);
  for (const hit of hits.values()) {
    hit.score = wordShare * reciprocal(hit.wordRank) + reciprocal(hit.meaningRank);
  }
  return [...hits.values()].sort(
    (left, right) =>
      right.score - left.score || bestRank(left) - bestRank(right) || left.row - right.row,
  );
}

/** Of the places one source may take at most this share. */
export const sourceShare = 0.4;

/**
 * Takes the first `count` hits that are no near-copy of one taken before, at most two fifths of the places from
 * one document. With one or two documents to choose from there is nobody to make room for.
 */
export function choose(
  hits: readonly FusedHit[],
  options: {
    count: number;
    sourceOf: (row: number) => number;
    sourceCount: number;
    isCopy: (row: number, taken: readonly number[]) => boolean;
  },
): FusedHit[] {
  const { count, sourceOf, sourceCount, isCopy } = options;
  const most = sourceCount > 2 ? Math.max(1, Math.floor(count * sourceShare)) : count;
  const bySource = new Map<number, number>();
  const chosen: FusedHit[] = [];
  for (const hit of hits) {
    if (chosen.length === count) break;
    const source = sourceOf(hit.row);
    const taken = bySource.get(source) ?? 0;
    if (
      taken >= most ||
      isCopy(
        hit.row,
        chosen.map(({ row }) => row),
      )
    )
      continue;
    bySource.set(source, taken + 1);
    chosen.push(hit);
  }
  return chosen;
}
