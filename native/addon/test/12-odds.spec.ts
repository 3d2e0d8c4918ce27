import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Engine, TokenOdds } from '../index.d.ts';
import { type Answer, answer, endless, openEngine, user } from './harness.ts';

let engine: Engine;
before(async () => {
  engine = await openEngine();
});
after(() => engine.dispose());

const oddsOf = (result: Answer): TokenOdds[] => result.batches.flatMap((batch) => batch.odds);
const wild = { temperature: 2, topP: 1, topK: 0, minP: 0, seed: 5 };

test('there are none unless they are asked for', async () => {
  assert.deepEqual(oddsOf(await answer(engine, [user('Hello')])), []);
});

test('every token of the answer has its odds, in order', async () => {
  const result = await answer(engine, [user('Hello')], { alternatives: 0 });
  const odds = oddsOf(result);
  assert.deepEqual(
    odds.map((each) => each.token),
    [...result.answerTokenIds],
  );
  assert.equal(odds.map((each) => each.text).join(''), 'Hello! How can I help you?');
  for (const each of odds) {
    assert.deepEqual(each.alternatives, []);
    assert.ok(each.probability > 0.5 && each.probability <= 1);
  }
});

test('alternatives are the likeliest tokens, the best first', async () => {
  const result = await answer(engine, endless, { alternatives: 20, maxAnswerTokens: 30 });
  for (const { token, probability, alternatives } of oddsOf(result)) {
    assert.equal(alternatives.length, 20);
    assert.equal(new Set(alternatives.map((other) => other.token)).size, 20);
    // Greedy: the chosen one is the likeliest.
    assert.equal(alternatives[0]?.token, token);
    assert.equal(alternatives[0]?.probability, probability);
    const list = alternatives.map((other) => other.probability);
    assert.deepEqual(
      list,
      list.toSorted((left, right) => right - left),
    );
    const sum = list.reduce((total, each) => total + each, 0);
    assert.ok(sum > 0 && sum <= 1.000001);
  }
});

test('they are the model’s own, whatever the sampler made of them', async () => {
  const calm = await answer(engine, [user('Hello')], { alternatives: 3, maxAnswerTokens: 1 });
  const biased = await answer(engine, [user('Hello')], {
    alternatives: 3,
    maxAnswerTokens: 1,
    sampling: wild,
    logitBias: [{ token: 305, bias: 100 }],
  });
  const [first] = oddsOf(calm);
  const [forced] = oddsOf(biased);
  assert.equal(forced?.token, 305);
  assert.ok((forced?.probability ?? 1) < 0.01);
  assert.deepEqual(
    forced?.alternatives.map((other) => other.token),
    first?.alternatives.map((other) => other.token),
  );
});

test('asking changes no token', async () => {
  const changes = { sampling: wild, maxAnswerTokens: 30 };
  // Each from the beginning: at this temperature the size of a step may tip a scale.
  const without = await answer(engine, endless, { ...changes, sequenceKey: 'without' });
  await using fresh = await openEngine();
  const asked = await answer(fresh, endless, {
    ...changes,
    sequenceKey: 'asked',
    alternatives: 20,
  });
  assert.deepEqual(asked.answerTokenIds, without.answerTokenIds);
});
