import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Batch, Engine, Job } from '../index.d.ts';
import { answer, endless, openEngine, request, user } from './harness.ts';

let engine: Engine;
before(async () => {
  engine = await openEngine();
});
after(() => engine.dispose());

/** Runs until `isTime` of a batch, then cancels from inside the callback. */
async function cancelWhen(key: string, isTime: (batch: Batch) => boolean) {
  const batches: Batch[] = [];
  const job: Job<Awaited<ReturnType<typeof answer>>> = engine.generate(
    request(endless, {
      sequenceKey: key,
      sampling: { temperature: 2, topP: 1, topK: 0, minP: 0, seed: 1 },
    }),
    (batch) => {
      batches.push(batch);
      if (isTime(batch)) job.cancel();
    },
  ) as never;
  const result = await job.done;
  return { result, batches };
}

test('a cancel while the prompt is read ends as cancelled with no answer', async () => {
  const { result } = await cancelWhen('reading', () => true);
  assert.equal(result.stopReason, 'cancelled');
  assert.equal(result.answerTokens, 0);
  assert.ok(result.promptTokens > 300);
});

test('a cancel while it answers keeps what was said', async () => {
  const { result, batches } = await cancelWhen('answering', (batch) => batch.text !== '');
  assert.equal(result.stopReason, 'cancelled');
  assert.ok(result.answerTokens > 0);
  assert.notEqual(batches.map((batch) => batch.text).join(''), '');
});

test('after a cancel the same sequence answers as a fresh one does', async () => {
  await cancelWhen('again', () => true);
  const warm = await answer(engine, endless, { sequenceKey: 'again', maxAnswerTokens: 20 });
  await using fresh = await openEngine();
  const cold = await answer(fresh, endless, { sequenceKey: 'cold', maxAnswerTokens: 20 });
  assert.equal(warm.text, cold.text);
  assert.equal(cold.reusedTokens, 0);
});

test('a request that still waits is cancelled at once, without waiting for the one before it', async () => {
  const order: string[] = [];
  const first = engine.generate(request(endless, { sequenceKey: 'first' }), () => {});
  const second = engine.generate(request([user('Hello')], { sequenceKey: 'second' }), () => {});
  const ends = [
    first.done.then(() => order.push('first')),
    second.done.then((result) => {
      order.push('second');
      assert.equal(result.stopReason, 'cancelled');
      assert.equal(result.promptTokens, 0);
    }),
  ];
  second.cancel();
  await Promise.all(ends);
  assert.deepEqual(order, ['second', 'first']);
});

test('a cancel after the end changes nothing', async () => {
  const job = engine.generate(request([user('Hello')]), () => {});
  assert.equal((await job.done).stopReason, 'end');
  job.cancel();
  assert.equal((await job.done).stopReason, 'end');
  assert.equal((await answer(engine, [user('Hello')])).text, 'Hello! How can I help you?');
});

test('300 cancels at every moment leave the engine whole', async () => {
  for (let round = 0; round < 300; round += 1) {
    const job = engine.generate(request(endless, { sequenceKey: `r${round % 6}` }), () => {});
    setTimeout(() => job.cancel(), round % 60);
    const { stopReason } = await job.done;
    assert.ok(stopReason === 'cancelled' || stopReason === 'end');
  }
  assert.equal((await answer(engine, [user('Count to 5.')])).text, '1 2 3 4 5.');
});
