import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Message, message } from '../../../contract/chat/message.ts';
import { historyToPrompt } from './history-to-prompt.ts';

let sequence = 0;
function made(role: 'user' | 'assistant', text: string, more: object = {}): Message {
  sequence += 1;
  return message.parse({
    id: `m-${sequence}`,
    conversationId: 'c',
    parentId: null,
    role,
    parts: text === '' ? [] : [{ type: 'text', text }],
    status: 'complete',
    createdAtMs: 0,
    sequence,
    modelName: null,
    usage: null,
    error: null,
    ...more,
  });
}
const person = (text: string) => made('user', text);
const answer = (text: string, more: object = {}) => made('assistant', text, more);
const tooLong = {
  status: 'failed',
  error: { code: 'prompt.too-long', data: { promptTokens: 9, contextTokens: 5 } },
};

test('begins with the system prompt, and without one where it is blank', () => {
  expect(historyToPrompt([person('Hi')], ' Be calm.\n')).toEqual([
    { role: 'system', text: 'Be calm.' },
    { role: 'user', text: 'Hi' },
  ]);
  expect(historyToPrompt([person('Hi')], ' \n')).toEqual([{ role: 'user', text: 'Hi' }]);
});

test('keeps an answer that broke off, and hands on reasoning apart from text', () => {
  const parts = [
    { type: 'reasoning', text: 'hm' },
    { type: 'text', text: 'Half an' },
  ];
  const path = [person('a'), answer('', { parts, status: 'interrupted' }), person('go on')];
  expect(historyToPrompt(path, '')).toEqual([
    { role: 'user', text: 'a' },
    { role: 'assistant', text: 'Half an', reasoning: 'hm' },
    { role: 'user', text: 'go on' },
  ]);
});

test('joins a question without an answer to the next one', () => {
  const path = [
    person('What is X?'),
    answer('', { status: 'interrupted' }),
    person('In one line.'),
  ];
  expect(historyToPrompt(path, '')).toEqual([{ role: 'user', text: 'What is X?\n\nIn one line.' }]);
});

test('counts a question asked again in the same words once', () => {
  const path = [person('Hello'), answer(' \n', { status: 'stopped' }), person('Hello ')];
  expect(historyToPrompt(path, '')).toEqual([{ role: 'user', text: 'Hello ' }]);
});

test('leaves out a question that was too long, and only that one', () => {
  const path = [person('a'), answer('b'), person('x'.repeat(99)), answer('', tooLong), person('c')];
  expect(historyToPrompt(path, '').map(({ text }) => text)).toEqual(['a', 'b', 'c']);
});

test('never has two turns of one side in a row, and ends with the question asked', () => {
  const turn = fc.tuple(
    fc.constantFrom('a', 'b', 'cc'),
    fc.constantFrom('', ' ', 'yes'),
    fc.boolean(),
  );
  void fc.assert(
    fc.property(fc.array(turn, { maxLength: 12 }), (turns) => {
      const path = turns.flatMap(([question, text, isTooLong]) => [
        person(question),
        answer(text, isTooLong ? tooLong : {}),
      ]);
      const prompt = historyToPrompt([...path, person('last')], '');
      for (const [index, { role }] of prompt.entries()) {
        expect(role).toBe(index % 2 === 0 ? 'user' : 'assistant');
      }
      expect(prompt.at(-1)?.role).toBe('user');
      expect(prompt.at(-1)?.text.endsWith('last')).toBe(true);
    }),
  );
});
