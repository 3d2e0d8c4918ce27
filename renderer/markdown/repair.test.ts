import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markdown } from './parser.ts';
import { repairTail } from './repair.ts';

describe('a half-typed text', () => {
  test.each([
    ['closes bold', 'this is **bold', 'this is **bold**'],
    ['closes nested marks from the inside out', '**bold and _thin', '**bold and _thin_**'],
    ['closes code', 'call `f(a', 'call `f(a`'],
    ['leaves marks inside code alone', 'call `**f', 'call `**f`'],
    ['hides a mark that opens nothing yet', 'this is **', 'this is '],
    ['hides the address of a half link', 'see [the docs](https://exa', 'see the docs'],
    ['hides the bracket of a half label', 'see [the do', 'see the do'],
    ['hides a half picture', 'see ![a ca', 'see '],
    ['hides a half picture with an address', '![cat](https://x', ''],
    ['keeps a finished link', '[a](https://x.y)', '[a](https://x.y)'],
    ['keeps snake_case', 'use max_len', 'use max_len'],
    ['keeps a list bullet with words', '* one\n* two', '* one\n* two'],
    ['hides a lone dash that may become a list or a line', 'words\n-', 'words'],
    ['hides a lone number', 'words\n2.', 'words'],
    ['hides the beginning of a fence', 'words\n``', 'words'],
    ['leaves what stands before a blank line alone', '**open\n\nnext', '**open\n\nnext'],
    ['closes strike-through', 'was ~~gone', 'was ~~gone~~'],
    ['keeps what is escaped', 'a \\*b', 'a \\*b'],
    ['closes a mark before a blank at the end', '**bold ', '**bold**'],
  ])('%s', (_title, text, expected) => {
    expect(repairTail(text)).toBe(expected);
  });

  test('is never shown with an open bold or code mark', () => {
    const words = fc.string({ unit: fc.constantFrom('a', ' ', '漢', '。', 'b'), minLength: 1 });
    fc.assert(
      fc.property(words, words, fc.constantFrom('**', '`', '~~'), (before, inside, mark) => {
        const text = `x${before.trim()} ${mark}y${inside}`;
        expect(markdown.renderInline(repairTail(text))).not.toContain(mark);
      }),
    );
  });
});
