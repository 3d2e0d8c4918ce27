/** Whether results came in a good order. */

/** A passage that answers is worth three of those that only help. */
const gain = (grade: number): number => 2 ** grade - 1;
const discount = (place: number): number => 1 / Math.log2(place + 2);

/**
 * Normalised discounted cumulative gain of the first `count` results, in [0, 1] (Järvelin and Kekäläinen 2002,
 * with exponential gain). `judged`: grades by id; what is not judged is worth nothing.
 */
export function ndcg(
  found: readonly string[],
  judged: ReadonlyMap<string, number>,
  count: number,
): number {
  const reached = found
    .slice(0, count)
    .reduce((sum, id, place) => sum + gain(judged.get(id) ?? 0) * discount(place), 0);
  const best = [...judged.values()]
    .toSorted((left, right) => right - left)
    .slice(0, count)
    .reduce((sum, grade, place) => sum + gain(grade) * discount(place), 0);
  return best === 0 ? 0 : reached / best;
}

/** The share of the answering passages (grade 2) that is among the first `count` results. */
export function recallAt(
  found: readonly string[],
  judged: ReadonlyMap<string, number>,
  count: number,
): number {
  const wanted = [...judged].filter(([, grade]) => grade >= 2).map(([id]) => id);
  const first = new Set(found.slice(0, count));
  return wanted.filter((id) => first.has(id)).length / wanted.length;
}
