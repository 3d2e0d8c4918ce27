import { expect, test } from 'vitest';
import { sortableIds } from './sortable-ids.ts';

test('ids sort by the order they were made in, also when the clock stands still or goes back', () => {
  const times = [5, 5, 5, 1, 6, 2 ** 41, 2 ** 41];
  let at = 0;
  const ids = sortableIds({ nowMs: () => times[at++ % times.length] ?? 0 });
  const made = times.map(() => ids.next());
  expect([...made].sort()).toEqual(made);
  expect(new Set(made).size).toBe(times.length);
});

test('ids are short, plain and do not repeat', () => {
  const ids = sortableIds({ nowMs: () => Date.now() });
  const made = new Set(Array.from({ length: 20_000 }, () => ids.next()));
  expect(made.size).toBe(20_000);
  for (const id of made) expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
});

test('two processes that start in the same millisecond make different ids', () => {
  const clock = { nowMs: () => 1_000 };
  expect(sortableIds(clock).next()).not.toBe(sortableIds(clock).next());
});
