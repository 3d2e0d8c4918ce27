import { expect, it } from 'vitest';
import { endingOf } from './mutated-files.ts';

it('a hundred spoilt files end in text or in an error that says why', async () => {
  const first = Date.now() % 1_000_000;
  const endings = [];
  for (let seed = first; seed < first + 100; seed += 1) endings.push(await endingOf(seed));
  // The seed of what failed is in what is shown; `endingOf(seed)` makes it again.
  expect(endings.filter(({ outcome, tookMs }) => outcome === 'fault' || tookMs > 10_000)).toEqual(
    [],
  );
  expect(endings.some(({ outcome }) => outcome === 'text')).toBe(true);
  expect(endings.some(({ outcome }) => outcome === 'error')).toBe(true);
});
