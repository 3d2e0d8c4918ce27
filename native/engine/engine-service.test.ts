import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AppError } from '../../contract/errors/app-error.ts';
import { EngineService } from './engine-service.ts';
import { loadAddon } from './native-binding.ts';

const gib = 2 ** 30;
const scripted = loadAddon(join(import.meta.dirname, 'scripted-addon.fixture.cjs'));

function setUp(options: { freeBytes?: number } = {}) {
  const lines: string[] = [];
  const service = new EngineService({
    addon: scripted,
    threads: 2,
    installedMemoryBytes: 8 * gib,
    freeMemoryBytes: () => Promise.resolve(options.freeBytes ?? 4 * gib),
    isCalibrating: false,
    onThreads: () => {},
    countsMappedAsFree: true,
    log: (_level, line) => lines.push(line),
    onUnloaded: (reason) => lines.push(`unloaded: ${reason}`),
    onEmbedderUnloaded: (reason) => lines.push(`embedder unloaded: ${reason}`),
  });
  return { ...service.handlers, lines };
}

const never = new AbortController().signal;

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

function question(text: string) {
  return {
    sequenceKey: 'a',
    messages: [{ role: 'user' as const, text }],
    sampling: { temperature: 0, topP: 1, topK: 0, minP: 0 },
    enableThinking: false,
  };
}

const small = { path: '/model.gguf', projectorPath: null };

test('a load tells its progress and what it chose', async () => {
  const { model, lines } = setUp();
  const { chunks, result } = await finish(model.load(small, { signal: never }));
  expect(chunks.at(-1)).toEqual({ fraction: 1 });
  expect(result).toEqual({
    ...small,
    description: 'scripted',
    contextTokens: 2048,
    wantedContextTokens: 2048,
    rung: 'planned',
    rungReason: null,
    canSee: false,
    canThink: false,
    deviceName: 'CPU',
    memoryBytes: 1010,
    loadMs: 10,
    threads: 2,
    fingerprint: 'ab'.repeat(32),
    stateKind: 'attention',
  });
  expect(lines.at(-1)).toMatch(/^context 2048 of 2048 tokens/);
});

test('short memory makes the context smaller, and the load says what was wanted', async () => {
  const reserve = (8 * gib) / 20;
  const { model } = setUp({ freeBytes: reserve + 1010 + 10 * 1024 });
  const { result } = await finish(model.load(small, { signal: never }));
  expect(result).toMatchObject({ contextTokens: 1024, wantedContextTokens: 2048 });
});

test('a load that runs out of memory is tried again with less, and says so', async () => {
  const { model, lines } = setUp();
  const input = { ...small, path: '/tight.gguf' };
  const { result } = await finish(model.load(input, { signal: never }));
  expect(result).toMatchObject({
    ...{ rung: 'smaller-context', rungReason: 'model.load-failed' },
    ...{ contextTokens: 512, wantedContextTokens: 2048 },
  });
  expect(lines).toContain('loading did not work: planned, next smaller-context');
});

test('a load that fails for another reason is not tried again', async () => {
  const { model, lines } = setUp();
  const loading = finish(model.load({ ...small, path: '/hollow.gguf' }, { signal: never }));
  await expect(loading).rejects.toMatchObject({ code: 'model.load-failed' });
  expect(lines.filter((line) => line.startsWith('loading did not work'))).toEqual([]);
});

test('a model that cannot fit is refused before it is loaded', async () => {
  const { model, run } = setUp();
  await finish(model.load(small, { signal: never }));
  const loading = finish(model.load({ ...small, path: '/huge.gguf' }, { signal: never }));
  await expect(loading).rejects.toMatchObject({ code: 'model.out-of-memory' });
  const answer = finish(run.generate(question('1'), { signal: never }));
  await expect(answer).rejects.toMatchObject({ code: 'model.not-loaded' });
});

test('a broken file is refused and leaves the loaded model alone', async () => {
  const { model, run } = setUp();
  await finish(model.load(small, { signal: never }));
  const loading = finish(model.load({ ...small, path: '/broken.gguf' }, { signal: never }));
  await expect(loading).rejects.toBeInstanceOf(AppError);
  const { result } = await finish(run.generate(question('1'), { signal: never }));
  expect(result.stopReason).toBe('end');
});

