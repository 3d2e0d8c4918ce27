import { expect, test } from 'vitest';
import { saidSpan } from './said-span.ts';

const text = 'The sea was calm. The budget of Project Falcon\nis 48210. 專案的密碼是4821。完。';
const spoken = (said: string) => {
  const span = saidSpan({ text, start: 100 }, said);
  return span && text.slice(span.start - 100, span.end - 100);
};

test.each([
  [
    'the sentence before the number',
    'I looked. The budget of Project Falcon is 48210 ',
    'The budget of Project Falcon\nis 48210.',
  ],
  ['a quote', 'It says: "The sea was calm." ', null],
  ['a quote that is the whole sentence', '"The sea was calm." ', 'The sea was calm.'],
  ['other case', 'the SEA was calm ', 'The sea was calm.'],
  ['Chinese', '好的。專案的密碼是4821', '專案的密碼是4821。'],
  ['other words', 'The budget is about fifty thousand ', null],
  ['too little to tell', 'calm ', null],
])('%s', (_name, said, expected) => {
  expect(spoken(said)).toBe(expected);
});
