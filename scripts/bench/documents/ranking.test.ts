import { expect, it } from 'vitest';
import { ndcg, recallAt } from './ranking.ts';

const judged = new Map([
  ['a', 2],
  ['b', 1],
]);

it('is 1 where the best come first, in their order', () => {
  expect(ndcg(['a', 'b', 'x'], judged, 10)).toBe(1);
});
it('is less the later the right one comes, and 0 where it does not', () => {
  expect(ndcg(['b', 'a'], judged, 10)).toBeCloseTo((1 + 3 / Math.log2(3)) / (3 + 1 / Math.log2(3)));
  expect(ndcg(['x', 'a'], new Map([['a', 2]]), 10)).toBeCloseTo(1 / Math.log2(3));
  expect(ndcg(['x', 'y'], judged, 10)).toBe(0);
  expect(ndcg(['x', 'x', 'a'], judged, 2)).toBe(0);
});
it('counts only answering passages as recalled, and only the first', () => {
  expect(recallAt(['b', 'a'], judged, 5)).toBe(1);
  expect(recallAt(['b', 'a'], judged, 1)).toBe(0);
});
