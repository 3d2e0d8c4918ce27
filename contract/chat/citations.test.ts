import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { findCitations } from './citations.ts';

const numbers = (text: string) => findCitations(text).map(({ number }) => number);

test('a mark is found where it stands', () => {
  expect(findCitations('The budget is 48210 [1].')).toEqual([{ number: 1, start: 20, end: 23 }]);
});

test.each([
  ['several in a row', 'It is so [1][2], and so [12].', [1, 2, 12]],
  ['several in one mark', 'It is so [1, 2; 4].', [1, 2, 4]],
  ['a range', 'It is so [2-4] or [7–8].', [2, 3, 4, 7, 8]],
  ['a range with a list', 'It is so [1, 3-4].', [1, 3, 4]],
  ['a range that is none', 'It is so [3-1], [1-900].', [3, 1, 1, 900]],
  ['footnote form', 'It is so [^3].', [3]],
  ['Chinese brackets', '預算是48210【1】，期限是五月［2］。', [1, 2]],
  ['a Chinese list', '見【1、2】與[3，4]。', [1, 2, 3, 4]],
  ['right after a word or a number', 'It is 48210[1].', [1]],
])('%s', (_name, text, expected) => {
  expect(numbers(text)).toEqual(expected);
});

test.each([
  ['a label of a link', 'See [1](https://example.org).'],
  ['an index in code', 'Use `list[1]` here.'],
  ['an index in a block', 'So:\n```js\nlist[1] = 2;\n```\n'],
  ['an index in a block that still streams', 'So:\n```js\nlist[1] = 2;'],
  ['words', 'The [first] one, [a1], [].'],
  ['a year of five digits', 'In [12345].'],
  ['a mark that is not whole yet', 'The budget is 48210 [1'],
])('%s is none', (_name, text) => {
  expect(numbers(text)).toEqual([]);
});

test('what follows a block of code is found again', () => {
  expect(numbers('```\na[1]\n```\nSo it is [2].')).toEqual([2]);
  expect(numbers('`a[1]` is [2], `` b[3]` `` is [4].')).toEqual([2, 4]);
});

test('offsets name the mark, whatever stands around it', () => {
  void fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 999 }), (text, n) => {
      const before = text.replaceAll(/[`~[［【〔]/gu, ' ');
      const [found] = findCitations(`${before} [${n}] `);
      expect(found).toEqual({
        number: n,
        start: before.length + 1,
        end: before.length + 3 + `${n}`.length,
      });
    }),
  );
});

test('streaming finds each mark once it is whole, and never loses one outside code', () => {
  const text = 'A [1] and B [2, 3], then 「C」【4】.';
  let before = 0;
  for (let length = 0; length <= text.length; length += 1) {
    const now = findCitations(text.slice(0, length)).length;
    expect(now).toBeGreaterThanOrEqual(before);
    before = now;
  }
  expect(before).toBe(4);
});