test('a cancelled load leaves no model, and the next load waits for its end', async () => {
  const { model, run } = setUp();
  const caller = new AbortController();
  const slow = model.load({ ...small, path: '/slow.gguf' }, { signal: caller.signal });
  await slow.next();
  const next = finish(model.load(small, { signal: never }));
  caller.abort();
  await expect(finish(slow)).rejects.toMatchObject({ code: 'cancelled' });
  expect((await next).result.contextTokens).toBe(2048);
  expect((await finish(run.generate(question('1'), { signal: never }))).result.stopReason).toBe(
    'end',
  );
});

test('a load whose reader left leaves no model, even if it had just ended', async () => {
  const { model, run } = setUp();
  const loading = model.load(small, { signal: never });
  await loading.next();
  await new Promise((resolve) => setTimeout(resolve, 200));
  await loading.return(undefined as never);
  const answer = finish(run.generate(question('1'), { signal: never }));
  await expect(answer).rejects.toMatchObject({ code: 'model.not-loaded' });
});

test('a load cancelled before its turn does nothing', async () => {
  const { model, run } = setUp();
  await finish(model.load(small, { signal: never }));
  const caller = new AbortController();
  caller.abort();
  const loading = finish(model.load(small, { signal: caller.signal }));
  await expect(loading).rejects.toMatchObject({ name: 'AbortError' });
  expect((await finish(run.generate(question('1'), { signal: never }))).chunks.at(-1)).toEqual({
    type: 'text',
    text: '1 ',
  });
});

test('an answer is progress, reasoning, text, and what it cost', async () => {
  const { model, run } = setUp();
  await finish(model.load(small, { signal: never }));
  const { chunks, result } = await finish(run.generate(question('3'), { signal: never }));
  expect(chunks).toEqual([
    { type: 'prompt', readTokens: 2, promptTokens: 4 },
    { type: 'prompt', readTokens: 4, promptTokens: 4 },
    { type: 'reasoning', text: 'hm' },
    { type: 'text', text: '1 ' },
    { type: 'text', text: '2 ' },
    { type: 'text', text: '3 ' },
  ]);
  expect(result).toEqual({
    ...{ stopReason: 'end', stopString: null, answerTokenIds: Uint32Array.of(1, 2, 3) },
    ...{ forgottenMessages: 0, draftedTokens: 0, acceptedTokens: 0 },
    usage: {
      ...{ promptTokens: 4, reusedTokens: 1, restoredTokens: 1, computedTokens: 2 },
      ...{ answerTokens: 3, firstTokenMs: 1, promptMs: 1, answerMs: 1 },
    },
  });
});

test('tools, odds and stop strings reach the addon, and what they give comes back', async () => {
  const { model, run } = setUp();
  await finish(model.load(small, { signal: never }));
  const tools = [{ name: 'look', description: 'Looks.', parameters: '{"type":"object"}' }];
  const request = { ...question('9'), tools, stop: ['2'], alternatives: 0 };
  const { chunks, result } = await finish(run.generate(request, { signal: never }));
  const call = { type: 'tool-call', index: 0, id: 'call-1', name: 'look', arguments: '{"a":1}' };
  expect(chunks).toContainEqual(call);
  expect(chunks.filter(({ type }) => type === 'odds')).toHaveLength(2);
  expect(result).toMatchObject({ stopReason: 'end', stopString: '2' });
});

test('a warmed prefix tells its cost; aborting ends it with what was done', async () => {
  const { engine, model, run } = setUp();
  await finish(model.load(small, { signal: never }));
  const warm = { messages: [{ role: 'user' as const, text: 'so far' }], enableThinking: false };
  const request = { ...warm, sequenceKey: 'a', kind: 'typing' as const };
  const cost = { promptTokens: 4, reusedTokens: 0, restoredTokens: 1, computedTokens: 3 };
  expect(await run.warm(request, { signal: never })).toEqual(cost);
  const caller = new AbortController();
  const endless = { ...request, messages: [{ role: 'user' as const, text: 'forever' }] };
  const warming = run.warm(endless, { signal: caller.signal });
  caller.abort();
  await engine.describe({}, { signal: never });
  expect(await warming).toMatchObject({ promptTokens: 2, computedTokens: 1 });
});

test('warming without a model is refused', async () => {
  const { run } = setUp();
  const request = { ...question('x'), kind: 'settled' as const };
  const warming = run.warm(request, { signal: never });
  await expect(warming).rejects.toMatchObject({ code: 'model.not-loaded' });
});

