import { describe, expect, it } from 'vitest';
import { bootstrapMedian, median, quantile, seededRandom } from './statistics.ts';

describe('a median', () => {
  it('is the value in the middle, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it('is the mean of the two in the middle of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('of nothing is no number', () => {
    expect(median([])).toBeNaN();
  });
});

it('a quantile lies between its neighbours', () => {
  expect(quantile([0, 10], 0.95)).toBeCloseTo(9.5);
  expect(quantile([3], 0.95)).toBe(3);
});

describe('the interval of a median', () => {
  it('holds the median and lies within the values', () => {
    const { median: middle, low, high } = bootstrapMedian([1.1, 0.9, 1, 1.05, 0.95]);
    expect(middle).toBe(1);
    expect(low).toBeGreaterThanOrEqual(0.9);
    expect(low).toBeLessThan(1);
    expect(high).toBeGreaterThan(1);
    expect(high).toBeLessThanOrEqual(1.1);
  });

  it('is the same on every run', () => {
    expect(bootstrapMedian([3, 1, 2])).toEqual(bootstrapMedian([3, 1, 2]));
  });

  it('has no width where all rounds agree', () => {
    expect(bootstrapMedian([2, 2, 2])).toEqual({ median: 2, low: 2, high: 2 });
  });
});

it('random numbers follow from their seed', () => {
  const draw = (seed: number): number[] => {
    const random = seededRandom(seed);
    return [random(), random(), random()];
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  expect(Math.max(...draw(7))).toBeLessThan(1);
});
