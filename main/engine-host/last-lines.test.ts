import { expect, test } from 'vitest';
import { LastLines, lineCutter } from './last-lines.ts';

test('lines are cut where they end, however the pieces come', () => {
  const lines: string[] = [];
  const cut = lineCutter((line) => lines.push(line));
  for (const piece of ['on', 'e\ntw', 'o\r\n\nthr', 'ee']) cut(piece);
  expect(lines).toEqual(['one', 'two']);
  cut(null);
  expect(lines).toEqual(['one', 'two', 'three']);
});

test('only the last forty are kept, each cut at five hundred characters', () => {
  const last = new LastLines();
  for (let at = 1; at <= 50; at += 1) last.add(`line ${at}`);
  last.add('x'.repeat(2000));
  expect(last.all()).toHaveLength(40);
  expect(last.all()[0]).toBe('line 12');
  expect(last.all().at(-1)).toHaveLength(500);
});