test('it forgets, shrinks, counts, and tells how it reads text', async () => {
  const { engine, model, run, lines } = setUp();
  await expect(run.tokenize({ text: 'ab' }, { signal: never })).rejects.toMatchObject({
    code: 'model.not-loaded',
  });
  await finish(model.load(small, { signal: never }));
  expect(await run.forget({ sequenceKey: 'a' }, { signal: never })).toEqual({});
  expect(await engine.shrinkCache({ ramBytes: 7 }, { signal: never })).toEqual({});
  expect(lines.slice(-2)).toEqual(['forgot a', 'cache 7']);
  expect(await engine.counters({}, { signal: never })).toMatchObject({ cacheDiskBytes: 200 });
  const { tokens } = await run.tokenize({ text: 'ab' }, { signal: never });
  expect(tokens).toEqual(Uint32Array.of(97, 98));
  expect(await run.detokenize({ tokens }, { signal: never })).toEqual({ text: 'ab' });
  const { text, spans } = await run.preview(question('ab'), { signal: never });
  expect({ text, spans }).toEqual({
    text: 'ab',
    spans: [{ text: 'ab', tokenCount: 1, message: 0 }],
  });
});

test('files are read ahead until somebody wants the engine', async () => {
  const { model, run } = setUp();
  const path = join(import.meta.dirname, 'engine-service.ts');
  const { readBytes } = await model.readAhead({ paths: [path] }, { signal: never });
  expect(readBytes).toBe(statSync(path).size);
  const works: (() => Promise<unknown>)[] = [
    () => finish(model.load(small, { signal: never })),
    () => finish(run.generate(question('1'), { signal: never })),
  ];
  for (const work of works) {
    const reading = model.readAhead({ paths: Array(8).fill(path) }, { signal: never });
    const working = work();
    expect((await reading).readBytes).toBeLessThan(8 * readBytes);
    await working;
  }
});

test('what a model keeps that is not loaded is forgotten by the addon, which says whether it could', async () => {
  const { engine } = setUp();
  const request = { folder: '/cache', key: new Uint8Array(32), sequenceKeys: ['a'] };
  const forget = (digit: string) =>
    engine.forgetKept({ ...request, fingerprint: digit.repeat(64) }, { signal: never });
  expect(await forget('1')).toEqual({ isDone: true });
  expect(await forget('0')).toEqual({ isDone: false });
});

test('aborting ends an answer as cancelled; describe waits until it has ended', async () => {
  const { engine, model, run } = setUp();
  await finish(model.load(small, { signal: never }));
  const caller = new AbortController();
  const answer = run.generate(question('forever'), { signal: caller.signal });
  await answer.next();
  const rest = finish(answer);
  let hasEnded = false;
  void rest.then(() => {
    hasEnded = true;
  });
  caller.abort();
  await engine.describe({}, { signal: never });
  await new Promise(setImmediate);
  expect(hasEnded).toBe(true);
  expect((await rest).result.stopReason).toBe('cancelled');
});

test('an answer that is stopped ends as cancelled, with what it had; others go on', async () => {
  const { model, run } = setUp();
  await finish(model.load(small, { signal: never }));
  const other = { ...question('9'), sequenceKey: 'b' };
  const answers = [
    run.generate(question('forever'), { signal: never }),
    run.generate(other, { signal: never }),
  ];
  const ends = Promise.all(answers.map((answer) => finish(answer)));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(await run.stop({ sequenceKey: 'a' }, { signal: never })).toEqual({});
  const [stopped, whole] = await ends;
  expect(stopped?.result.stopReason).toBe('cancelled');
  expect(stopped?.result.answerTokenIds.length).toBe(stopped?.result.usage.answerTokens);
  expect(whole?.result.stopReason).toBe('end');
  await run.stop({ sequenceKey: 'nobody' }, { signal: never });
});

test('a reader that leaves in the middle ends the work', async () => {
  const { engine, model, run } = setUp();
  await finish(model.load(small, { signal: never }));
  for await (const chunk of run.generate(question('forever'), { signal: never })) {
    if (chunk.type === 'text') break;
  }
  expect(await engine.describe({}, { signal: never })).toMatchObject({ threads: 2 });
});

test('unload frees the model', async () => {
  const { model, run } = setUp();
  await finish(model.load(small, { signal: never }));
  await model.unload({}, { signal: never });
  const answer = finish(run.generate(question('1'), { signal: never }));
  await expect(answer).rejects.toMatchObject({ code: 'model.not-loaded' });
});
