import { expect, test } from 'vitest';
import { fastestOf, nextBatchTokens, threadCandidates, turnMs } from './calibration-choice.ts';

const speed = (threads: number, promptTokensPerSecond: number, answerTokensPerSecond: number) => ({
  ...{ threads, promptTokensPerSecond, answerTokensPerSecond },
});

test.each([
  [1, [1]],
  [2, [2, 1]],
  [3, [3, 2]],
  [4, [4, 2, 3]],
  [8, [8, 4, 7, 6]],
  [16, [16, 8, 15, 12]],
])('of %i cores so many threads are measured: %j', (cores, candidates) => {
  expect(threadCandidates(cores)).toEqual(candidates);
});

test('a usual turn has 300 tokens of prompt and 200 of answer', () => {
  expect(turnMs(speed(1, 300, 100))).toBe(3000);
});

test('the fastest turn wins, whichever part of it is faster', () => {
  const usual = speed(8, 100, 8);
  const best = speed(4, 90, 10);
  expect(fastestOf([usual, speed(6, 120, 6), best])).toBe(best);
});

test('what is faster by noise only changes nothing', () => {
  const usual = speed(8, 100, 10);
  expect(fastestOf([usual, speed(4, 104, 10.4)])).toBe(usual);
});

test.each([
  ['grows where that pays', 256, 100, 80, 512],
  ['stays where it would hardly pay', 256, 100, 95, 256],
  ['stays at the largest', 512, 100, 50, 512],
  ['shrinks where smaller ones are faster', 256, 90, 100, 128],
  ['never gets useless', 64, 50, 100, 64],
])('a step %s', (_name, batchTokens, wholeTokensPerSecond, halfTokensPerSecond, next) => {
  const measured = { wholeTokensPerSecond, halfTokensPerSecond };
  expect(nextBatchTokens({ batchTokens, mostBatchTokens: 512, ...measured })).toBe(next);
});
