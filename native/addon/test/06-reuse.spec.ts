import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Engine } from '../index.d.ts';
import { answer, assistant, openEngine, system, user } from './harness.ts';

let engine: Engine;
before(async () => {
  engine = await openEngine();
});
after(() => engine.dispose());

const fact = system('The budget of Project Falcon is 48210.');
const first = [fact, user('What is the budget of Project Falcon?')];

test('a second turn computes only what is new, and answers as a cold start does', async () => {
  const opening = await answer(engine, [user('Count to 5.')], { sequenceKey: 'warm' });
  const second = [user('Count to 5.'), assistant(opening.text), user('Hello')];
  const warm = await answer(engine, second, { sequenceKey: 'warm', maxAnswerTokens: 24 });
  const cold = await answer(engine, second, { sequenceKey: 'cold', maxAnswerTokens: 24 });
  // All that was read and said: the question, the answer, and none of it twice.
  assert.ok(warm.reusedTokens >= opening.promptTokens + opening.answerTokens - 1);
  assert.equal(cold.reusedTokens, 0);
  assert.equal(warm.promptTokens, cold.promptTokens);
  assert.ok(warm.text.length > 0);
  assert.equal(warm.text, cold.text);
});

test('the very same prompt again computes one token and answers the same', async () => {
  const once = await answer(engine, first, { sequenceKey: 'same' });
  const twice = await answer(engine, first, { sequenceKey: 'same' });
  assert.equal(twice.reusedTokens, once.promptTokens - 1);
  assert.equal(twice.text, once.text);
});

test('an edited message is computed anew from where it differs', async () => {
  await answer(engine, [fact, user('Count to 5.')], { sequenceKey: 'edit' });
  const edited = await answer(engine, [fact, user('Count to 6.')], { sequenceKey: 'edit' });
  assert.equal(edited.text, '1 2 3 4 5 6.');
  assert.ok(edited.reusedTokens > 10 && edited.reusedTokens < edited.promptTokens);
});

test('conversations take turns without mixing, also when there are more than places', async () => {
  const budgets = [48210, 31977, 62845, 15396, 73521, 29684];
  const ask = async (each: number, sequenceKey: string): Promise<string> => {
    const messages = [
      system(`The budget of Project Falcon is ${budgets[each]}.`),
      user('What is the budget of Project Falcon?'),
    ];
    return (await answer(engine, messages, { sequenceKey, maxAnswerTokens: 30 })).text;
  };
  const alone: string[] = [];
  for (const each of budgets.keys()) alone.push(await ask(each, `alone-${each}`));
  assert.equal(new Set(alone).size, budgets.length);
  for (let round = 0; round < 3; round += 1) {
    for (const each of budgets.keys()) assert.equal(await ask(each, `c-${each}`), alone[each]);
  }
});

test('a long conversation pushes the places of others out, and still fits', async () => {
  await using small = await openEngine(undefined, 512);
  const filler = system('The owner of the house is Anna. '.repeat(30));
  const texts: string[] = [];
  for (const sequenceKey of ['a', 'b', 'c', 'a']) {
    const result = await answer(small, [filler, user('Hello')], {
      sequenceKey,
      maxAnswerTokens: 16,
    });
    // Two do not fit side by side: each finds its place emptied.
    assert.ok(result.promptTokens > 256);
    assert.equal(result.reusedTokens, 0);
    texts.push(result.text);
  }
  assert.equal(new Set(texts).size, 1);
});
