/**
 * The bundled process with the real addon and the tiny model, as the product runs it.
 * Needs `npm run build` and the native build; run with `node --test`, one file at a time.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import type { LoadedModel } from '../../contract/engine-contract.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import { forkEngine } from './forked-engine.fixture.ts';

const root = join(import.meta.dirname, '../..');
const entryPath = join(root, 'dist/engine/engine.js');
const tinyPath = join(root, 'e2e/fixtures/models/parley-tiny.gguf');
const projectorPath = join(root, 'e2e/fixtures/models/parley-tiny-mmproj.gguf');

/** Counts on until the context is full: some 2,000 tokens, for what happens in the middle. */
const endless = 'Count to 200.';

const folder = mkdtempSync(join(tmpdir(), 'parley-engine-'));
const engines: Engine[] = [];

type Engine = ReturnType<typeof forkEngine>;

function start(): Engine {
  const engine = forkEngine(entryPath, { PARLEY_ENGINE_THREADS: '1' });
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  for (const { child } of engines) child.kill('SIGKILL');
  await Promise.all(engines.splice(0).map(({ ended }) => ended));
});

after(() => rmSync(folder, { recursive: true }));

async function finish<C, R>(stream: AsyncGenerator<C, R, void>): Promise<{ chunks: C[]; end: R }> {
  const chunks: C[] = [];
  for (;;) {
    const step = await stream.next();
    if (step.done) return { chunks, end: step.value };
    chunks.push(step.value);
  }
}

async function load(engine: Engine, path = tinyPath): Promise<LoadedModel> {
  return (await finish(engine.client.model.load({ path, projectorPath: null }))).end;
}

async function started(): Promise<Engine> {
  const engine = start();
  await load(engine);
  return engine;
}

function ask(engine: Engine, text: string, signal?: AbortSignal) {
  return engine.client.run.generate(
    {
      sequenceKey: 'conversation',
      messages: [{ role: 'user', text }],
      sampling: { temperature: 0, topP: 1, topK: 0, minP: 0 },
      enableThinking: false,
    },
    signal ? { signal } : {},
  );
}

async function answer(engine: Engine, text: string): Promise<string> {
  const { chunks } = await finish(ask(engine, text));
  return chunks.map((chunk) => (chunk.type === 'text' ? chunk.text : '')).join('');
}

async function assertFails(work: Promise<unknown>, code: string): Promise<AppError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert(error instanceof AppError, `expected ${code}, got ${error}`);
  assert.equal(error.code, code);
  return error;
}

test('it says what it is and runs on', async () => {
  const { client, child } = start();
  const description = await client.engine.describe({});
  assert.equal(description.threads, 1);
  assert.equal(description.pid, child.pid);
  assert.notEqual(description.llamaVersion, '');
  assert(description.devices.length > 0);
});

test('a header is read without loading the model', async () => {
  const engine = start();
  const summary = await engine.client.model.inspect({ path: tinyPath });
  assert.equal(summary.kind, 'model');
  assert.equal(summary.architecture, 'llama');
  assert.equal(summary.trainedContextTokens, 2048);
  assert.equal((await engine.client.model.inspect({ path: projectorPath })).kind, 'projector');
  await assertFails(answer(engine, 'Hello'), 'model.not-loaded');
});

test('a load tells its progress, the context it chose and the memory it took', async () => {
  const { client } = start();
  const { chunks, end } = await finish(client.model.load({ path: tinyPath, projectorPath: null }));
  const fractions = chunks.map(({ fraction }) => fraction);
  assert(fractions.length > 0);
  assert.deepEqual(
    fractions,
    fractions.toSorted((a, b) => a - b),
  );
  assert.equal(end.contextTokens, 2048);
  assert.equal(end.wantedContextTokens, 2048);
  assert.equal(end.canSee, false);
  assert(end.memoryBytes > 1_000_000);
});

