/**
 * Embeddings and files of vectors in the bundled process, with the real addon and a small model of random
 * weights. Needs `npm run build` and the native build.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { AppError } from '../../contract/errors/app-error.ts';
import { makeRandomModel } from '../addon/test/random-models/index.ts';
import { forkEngine } from './forked-engine.fixture.ts';

const root = join(import.meta.dirname, '../..');
const entryPath = join(root, 'dist/engine/engine.js');
const tinyPath = join(root, 'e2e/fixtures/models/parley-tiny.gguf');
const folder = mkdtempSync(join(tmpdir(), 'parley-embedding-'));
const bertPath = join(folder, 'bert.gguf');
const engines: Engine[] = [];

type Engine = ReturnType<typeof forkEngine>;

before(() => makeRandomModel(bertPath, 'bert', { size: 'small', vocabularyPath: tinyPath }));

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

async function finish<C, R>(stream: AsyncGenerator<C, R, void>): Promise<R> {
  for (;;) {
    const step = await stream.next();
    if (step.done) return step.value;
  }
}

async function embedded(): Promise<Engine> {
  const engine = start();
  await finish(engine.client.embedding.load({ path: bertPath }));
  return engine;
}

function chat(engine: Engine, text: string) {
  return engine.client.run.generate({
    sequenceKey: 'conversation',
    messages: [{ role: 'user', text }],
    sampling: { temperature: 0, topP: 1, topK: 0, minP: 0 },
    enableThinking: false,
  });
}

async function fails(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert(error instanceof AppError, `it did not fail as expected: ${error}`);
  return error;
}

const words = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `word${index} and ${'more '.repeat(index % 50)}`);

test('a model is loaded beside the chat model; texts become vectors that cross as floats', async () => {
  const engine = start();
  const { client } = engine;
  const loaded = await finish(client.embedding.load({ path: bertPath }));
  assert.equal(loaded.dimensions, 64);
  assert.equal(loaded.contextTokens, 512);
  await finish(client.model.load({ path: tinyPath, projectorPath: null }));
  const result = await finish(client.embedding.embed({ texts: ['a red circle', ''] }));
  assert(result.vectors instanceof Float32Array);
  assert.equal(result.vectors.length, 2 * 64);
  assert(Math.abs(result.vectors.subarray(0, 64).reduce((sum, v) => sum + v * v, 0) - 1) < 1e-4);
  assert(result.vectors.subarray(64).every((value) => value === 0));
  const { counts } = await client.embedding.countTokens({ texts: ['a red circle', ''] });
  assert.deepEqual([...counts], [result.tokens, 0]);
  await client.model.unload({});
  assert.equal((await finish(client.embedding.embed({ texts: ['word'] }))).dimensions, 64);
});

test('a visible chat goes before what is embedded, and a question before that', async () => {
  const engine = await embedded();
  const { client } = engine;
  await finish(client.model.load({ path: tinyPath, projectorPath: null }));
  const order: string[] = [];
  const note = (name: string, work: Promise<unknown>) => work.then(() => order.push(name));
  const embedding = note('background', finish(client.embedding.embed({ texts: words(2000) })));
  const stream = chat(engine, 'Count to 30.');
  await stream.next();
  const question = { texts: ['a question'], priority: 'visible' as const };
  await Promise.all([
    note('question', finish(client.embedding.embed(question))),
    note('chat', finish(stream)),
    embedding,
  ]);
  assert.deepEqual(order, ['question', 'chat', 'background']);
});

test('a cancel ends it, and what comes after is whole', async () => {
  const { client } = await embedded();
  const caller = new AbortController();
  const stream = client.embedding.embed({ texts: words(4000) }, { signal: caller.signal });
  await stream.next();
  caller.abort();
  await assert.rejects(finish(stream), { name: 'AbortError' });
  await client.engine.describe({});
  assert.equal((await finish(client.embedding.embed({ texts: ['word'] }))).vectors.length, 64);
});

test('errors cross with their codes', async () => {
  const { client } = start();
  const early = await fails(finish(client.embedding.embed({ texts: ['word'] })));
  assert.equal(early.code, 'embedding.not-loaded');
  const wrong = await fails(finish(client.embedding.load({ path: tinyPath })));
  assert.equal(wrong.code, 'model.cannot-embed');
  const missing = await fails(finish(client.embedding.load({ path: join(folder, 'none.gguf') })));
  assert.equal(missing.code, 'model.file-missing');
  await finish(client.embedding.load({ path: bertPath }));
  const long = await fails(finish(client.embedding.embed({ texts: ['a '.repeat(600)] })));
  assert.deepEqual(
    [long.code, long.data],
    ['embedding.too-long', { textIndex: 0, textTokens: 602, contextTokens: 512 }],
  );
});

test('vectors are kept in a file and found, also by the next process', async () => {
  const path = join(folder, 'passages.vectors');
  const texts = ['a red circle', 'the price of milk', 'the deadline of project falcon'];
  const engine = await embedded();
  const { client } = engine;
  const index = { path, dimensions: 64 };
  assert.deepEqual(await client.vectors.open(index), { rowCount: 0 });
  const { vectors } = await finish(client.embedding.embed({ texts }));
  const added = await client.vectors.append({ ...index, vectors });
  assert.deepEqual(added, { firstRow: 0, rowCount: 3 });
  const again = await client.vectors.append({ ...index, vectors: vectors.slice(0, 64) });
  assert.deepEqual(again, { firstRow: 3, rowCount: 4 });
  engine.child.kill('SIGKILL');
  await engine.ended;

  const next = start();
  const query = vectors.slice(64, 128);
  const found = await next.client.vectors.scan({ ...index, query, count: 2 });
  assert.equal(found.rows[0], 1);
  assert((found.scores[0] ?? 0) > 0.99);
  const filter = Uint8Array.of(0b1101);
  const rest = await next.client.vectors.scan({ ...index, query, count: 10, filter });
  assert.deepEqual([...rest.rows].toSorted(), [0, 2, 3]);
  await next.client.vectors.close({ path });
  const other = start();
  assert.deepEqual(await other.client.vectors.open(index), { rowCount: 4 });
  const taken = await fails(next.client.vectors.open(index));
  assert.equal(taken.code, 'vectors.in-use');
});

test('a file of vectors that is broken, or of another width, is refused and left alone', async () => {
  const path = join(folder, 'narrow.vectors');
  const { client } = start();
  const index = { path, dimensions: 4 };
  await client.vectors.append({ ...index, vectors: Float32Array.of(1, 2, 3, 4) });
  const wide = await fails(client.vectors.open({ path, dimensions: 8 }));
  assert.deepEqual([wide.code, wide.data], ['vectors.broken', { path, fault: 'dimensions' }]);
  const odd = await fails(client.vectors.append({ ...index, vectors: Float32Array.of(1) }));
  assert.equal(odd.code, 'request.invalid');
  const short = { ...index, query: Float32Array.of(1), count: 1 };
  assert.equal((await fails(client.vectors.scan(short))).code, 'request.invalid');
  const vectors = Float32Array.of(1, Number.NaN, 3, 4);
  const bad = await fails(client.vectors.append({ ...index, vectors }));
  assert.deepEqual([bad.code, bad.data], ['vectors.not-finite', { row: 0 }]);
  const foreign = await fails(client.vectors.open({ path: bertPath, dimensions: 4 }));
  assert.equal(foreign.code, 'vectors.broken');
});
