import { expect, it } from 'vitest';
import { type EngineClient, engineContract } from '../../../contract/engine-contract.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import { connect } from '../../../contract/rpc/connect.ts';
import { portPair } from '../../../contract/rpc/port.ts';
import { emitter, serve } from '../../../contract/rpc/serve.ts';
import type { Engine, EngineDeath } from '../../ports/engine.ts';
import { unscripted } from '../../testing/engine-replies.fixture.ts';
import { EngineEmbedder } from './embedder.ts';
import { keptLog } from './testing/ports.fixture.ts';

const limit = 512;
const signal = new AbortController().signal;
const kept = {
  ...{ id: 'e5', name: 'e5', path: '/models/e5.gguf', projectorPath: null, fileBytes: 1 },
  ...{ architecture: 'bert', quantization: null, parameterCount: null, catalogId: 'e5' },
  ...{ isOwned: true, isSetAside: false, deaths: 0 },
};
const death: EngineDeath = { exitCode: null, signal: 'SIGKILL', lastLogLines: [] };

/** An engine whose texts have a token for each four characters, and one vector each of two floats. */
function embeddingEngine(script: { load?: 'refuses' | 'dies' } = {}) {
  const listeners = new Set<(death: EngineDeath) => void>();
  const asked: { texts: string[]; priority: string | undefined }[] = [];
  let loads = 0;
  let announce: ReturnType<typeof emitter<typeof engineContract>> | undefined;
  let close = (): void => undefined;
  let client: EngineClient | undefined;
  const countOf = (text: string): number => Math.ceil(text.length / 4);

  const launch = (): EngineClient => {
    const [ours, theirs] = portPair();
    close = () => ours.close();
    serve(
      engineContract,
      {
        ...unscripted,
        embedding: {
          ...unscripted.embedding,
          async *load({ path }) {
            loads += 1;
            yield { fraction: 0.5 };
            if (script.load === 'refuses')
              throw new AppError('model.load-failed', { path, lastLogLines: [] });
            if (script.load === 'dies') {
              self.die();
              await new Promise(() => undefined);
            }
            return {
              ...{ path, description: 'bert', dimensions: 2, contextTokens: limit },
              ...{
                pooling: 'mean' as const,
                fingerprint: 'f'.repeat(64),
                memoryBytes: 1,
                loadMs: 1,
              },
            };
          },
          async *embed({ texts, priority }) {
            yield { fraction: 0.5 };
            const textIndex = texts.findIndex((text) => countOf(text) > limit);
            if (textIndex >= 0) {
              const textTokens = countOf(texts[textIndex] ?? '');
              throw new AppError('embedding.too-long', {
                textIndex,
                textTokens,
                contextTokens: limit,
              });
            }
            asked.push({ texts, priority });
            const vectors = Float32Array.from(texts.flatMap((_, index) => [index, 1]));
            return { vectors, dimensions: 2, tokens: 1 };
          },
          countTokens: ({ texts }) => ({ counts: Uint32Array.from(texts.map(countOf)) }),
        },
      },
      theirs,
      () => 'incident',
    );
    announce = emitter(engineContract, [theirs]);
    return connect(engineContract, ours);
  };

  const self = {
    asked,
    loadCount: () => loads,
    free: () => announce?.embedding.unloaded({ reason: 'idle' }),
    die(): void {
      close();
      client = undefined;
      for (const listener of listeners) listener(death);
    },
    async client(): Promise<EngineClient> {
      client ??= launch();
      return client;
    },
    onDeath(listener: (death: EngineDeath) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    kill: () => undefined,
    close: () => Promise.resolve(),
  };
  return self satisfies Engine;
}

function embedderOf(engine: Engine, model: () => typeof kept | undefined = () => kept) {
  return new EngineEmbedder({
    engine,
    log: keptLog(),
    model,
    notesPath: '/data/notes.json',
    idleMinutes: () => 15,
  });
}

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => undefined,
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
}

it('embeds what is asked before what may answer, each with the words of the model in front', async () => {
  const engine = embeddingEngine();
  const embedder = embedderOf(engine);
  const passages = await embedder.embedPassages(['one', ' ｔｗｏ '], signal);
  expect(passages).toEqual({
    vectors: Float32Array.from([0, 1, 1, 1]),
    dimensions: 2,
    fingerprint: 'f'.repeat(64),
  });
  await embedder.embedQuery('why?', signal);
  expect(engine.asked.slice(0, 2)).toEqual([
    { texts: ['passage: one', 'passage: two'], priority: 'background' },
    { texts: ['query: why?'], priority: 'visible' },
  ]);
});

