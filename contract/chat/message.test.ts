import { expect, test } from 'vitest';
import { appendParts, isPart, type Part } from './message.ts';

const text = (words: string): Part => ({ type: 'text', text: words });
const notes = (words: string): Part => ({ type: 'notes', step: 1, first: 1, last: 2, text: words });

test('streamed parts grow, others are added beside what is alike', () => {
  const parts = appendParts([text('a')], [text('b'), notes('x'), notes('y'), text('c'), text('d')]);
  expect(parts).toEqual([text('ab'), notes('x'), notes('y'), text('cd')]);
});

test('what is appended leaves the parts before as they were', () => {
  const before = [text('a')];
  appendParts(before, [text('b')]);
  expect(before).toEqual([text('a')]);
});

test('a kind of part is told apart from the others', () => {
  expect([text('a'), notes('x'), text('b')].filter(isPart('notes'))).toEqual([notes('x')]);
});
