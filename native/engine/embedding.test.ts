import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EngineService } from './engine-service.ts';
import { loadAddon } from './native-binding.ts';

const gib = 2 ** 30;
const reserve = (8 * gib) / 20;
const scripted = loadAddon(join(import.meta.dirname, 'scripted-addon.fixture.cjs'));
const never = new AbortController().signal;

function setUp(options: { freeBytes?: number; countsMappedAsFree?: boolean } = {}) {
  const lines: string[] = [];
  const machine = { freeBytes: options.freeBytes ?? 4 * gib };
  const service = new EngineService({
    addon: scripted,
    threads: 2,
    installedMemoryBytes: 8 * gib,
    freeMemoryBytes: () => Promise.resolve(machine.freeBytes),
    isCalibrating: false,
    onThreads: () => {},
    countsMappedAsFree: options.countsMappedAsFree ?? true,
    log: (_level, line) => lines.push(line),
    onUnloaded: (reason) => lines.push(`model unloaded: ${reason}`),
    onEmbedderUnloaded: (reason) => lines.push(`embedder unloaded: ${reason}`),
  });
  return { ...service.handlers, lines, machine };
}

async function finish<C, R>(
  stream: AsyncGenerator<C, R, void>,
): Promise<{ chunks: C[]; result: R }> {
  const chunks: C[] = [];
  for (;;) {
    const step = await stream.next();
    if (step.done) return { chunks, result: step.value };
    chunks.push(step.value);
  }
}

const chat = { path: '/model.gguf', projectorPath: null };
const caller = { signal: never };

test('a load tells its progress and what the model makes', async () => {
  const { embedding } = setUp();
  const { chunks, result } = await finish(embedding.load({ path: '/e.gguf' }, caller));
  expect(chunks.at(-1)).toEqual({ fraction: 1 });
  expect(result).toEqual({
    ...{ path: '/e.gguf', description: 'scripted', dimensions: 2, contextTokens: 8 },
    ...{ pooling: 'mean', fingerprint: 'cd'.repeat(32), memoryBytes: 500, loadMs: 1 },
  });
});

test('texts become vectors, and are counted', async () => {
  const { embedding, lines } = setUp();
  await finish(embedding.load({ path: '/e.gguf' }, caller));
  const request = { texts: ['a', 'abc'], priority: 'visible' as const };
  const { chunks, result } = await finish(embedding.embed(request, caller));
  expect(chunks.at(-1)).toEqual({ fraction: 1 });
  expect(result).toEqual({ vectors: Float32Array.of(1, 1, 3, 1), dimensions: 2, tokens: 4 });
  expect(lines.at(-1)).toBe('embeds 2 texts, visible');
  const { counts } = await embedding.countTokens({ texts: ['ab', ''] }, caller);
  expect(counts).toEqual(Uint32Array.of(2, 0));
});

test('without a model nothing is embedded or counted', async () => {
  const { embedding } = setUp();
  const notLoaded = { code: 'embedding.not-loaded' };
  const embedded = finish(embedding.embed({ texts: ['a'] }, caller));
  await expect(embedded).rejects.toMatchObject(notLoaded);
  await expect(embedding.countTokens({ texts: ['a'] }, caller)).rejects.toMatchObject(notLoaded);
  await finish(embedding.load({ path: '/e.gguf' }, caller));
  await embedding.unload({}, caller);
  await expect(embedding.countTokens({ texts: ['a'] }, caller)).rejects.toMatchObject(notLoaded);
});

test('a text that is too long is named', async () => {
  const { embedding } = setUp();
  await finish(embedding.load({ path: '/e.gguf' }, caller));
  const texts = ['short', 'much too long'];
  const failed = finish(embedding.embed({ texts }, caller));
  await expect(failed).rejects.toMatchObject({
    code: 'embedding.too-long',
    data: { textIndex: 1, textTokens: 13, contextTokens: 8 },
  });
});