test('fewer tokens of context are used when asked for', async () => {
  const { client } = start();
  const request = { path: tinyPath, projectorPath: null, contextTokens: 512 };
  const { end } = await finish(client.model.load(request));
  assert.equal(end.contextTokens, 512);
});

test('a model with its projector can see', async () => {
  const { client } = start();
  const { end } = await finish(client.model.load({ path: tinyPath, projectorPath }));
  assert.equal(end.canSee, true);
});

test('an answer streams: the prompt is read, the words come, and the cost is told', async () => {
  const engine = await started();
  const { chunks, end } = await finish(ask(engine, 'Hello'));
  assert.equal(chunks[0]?.type, 'prompt');
  const text = chunks.map((chunk) => (chunk.type === 'text' ? chunk.text : '')).join('');
  assert.equal(text, 'Hello! How can I help you?');
  assert.equal(end.stopReason, 'end');
  assert(end.usage.promptTokens > 0 && end.usage.answerTokens > 0);
});

test('an answer brings the tokens it was written as; sent back, it is not computed again', async () => {
  const engine = await started();
  const { end } = await finish(ask(engine, 'Count to 12.'));
  assert(end.answerTokenIds instanceof Uint32Array);
  assert.equal(end.answerTokenIds.length, end.usage.answerTokens);
  const { promptTokens, reusedTokens, restoredTokens, computedTokens } = end.usage;
  assert.equal(reusedTokens + restoredTokens + computedTokens, promptTokens);
  const text = '1 2 3 4 5 6 7 8 9 10 11 12.';
  const request = {
    ...{ sequenceKey: 'conversation', enableThinking: false },
    messages: [
      { role: 'user' as const, text: 'Count to 12.' },
      { role: 'assistant' as const, text, tokens: end.answerTokenIds },
    ],
  };
  await engine.client.run.warm({ ...request, kind: 'settled' });
  const messages = [...request.messages, { role: 'user' as const, text: 'Hello' }];
  const sampling = { temperature: 0, topP: 1, topK: 0, minP: 0 };
  const next = await finish(engine.client.run.generate({ ...request, messages, sampling }));
  assert(next.end.usage.computedTokens < 20, `${next.end.usage.computedTokens} computed`);
});

test('what was forgotten is computed again', async () => {
  const engine = await started();
  const first = await finish(ask(engine, 'Count to 12.'));
  const warm = await finish(ask(engine, 'Count to 12.'));
  assert(warm.end.usage.computedTokens < first.end.usage.computedTokens);
  await engine.client.run.forget({ sequenceKey: 'conversation' });
  const again = await finish(ask(engine, 'Count to 12.'));
  assert.equal(again.end.usage.computedTokens, first.end.usage.promptTokens);
});

test('text becomes tokens and text again, and a prompt is shown span by span', async () => {
  const { client } = await started();
  const { tokens } = await client.run.tokenize({ text: 'Hello, 世界' });
  assert(tokens instanceof Uint32Array);
  assert.deepEqual(await client.run.detokenize({ tokens }), { text: 'Hello, 世界' });
  const messages = [{ role: 'user' as const, text: 'Hello' }];
  const preview = await client.run.preview({ messages, enableThinking: false });
  assert.equal(preview.spans.map(({ text }) => text).join(''), preview.text);
  assert(preview.spans.some(({ message, text }) => message === 0 && text === 'Hello'));
});

test('counters tell what the engine holds', async () => {
  const engine = await started();
  await answer(engine, 'Hello');
  const counters = await engine.client.engine.counters({});
  assert.equal(counters.sequences, 1);
  assert(counters.computedTokens > 0 && counters.contextTokensUsed > 0);
  assert.deepEqual(await engine.client.engine.shrinkCache({ ramBytes: 0 }), {});
});

