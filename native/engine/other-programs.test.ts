import { expect, test } from 'vitest';
import { shareOfOthers, watchOtherPrograms } from './other-programs.ts';

const start = { allMs: 1000, busyMs: 400, ownMs: 100 };

test('what others took is what was busy and not ours', () => {
  expect(shareOfOthers(start, { allMs: 3000, busyMs: 1900, ownMs: 1100 })).toBe(0.25);
});

test('clocks that do not agree, or do not move, give shares all the same', () => {
  expect(shareOfOthers(start, { allMs: 3000, busyMs: 400, ownMs: 1100 })).toBe(0);
  expect(shareOfOthers(start, { allMs: 1100, busyMs: 900, ownMs: 100 })).toBe(1);
  expect(shareOfOthers(start, start)).toBe(0);
});

test('of this computer it can be told', async () => {
  const share = watchOtherPrograms();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(share()).toBeGreaterThanOrEqual(0);
  expect(share()).toBeLessThanOrEqual(1);
});