test('aborting ends it as cancelled; describe waits until it has ended', async () => {
  const { embedding, engine } = setUp();
  await finish(embedding.load({ path: '/e.gguf' }, caller));
  const leaving = new AbortController();
  const stream = embedding.embed({ texts: ['forever'] }, { signal: leaving.signal });
  await stream.next();
  const rest = finish(stream);
  let hasEnded = false;
  rest.catch(() => {
    hasEnded = true;
  });
  leaving.abort();
  await engine.describe({}, caller);
  await new Promise(setImmediate);
  expect(hasEnded).toBe(true);
  await expect(rest).rejects.toMatchObject({ code: 'cancelled' });
});

test('a model that makes no vectors is refused and leaves none', async () => {
  const { embedding } = setUp();
  await finish(embedding.load({ path: '/e.gguf' }, caller));
  const loading = finish(embedding.load({ path: '/chat.gguf' }, caller));
  await expect(loading).rejects.toMatchObject({ code: 'model.cannot-embed' });
  const embedded = finish(embedding.embed({ texts: ['a'] }, caller));
  await expect(embedded).rejects.toMatchObject({ code: 'embedding.not-loaded' });
});

test('a broken file is refused and leaves the old model loaded', async () => {
  const { embedding } = setUp();
  await finish(embedding.load({ path: '/e.gguf' }, caller));
  const loading = finish(embedding.load({ path: '/broken.gguf' }, caller));
  await expect(loading).rejects.toMatchObject({ code: 'model.file-broken' });
  expect((await finish(embedding.embed({ texts: ['a'] }, caller))).result.dimensions).toBe(2);
});

test('a load whose reader left leaves no model', async () => {
  const { embedding } = setUp();
  const loading = embedding.load({ path: '/slow.gguf' }, caller);
  await loading.next();
  await loading.return(undefined as never);
  const embedded = finish(embedding.embed({ texts: ['a'] }, caller));
  await expect(embedded).rejects.toMatchObject({ code: 'embedding.not-loaded' });
});

test('what does not fit beside the chat model is refused with figures', async () => {
  const { model, embedding, machine } = setUp();
  await finish(model.load(chat, caller));
  // Free for the system are also the 1,000 bytes that the chat model's weights are mapped to.
  machine.freeBytes = reserve + 1000 + 499;
  const loading = finish(embedding.load({ path: '/e.gguf' }, caller));
  await expect(loading).rejects.toMatchObject({
    code: 'model.out-of-memory',
    data: { neededBytes: 500, availableBytes: 499 },
  });
  machine.freeBytes += 1;
  await finish(embedding.load({ path: '/e.gguf' }, caller));
});

test('where mapped weights do not count as free memory, they are not counted twice', async () => {
  const { model, embedding, machine } = setUp({ countsMappedAsFree: false });
  await finish(model.load(chat, caller));
  machine.freeBytes = reserve + 500;
  await finish(embedding.load({ path: '/e.gguf' }, caller));
});

test('an idle embedder makes way for a chat model that does not fit beside it', async () => {
  const { model, embedding, machine, lines } = setUp();
  await finish(embedding.load({ path: '/e.gguf' }, caller));
  const leastBytes = 1000 + 512 * 10 + 10;
  machine.freeBytes = reserve + leastBytes;
  await finish(model.load(chat, caller));
  expect(lines).toContain('embedder unloaded: memory');
  const embedded = finish(embedding.embed({ texts: ['a'] }, caller));
  await expect(embedded).rejects.toMatchObject({ code: 'embedding.not-loaded' });
});

test('an embedder at work does not make way: the chat model is refused with figures', async () => {
  const { model, embedding, machine, lines } = setUp();
  await finish(embedding.load({ path: '/e.gguf' }, caller));
  const leaving = new AbortController();
  const stream = embedding.embed({ texts: ['forever'] }, { signal: leaving.signal });
  await stream.next();
  const leastBytes = 1000 + 512 * 10 + 10;
  machine.freeBytes = reserve + leastBytes;
  await expect(finish(model.load(chat, caller))).rejects.toMatchObject({
    code: 'model.out-of-memory',
    data: { neededBytes: leastBytes, availableBytes: leastBytes - 400 },
  });
  expect(lines).not.toContain('embedder unloaded: memory');
  leaving.abort();
  await expect(finish(stream)).rejects.toMatchObject({ code: 'cancelled' });
});
