import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LoadedEmbedder } from '../../../contract/engine/embeddings.ts';
import type { EngineClient } from '../../../contract/engine-contract.ts';
import { DocumentsBench, realClock } from '../documents/testing/documents-bench.fixture.ts';
import type { Embedder, EmbedderState } from '../models/index.ts';
import { EmbeddingFlow } from './embedding-flow.ts';
import { recall } from './recall.ts';

const meanings = ['heron', 'boat', 'tax'];
/** The meaning of a text: one place for each word that is known. */
function vectorOf(text: string): number[] {
  const vector = meanings.map((word) => (text.includes(word) ? 1 : 0.01));
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

class WordEmbedder implements Embedder {
  state: EmbedderState = 'ready';
  fingerprint = 'a'.repeat(64);
  embedded = 0;
  #listener = (): void => {};

  onChanged(listener: () => void): () => void {
    this.#listener = listener;
    return () => {};
  }
  change(): void {
    this.#listener();
  }
  async ready(): Promise<LoadedEmbedder> {
    const { fingerprint } = this;
    return { fingerprint, dimensions: 3, contextTokens: 512 } as LoadedEmbedder;
  }
  async embedPassages(texts: readonly string[]) {
    this.embedded += texts.length;
    const vectors = Float32Array.from(texts.flatMap(vectorOf));
    return { vectors, dimensions: 3, fingerprint: this.fingerprint };
  }
  embedQuery(text: string) {
    return this.embedPassages([text.replace('bird', 'heron')]);
  }
  async countPassageTokens(texts: readonly string[]) {
    return Uint32Array.from(texts, (text) => text.length / 4);
  }
}

/** The engine's files of vectors, in memory: it forgets them all when it dies. */
class VectorFiles {
  files = new Map<string, number[][]>();
  readonly client = {
    vectors: {
      open: async ({ path }: { path: string }) => ({ rowCount: this.#rows(path).length }),
      close: async ({ path }: { path: string }) => {
        this.files.delete(path);
        return {};
      },
      append: async ({
        path,
        vectors,
        dimensions,
      }: {
        path: string;
        vectors: Float32Array;
        dimensions: number;
      }) => {
        const rows = this.#rows(path);
        const firstRow = rows.length;
        for (let at = 0; at < vectors.length; at += dimensions) {
          rows.push([...vectors.subarray(at, at + dimensions)]);
        }
        return { firstRow, rowCount: rows.length };
      },
      scan: async ({
        path,
        query,
        count,
        filter,
      }: {
        path: string;
        query: Float32Array;
        count: number;
        filter: Uint8Array;
      }) => {
        const hits = this.#rows(path)
          .map((row, at) => ({
            at,
            score: row.reduce((sum, value, place) => sum + value * (query[place] ?? 0), 0),
          }))
          .filter(({ at }) => ((filter[at >> 3] ?? 0) >> (at & 7)) & 1)
          .sort((left, right) => right.score - left.score)
          .slice(0, count);
        return {
          rows: Uint32Array.from(hits, ({ at }) => at),
          scores: new Float32Array(hits.length),
        };
      },
    },
  } as unknown as EngineClient;

  #rows(path: string): number[][] {
    const rows = this.files.get(path) ?? [];
    this.files.set(path, rows);
    return rows;
  }
}

let bench: DocumentsBench;
let embedder: WordEmbedder;
let engine: VectorFiles;
let flow: EmbeddingFlow;

function start(): void {
  flow = new EmbeddingFlow({
    ...{
      embedder,
      index: bench.index,
      documents: bench.documents,
      folder: `${bench.folder}/index`,
    },
    ...{ engine: { client: async () => engine.client }, clock: realClock, log: bench.log },
    mayWork: async () => {},
    changed: () => {},
  });
}

beforeEach(async () => {
  bench = await new DocumentsBench().open();
  [embedder, engine] = [new WordEmbedder(), new VectorFiles()];
  start();
});
afterEach(async () => {
  await flow.close();
  await bench.dispose();
});

async function allEmbedded(): Promise<void> {
  flow.wake();
  while ((await bench.index.waitingCount()) > 0) await delay(5);
  await delay(20);
}

async function ask(question: string) {
  const documentIds = await bench.index.documentIds();
  const parts = { index: bench.index, meaning: flow };
  const { hits, hasMeaning } = await recall(parts, { question, documentIds, count: 5 });
  return { names: hits.map(({ passage }) => passage.documentName), hasMeaning };
}

test('passages are found by meaning once they are embedded, and counted', async () => {
  const { id } = await bench.read('heron.txt', 'The heron waits.');
  await bench.read('boat.txt', 'A boat comes.');
  expect(await ask('bird')).toEqual({ names: [], hasMeaning: false });
  await allEmbedded();
  expect(await ask('bird')).toEqual({ names: ['heron.txt', 'boat.txt'], hasMeaning: true });
  expect(bench.documents.get(id)).toMatchObject({ passageCount: 1, embeddedCount: 1 });
  expect(bench.incidents).toEqual([]);
});

test('a file of vectors that is lost is made again without the model', async () => {
  await bench.read('heron.txt', 'The heron waits.');
  await bench.read('boat.txt', 'A boat comes.');
  await allEmbedded();
  const { embedded } = embedder;
  engine = new VectorFiles();
  expect((await ask('bird')).names[0]).toBe('heron.txt');
  expect(embedder.embedded).toBe(embedded + 1);
  expect([...engine.files.values()].map(({ length }) => length)).toEqual([2]);
});

test('with another model everything is embedded again, and nothing is compared with the old', async () => {
  await bench.read('heron.txt', 'The heron waits.');
  await allEmbedded();
  embedder.fingerprint = 'b'.repeat(64);
  expect((await ask('bird')).hasMeaning).toBe(false);
  await bench.read('boat.txt', 'A boat comes.');
  await allEmbedded();
  expect(await ask('bird')).toEqual({ names: ['heron.txt', 'boat.txt'], hasMeaning: true });
});

test('without a model, or with one that fails, words alone do', async () => {
  await bench.read('heron.txt', 'The heron waits.');
  await allEmbedded();
  embedder.embedQuery = async () => {
    throw new Error('the engine died');
  };
  expect(await ask('heron')).toEqual({ names: ['heron.txt'], hasMeaning: false });
  embedder.state = 'absent';
  expect(await ask('heron')).toEqual({ names: ['heron.txt'], hasMeaning: false });
});

test('passages wait for the model, and are embedded when it comes', async () => {
  embedder.state = 'absent';
  await bench.read('heron.txt', 'The heron waits.');
  flow.wake();
  await delay(50);
  expect(embedder.embedded).toBe(0);
  embedder.state = 'ready';
  embedder.change();
  await allEmbedded();
  expect((await ask('bird')).names).toEqual(['heron.txt']);
});
