import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addon, answer, contextTokens, modelPath, openEngine, rejection, user } from './harness.ts';

const small = { threads: 1, batchTokens: 64, promptTokens: 200, answerTokens: 8 };

test('measuring tells how fast prompts are read and answers are written', async () => {
  await using engine = await openEngine();
  const speed = await engine.measure(small).done;
  assert.ok(speed.promptTokensPerSecond > 0);
  assert.ok(speed.answerTokensPerSecond > 0);
});

test('other thread counts may be measured; answers are the same before and after', async () => {
  await using engine = await openEngine();
  const before = await answer(engine, [user('Hello')]);
  for (const threads of [2, 1, 3, 2]) await engine.measure({ ...small, threads }).done;
  const after = await answer(engine, [user('Hello')], { sequenceKey: 'other' });
  assert.equal(after.text, before.text);
});

test('what was measured leaves nothing behind: the context can be filled again and again', async () => {
  await using engine = await openEngine();
  const most = { ...small, promptTokens: 1900 };
  for (let round = 0; round < 3; round += 1) await engine.measure(most).done;
});

test('a measurement that finds no room says so and leaves the engine working', async () => {
  await using engine = await openEngine();
  const error = await rejection(engine.measure({ ...small, promptTokens: 4096 }).done);
  assert.equal(error.code, 'prompt.too-long');
  assert.equal((await answer(engine, [user('Hello')])).text, 'Hello! How can I help you?');
});

test('a cancelled measurement makes way at once', async () => {
  await using engine = await openEngine();
  const job = engine.measure({ ...small, promptTokens: 1900, answerTokens: 100 });
  setTimeout(() => job.cancel(), 5);
  assert.equal((await rejection(job.done)).code, 'cancelled');
  assert.equal((await answer(engine, [user('Hello')])).text, 'Hello! How can I help you?');
});

test('without a model there is nothing to measure', async () => {
  const engine = new addon.Engine({ threads: 1 });
  assert.equal((await rejection(engine.measure(small).done)).code, 'model.not-loaded');
  await engine.dispose();
});

test('the threads of a loaded model can be changed; answers are the same, and a load begins anew', async () => {
  await using engine = await openEngine();
  const before = await answer(engine, [user('Count to 12.')]);
  await engine.setThreads({ threads: 2 });
  assert.equal((await engine.counters()).threads, 2);
  const after = await answer(engine, [user('Count to 12.')], { sequenceKey: 'other' });
  assert.equal(after.text, before.text);
  await engine.load({ path: modelPath, projectorPath: null, contextTokens }, () => {}).done;
  assert.equal((await engine.counters()).threads, 1);
  await engine.unload();
  assert.equal((await rejection(engine.setThreads({ threads: 1 }))).code, 'model.not-loaded');
});

test('a count below one is refused', async () => {
  await using engine = await openEngine();
  assert.throws(() => engine.measure({ ...small, threads: 0 }), TypeError);
  assert.throws(() => engine.setThreads({ threads: 0 }), TypeError);
});
