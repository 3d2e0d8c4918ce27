import { expect, test } from 'vitest';
import { coverageOf, isRelevant, weightOf } from './relevance.ts';

test.each([
  ['most of the words, no model', 0.6, null, true],
  ['a word or two, no model', 0.3, null, false],
  ['no word, close in meaning', 0, 0.87, true],
  ['no word, as close as anything is', 0, 0.81, false],
  ['no word, rather close', 0, 0.83, false],
  ['some words, rather close', 0.3, 0.83, true],
  ['some words, not close', 0.3, 0.8, false],
  ['most of the words, not close', 0.6, 0.7, true],
])('%s', (_what, coverage, closeness, isEnough) => {
  expect(isRelevant({ coverage, closeness })).toBe(isEnough);
});

test('a rare word tells more than a common one, and one that stands nowhere as much as the rarest', () => {
  const weight = (rows: number, word = 'heron') => weightOf({ word, rows }, 1000);
  expect(weight(1)).toBeGreaterThan(weight(100));
  expect(weight(100)).toBeGreaterThan(weight(1000));
  expect(weight(0)).toBe(weight(1));
  expect(weight(5000)).toBeGreaterThan(0);
  expect(weight(1, '鹭在')).toBe(0);
});

test('what a passage holds is weighed, not counted', () => {
  const words = [
    { word: 'heron', rows: 1 },
    { word: 'day', rows: 900 },
  ];
  expect(coverageOf(words, 1000, (word) => word === 'heron')).toBeGreaterThan(0.9);
  expect(coverageOf(words, 1000, (word) => word === 'day')).toBeLessThan(0.1);
  expect(coverageOf([], 1000, () => true)).toBe(0);
});
