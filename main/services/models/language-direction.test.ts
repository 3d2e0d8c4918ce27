import { expect, it } from 'vitest';
import { directionBetween, withoutLanguage } from './language-direction.ts';

const dot = (left: Float32Array, right: Float32Array): number =>
  left.reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0);

// The third place says the language, the others what is meant.
const english = Float32Array.from([0.8, 0, -0.6, 0, 0.8, -0.6]);
const chinese = Float32Array.from([0.8, 0, 0.6, 0, 0.8, 0.6]);

it('is what two languages differ by, whatever is said', () => {
  expect([...directionBetween({ english, chinese }, 3)]).toEqual([0, 0, 1]);
});
it('lets a question find what it means in the other language before something else in its own', () => {
  const direction = directionBetween({ english, chinese }, 3);
  const question = english.subarray(0, 3);
  const right = chinese.subarray(0, 3);
  const wrong = english.subarray(3);
  expect(dot(question, right)).toBeLessThan(dot(question, wrong));
  const asked = withoutLanguage(question, direction);
  expect(dot(asked, right)).toBeGreaterThan(dot(asked, wrong));
  expect(dot(asked, asked)).toBeCloseTo(1);
});
it('leaves a vector of nothing as it is', () => {
  const nothing = new Float32Array(3);
  expect(withoutLanguage(nothing, nothing)).toEqual(nothing);
});
