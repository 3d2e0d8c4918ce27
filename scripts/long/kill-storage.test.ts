import { expect, test } from 'vitest';
import { killStorage } from './kill-storage.ts';

test('loses nothing it promised when it is killed 25 times', { timeout: 120_000 }, async () => {
  const summary = await killStorage({ trials: 25, seed: 7 });
  expect(summary.problems).toEqual([]);
  expect(summary).toMatchObject({ passed: 25, failed: 0 });
  expect(summary.interrupted).toBeGreaterThan(0);
});
