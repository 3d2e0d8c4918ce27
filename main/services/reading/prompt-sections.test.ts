import { expect, test } from 'vitest';
import { filled, promptSections, promptsFrom } from './prompt-sections.ts';

const file = '## one\nFirst line.\nSecond line.\n\n## two\n {name}\n';

test('a section is what stands below its heading, without the lines after it', () => {
  expect([...promptSections(file)]).toEqual([
    ['one', 'First line.\nSecond line.'],
    ['two', ' {name}'],
  ]);
});

test('a section that is missing is told by name', () => {
  expect(promptsFrom(file, ['two'])).toEqual({ two: ' {name}' });
  expect(() => promptsFrom(file, ['two', 'three'])).toThrow('three');
});

test('values fill their places once, and what looks like a place in them stays', () => {
  const values = { name: '{text} {{ 7*7 }} $& $1', text: '{name}' };
  expect(filled('<{name}> {text} {other}', values)).toBe('<{text} {{ 7*7 }} $& $1> {name} {other}');
});
