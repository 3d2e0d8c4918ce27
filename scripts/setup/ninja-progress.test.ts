import { expect, it } from 'vitest';
import { ninjaProgress, parseNinjaLine } from './ninja-progress.mjs';
import { duration } from './say.mjs';

it('a line of ninja gives step and total, any other line nothing', () => {
  expect(parseNinjaLine('[64/185] Building CXX object a.o')).toEqual({ step: 64, total: 185 });
  expect(parseNinjaLine('ninja: Entering directory')).toBeUndefined();
});

it('a log gets a line every 20 seconds and the last one; a terminal rewrites its line', () => {
  const report = (isTTY: boolean): string => {
    let nowMs = 0;
    let text = '';
    const listen = ninjaProgress({ isTTY, write: (piece) => (text += piece) }, () => nowMs);
    for (const [atMs, step] of [
      [1000, 1],
      [21_000, 2],
      [22_000, 3],
      [65_000, 4],
    ] as const) {
      nowMs = atMs;
      listen(`[${step}/4] Building`);
    }
    return text;
  };
  expect(report(false)).toBe('  [2/4] 21 s\n  [4/4] 1 min 05 s\n');
  expect(report(true).split('\r')).toHaveLength(5);
});

it('durations read like people say them', () => {
  expect([40, 9_940, 12_300, 65_000, 600_000].map(duration)).toEqual([
    '0.0 s',
    '9.9 s',
    '12 s',
    '1 min 05 s',
    '10 min 00 s',
  ]);
});
