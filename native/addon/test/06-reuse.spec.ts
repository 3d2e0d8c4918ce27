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
  const before = await answer(engine, first, { sequenceKey: 'warm' });
  const second = [...first, assistant(before.text), user('Count to 7.')];
  const warm = await answer(engine, second, { sequenceKey: 'warm' });
  const cold = await answer(engine, second, { sequenceKey: 'cold' });
  assert.ok(warm.reusedTokens >= before.promptTokens, `${warm.reusedTokens} reused`);
  assert.equal(cold.reusedTokens, 0);
  assert.equal(warm.promptTokens, cold.promptTokens);
  assert.equal(warm.text, cold.text);
  assert.equal(warm.text, '1 2 3 4 5 6 7.');
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
  for (let round = 0; round < 3; round += 1) {
    for (let each = 0; each < 6; each += 1) {
      const name = ['Falcon', 'Apollo', 'Orion', 'Titan', 'Delta', 'Nova'][each];
      const value = 40_000 + 111 * each;
      const result = await answer(
        engine,
        [
          system(`The budget of Project ${name} is ${value}.`),
          user(`What is the budget of Project ${name}?`),
        ],
        { sequenceKey: `conversation-${each}` },
      );
      assert.equal(result.text, `The budget of Project ${name} is ${value}.`);
    }
  }
});

test('a long conversation pushes the places of others out, and still fits', async () => {
  await using small = await openEngine(undefined, 512);
  const filler = system('The owner of the house is Anna. '.repeat(30));
  for (const key of ['a', 'b', 'c']) {
    const result = await answer(small, [filler, user('Count to 9.')], { sequenceKey: key });
    assert.equal(result.stopReason, 'end');
    assert.ok(result.promptTokens > 256);
  }
});