it('takes most of the language out of a question, which it finds out once', async () => {
  const engine = embeddingEngine();
  const embedder = embedderOf(engine);
  const { vectors } = await embedder.embedQuery('why?', signal);
  // The engine's first float grows from text to text: that is where the two languages differ here.
  expect(vectors[0]).toBeCloseTo(0);
  expect(Math.hypot(...vectors)).toBeCloseTo(1);
  expect(engine.asked[1]?.texts).toHaveLength(12);
  expect(engine.asked[1]?.priority).toBe('visible');
  await embedder.embedQuery('when?', signal);
  expect(engine.asked).toHaveLength(3);
});

it('loads once, however many ask, and says so', async () => {
  const engine = embeddingEngine();
  const embedder = embedderOf(engine);
  const states: string[] = [];
  embedder.onChanged(() => states.push(embedder.state));
  expect(embedder.state).toBe('ready');
  await Promise.all([embedder.ready(signal), embedder.embedQuery('a', signal)]);
  expect(engine.loadCount()).toBe(1);
  expect(states[0]).toBe('loading');
  expect(states.at(-1)).toBe('ready');
});

it('cuts what is too long for the model, and only that', async () => {
  const engine = embeddingEngine();
  const long = '字'.repeat(5000);
  await embedderOf(engine).embedPassages(['short', long], signal);
  const [{ texts } = { texts: [] }] = engine.asked;
  expect(texts[0]).toBe('passage: short');
  expect(`passage: ${long}`.startsWith(texts[1] ?? '?')).toBe(true);
  expect(texts[1]?.length).toBeGreaterThan(limit * 4 * 0.8);
});

it('counts with the words of the model in front, and cuts nothing then', async () => {
  const counts = await embedderOf(embeddingEngine()).countPassageTokens(
    ['x'.repeat(3), 'x'.repeat(9991)],
    signal,
  );
  expect([...counts]).toEqual([3, 2500]);
});

it('says that there is none, and is there when the file has come', async () => {
  const engine = embeddingEngine();
  let model: typeof kept | undefined;
  const embedder = embedderOf(engine, () => model);
  expect(embedder.state).toBe('absent');
  expect(await codeOf(embedder.embedQuery('a', signal))).toBe('embedding.not-loaded');
  model = kept;
  embedder.modelChanged();
  expect(embedder.state).toBe('ready');
  await embedder.embedQuery('a', signal);
});

it('loads again after the engine freed it, and after a death', async () => {
  const engine = embeddingEngine();
  const embedder = embedderOf(engine);
  await embedder.embedQuery('a', signal);
  engine.free();
  await new Promise((resolve) => setImmediate(resolve));
  await embedder.embedQuery('b', signal);
  engine.die();
  await embedder.embedQuery('c', signal);
  expect(engine.loadCount()).toBe(3);
});

it('shows a load that failed, and tries again when asked again', async () => {
  const script: { load?: 'refuses' } = { load: 'refuses' };
  const embedder = embedderOf(embeddingEngine(script));
  expect(await codeOf(embedder.ready(signal))).toBe('model.load-failed');
  expect(embedder.state).toBe('failed');
  delete script.load;
  await embedder.ready(signal);
  expect(embedder.state).toBe('ready');
});

it('kills the engine three times at most', async () => {
  const engine = embeddingEngine({ load: 'dies' });
  const embedder = embedderOf(engine);
  for (let time = 0; time < 3; time += 1) {
    expect(await codeOf(embedder.ready(signal))).toBe('connection.lost');
  }
  expect(await codeOf(embedder.ready(signal))).toBe('embedding.not-loaded');
  expect(engine.loadCount()).toBe(3);
  expect(embedder.state).toBe('failed');
  embedder.modelChanged();
  expect(embedder.state).toBe('ready');
});

it('does nothing for one who has left', async () => {
  const engine = embeddingEngine();
  const left = AbortSignal.abort();
  expect(await codeOf(embedderOf(engine).embedQuery('a', left))).toContain('AbortError');
  expect(engine.loadCount()).toBe(0);
});
