import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { titleFromText } from './title.ts';

test.each([
  ['Hello', 'Hello'],
  ['What is the capital of France?', 'What is the capital of France?'],
  [
    'Please explain in simple words how the internal combustion engine of a car works',
    'Please explain in simple words how the…',
  ],
  [
    '請用簡單的話解釋一下汽車的內燃機是怎麼運作的，最好有圖片可以看',
    '請用簡單的話解釋一下汽車的內燃機是怎麼運…',
  ],
  ['請解釋 JavaScript 的 Promise 是什麼', '請解釋 JavaScript 的 Promise 是什麼'],
  ['# Heading\n\nbody', 'Heading'],
  ['> quoted words', 'quoted words'],
  ['- **bold** and `code` and [a link](https://example.com)', 'bold and code and a link'],
  ['```ts\nconst answer = 42;\n```', 'const answer = 42;'],
  ['\n\n   second line first   \nmore', 'second line first'],
  ['snake_case_name stays', 'snake_case_name stays'],
  ['2 * 3 * 4 = ?', '2 * 3 * 4 = ?'],
  ['*gentle* and _calm_', 'gentle and calm'],
  ['a\tb\u0000c\u202ed', 'a b c d'],
  ['---', ''],
  ['   ', ''],
])('makes of %j the title %j', (text, title) => {
  expect(titleFromText(text)).toBe(title);
});

test('cuts a word without end, and never inside a character', () => {
  expect(titleFromText('x'.repeat(500))).toBe(`${'x'.repeat(40)}…`);
  const families = titleFromText('👨‍👩‍👧‍👦'.repeat(100));
  expect(families).toBe(`${'👨‍👩‍👧‍👦'.repeat(40)}…`);
});

test('is one line of bounded length for any text', () => {
  void fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      const title = titleFromText(text);
      expect(title).not.toMatch(/[\n\r\t]/);
      expect(title).toBe(title.trim());
      const graphemes = [...new Intl.Segmenter().segment(title)];
      expect(graphemes.length).toBeLessThanOrEqual(41);
    }),
  );
});