test('a cancel ends the answer, and the next one is whole', async () => {
  const engine = await started();
  const caller = new AbortController();
  const stream = ask(engine, endless, caller.signal);
  for (;;) {
    const step = await stream.next();
    assert(!step.done, 'it ended before it was cancelled');
    if (step.value.type === 'text') break;
  }
  caller.abort();
  await assert.rejects(finish(stream), { name: 'AbortError' });
  await engine.client.engine.describe({});
  assert.equal(await answer(engine, 'Count to 3.'), '1 2 3.');
});

test('an answer that is stopped tells the tokens it was written as', async () => {
  const engine = await started();
  const stream = ask(engine, endless);
  for (;;) {
    const step = await stream.next();
    assert(!step.done, 'it ended before it was stopped');
    if (step.value.type === 'text') break;
  }
  await engine.client.run.stop({ sequenceKey: 'conversation' });
  const { end } = await finish(stream);
  assert.equal(end.stopReason, 'cancelled');
  assert(end.answerTokenIds.length > 0);
  assert.equal(end.answerTokenIds.length, end.usage.answerTokens);
});

test('a broken file is refused with its fault, and the loaded model goes on', async () => {
  const engine = await started();
  const path = join(folder, 'broken.gguf');
  writeFileSync(path, readFileSync(tinyPath).subarray(0, 10_000));
  const error = await assertFails(load(engine, path), 'model.file-broken');
  assert.equal((error.data as { fault: string }).fault, 'truncated');
  await assertFails(load(engine, join(folder, 'absent.gguf')), 'model.file-missing');
  assert.equal(await answer(engine, 'Hello'), 'Hello! How can I help you?');
});

test('a cancelled load leaves no model, and a load after it works', async () => {
  const engine = start();
  const caller = new AbortController();
  const request = { path: tinyPath, projectorPath: null };
  const stream = engine.client.model.load(request, { signal: caller.signal });
  const first = stream.next();
  caller.abort();
  await assert.rejects(first, { name: 'AbortError' });
  await engine.client.engine.describe({});
  await assertFails(answer(engine, 'Hello'), 'model.not-loaded');
  await load(engine);
  assert.equal(await answer(engine, 'Hello'), 'Hello! How can I help you?');
});

test('unload frees the model, and it can be loaded again', async () => {
  const engine = await started();
  await engine.client.model.unload({});
  await assertFails(answer(engine, 'Hello'), 'model.not-loaded');
  await load(engine);
  assert.equal(await answer(engine, 'Hello'), 'Hello! How can I help you?');
});

test('unload ends a running answer as cancelled', async () => {
  const engine = await started();
  const stream = ask(engine, endless);
  await stream.next();
  const [rest] = await Promise.all([finish(stream), engine.client.model.unload({})]);
  assert.equal(rest.end.stopReason, 'cancelled');
});

test('a prompt longer than the context is refused with both sizes', async () => {
  const engine = await started();
  const error = await assertFails(answer(engine, 'word '.repeat(5000)), 'prompt.too-long');
  const { promptTokens, contextTokens } = error.data as {
    promptTokens: number;
    contextTokens: number;
  };
  assert.equal(contextTokens, 2048);
  assert(promptTokens > contextTokens);
});

test('killed in the middle of an answer, the caller is told and a new process answers', async () => {
  const engine = await started();
  const stream = ask(engine, endless);
  await stream.next();
  engine.child.kill('SIGKILL');
  await assertFails(finish(stream), 'connection.lost');
  assert.equal(await answer(await started(), 'Hello'), 'Hello! How can I help you?');
});

test('it ends itself when its port closes in the middle of an answer', async () => {
  const engine = await started();
  const stream = ask(engine, endless);
  await stream.next();
  engine.close();
  assert.deepEqual(await engine.ended, { exitCode: 0, signal: null });
});

test('no text of a conversation is in the log', async () => {
  const engine = await started();
  const lines: string[] = [];
  engine.client.engine.logged(({ line }) => lines.push(line));
  await answer(engine, 'Zanzibar is the password. Hello');
  await load(engine);
  assert(lines.length > 0);
  assert.doesNotMatch(lines.join('\n') + engine.stderr(), /Zanzibar/);
});
