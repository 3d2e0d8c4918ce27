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
  await using fresh = await openEngine();
  const cold = await answer(fresh, second, { sequenceKey: 'cold', maxAnswerTokens: 24 });
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
  const budgets = Array.from({ length: 18 }, (_, index) => 48210 + 1117 * index);
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
  const owners = ['Anna', 'Omar', 'Lena', 'Anna'];
  const texts: string[] = [];
  for (const owner of owners) {
    const filler = system(`The owner of the house is ${owner}. `.repeat(30));
    const result = await answer(small, [filler, user('Hello')], {
      sequenceKey: owner,
      maxAnswerTokens: 16,
    });
    // Two do not fit side by side: each finds its place emptied, but for the words that all begin with.
    assert.ok(result.promptTokens > 256);
    assert.ok(result.reusedTokens < 20);
    texts.push(result.text);
  }
  assert.equal(texts[3], texts[0]);
});

test('a new conversation begins with what another has computed, without computing it again', async () => {
  const persona = system('You are Luna, a friendly guide. The budget of Project Falcon is 48210.');
  const first = await answer(engine, [persona, user('Count to 5.')], { sequenceKey: 'mother' });
  const second = await answer(engine, [persona, user('Who are you?')], { sequenceKey: 'daughter' });
  assert.ok(second.reusedTokens > 30 && second.reusedTokens < first.promptTokens);
  assert.equal(
    second.reusedTokens + second.restoredTokens + second.computedTokens,
    second.promptTokens,
  );
  await using fresh = await openEngine();
  assert.equal(second.text, (await answer(fresh, [persona, user('Who are you?')])).text);
});
