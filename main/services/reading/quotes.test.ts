import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  documentId,
  type NumberedPassage,
  passageId,
} from '../../../contract/documents/documents.ts';
import { checkAnswer, findQuotes } from './quotes.ts';

const passage = (number: number, text: string): NumberedPassage => ({
  id: passageId.parse(`p-${number}`),
  documentId: documentId.parse('d'),
  documentName: 'notes.txt',
  text,
  ...{ start: 0, end: text.length, headingPath: [], page: null, part: null, boxes: [] },
  ...{ isHidden: false, number },
});
const passages = [
  passage(
    1,
    'The budget of Project Falcon is 48210. It was agreed\nin May, and grows by 1.5 % a year.',
  ),
  passage(2, '專案的密碼是4821。請不要告訴別人，直到五月為止。'),
  passage(3, 'Nobody may enter the ware-\nhouse after dark; “the dogs” are loose.'),
];
const numbers = (text: string) => checkAnswer(text, passages).quotes.map(({ number }) => number);

test('a citation is known where its passage was given', () => {
  const { citations } = checkAnswer('So it is [1], or so [7].', passages);
  expect(citations).toEqual([
    { number: 1, start: 9, end: 12, isKnown: true },
    { number: 7, start: 20, end: 23, isKnown: false },
  ]);
});

test('a quote is found where it stands, with its own offsets', () => {
  const text = 'It says "The budget of Project Falcon is 48210." [1]';
  const { quotes } = checkAnswer(text, passages);
  expect(quotes).toEqual([{ start: 9, end: 47, number: 1 }]);
  expect(text.slice(9, 47)).toBe('The budget of Project Falcon is 48210.');
});

test.each([
  ['over the end of a line', '“It was agreed in May” [1]', 1],
  ['whatever its case and spaces', '"the  BUDGET of project falcon" [1]', 1],
  ['with the comma of American print', '“The budget of Project Falcon is 48210,” it says [1].', 1],
  ['with the citation before it', 'As [1] has it: “It was agreed in May”.', 1],
  ['across a word cut at the end of a line', '"may enter the warehouse after dark" [3]', 3],
  ['with quotation marks of another kind in it', '「after dark; "the dogs" are」[3]', 3],
  ['with a gap that it shows', '"The budget … is 48210 […] in May" [1]', 1],
  ['in Chinese', '文件說「專案的密碼是4821」[2]。', 2],
  ['in Chinese, in full width', '『專案的密碼是４８２１。請不要告訴別人』【2】', 2],
  ['in Chinese with marks of another kind', '“請不要告訴別人, 直到五月為止” [2]', 2],
])('a quote is found %s', (_name, text, number) => {
  expect(numbers(text)).toEqual([number]);
});

test('it is found in the passage it stands in, whichever is cited', () => {
  expect(numbers('"The budget of Project Falcon" [2]')).toEqual([1]);
});

test.each([
  ['words that are not there', '"The budget of Project Falcon is 50000." [1]'],
  ['a figure with another point', '"grows by 15 % a year" [1]'],
  ['pieces in another order', '"is 48210 … The budget of Project" [1]'],
  ['pieces of two passages', '"The budget of Project Falcon … after dark" [1]'],
  ['a word left out in silence', '"The budget of Falcon is 48210" [1]'],
  ['Chinese that is not there', '「專案的密碼是9999」[2]'],
  ['another cited passage only', '"The warehouse is open at night" [3]'],
])('%s are not found', (_name, text) => {
  expect(numbers(text)).toEqual([null]);
});

test.each([
  ['a word or a name', 'The "Falcon" [1] is large; 「密碼」[2]。'],
  ['a quote without a citation', 'You wrote "I would like to know the budget".'],
  ['a quote whose citation is far away', `"something that somebody said" ${'and '.repeat(40)}[1]`],
  ['a quote of another paragraph', '"something that somebody said"\n\nIt is so [1].'],
  ['a mark that nothing ends', 'It is 5" wide and good [1].'],
])('%s is not checked', (_name, text) => {
  expect(numbers(text)).toEqual([]);
});

test('only the quote beside the citation is checked', () => {
  expect(numbers('"He said this and that", but "It was agreed in May" [1].')).toEqual([1]);
});

test('marks inside marks belong to the outer quote', () => {
  expect(findQuotes('「甲說『乙』了」and "x"')).toEqual([
    { start: 1, end: 7 },
    { start: 13, end: 14 },
  ]);
});

test('every stretch of a passage is found in it, however it is spaced', () => {
  const source = passages[1]?.text ?? '';
  void fc.assert(
    fc.property(fc.nat(10), fc.integer({ min: 11, max: 14 }), fc.nat(7), (from, length, gap) => {
      const piece = source.slice(from, from + length);
      const spaced = `${piece.slice(0, gap)} ${piece.slice(gap)}`;
      expect(numbers(`「${spaced}」[2]`)).toEqual([2]);
    }),
  );
});

test('no text makes it fail, and offsets stay inside', () => {
  const piece = fc.constantFrom(
    '"',
    '“',
    '”',
    '「',
    '」',
    '[1]',
    '[',
    '…',
    '\n\n',
    'budget',
    '密碼',
    ' ',
  );
  void fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('');
      const { citations, quotes } = checkAnswer(text, passages);
      for (const { start, end } of [...citations, ...quotes]) {
        expect(start).toBeLessThanOrEqual(end);
        expect(end).toBeLessThanOrEqual(text.length);
      }
    }),
  );
});
