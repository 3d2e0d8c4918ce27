import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DocumentId } from '../../../contract/documents/documents.ts';
import type { Block } from '../../../contract/documents/extracted.ts';
import type { Log } from '../../../main/ports/log.ts';
import { EmbeddingFlow } from '../../../main/services/knowledge/embedding-flow.ts';
import { recall } from '../../../main/services/knowledge/recall.ts';
import { type Embedder, EngineEmbedder } from '../../../main/services/models/embedder.ts';
import type { IndexThread } from '../../../main/services/passages/index.ts';
import { startIndexThread } from '../../../main/services/passages/search-index/thread.ts';
import { forkEngine } from '../../../native/engine/forked-engine.fixture.ts';

const root = resolve(import.meta.dirname, '../../..');
const workerEntry = new URL(
  '../../../main/services/passages/search-index/worker.ts',
  import.meta.url,
);

const silentLog: Log = {
  info: () => undefined,
  warn: (line) => process.stderr.write(`${line}\n`),
  incident(error) {
    throw error;
  },
};

const clock = {
  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** One document for the index. */
export interface PlacedDocument {
  id: string;
  name: string;
  blocks: Block[];
}

/**
 * The product's own index, in its thread, and its own engine, in its process, over a folder that is gone
 * afterwards. No window, no storage of documents, no extractor.
 */
export class SearchPlace {
  readonly index: IndexThread;
  readonly embedder: Embedder;
  readonly #engine: ReturnType<typeof forkEngine>;
  readonly #flow: EmbeddingFlow;
  readonly #folder: string;
  readonly #ids: DocumentId[] = [];

  private constructor(parts: {
    index: IndexThread;
    engine: ReturnType<typeof forkEngine>;
    embedder: Embedder;
    folder: string;
  }) {
    const { index, engine, embedder, folder } = parts;
    this.index = index;
    this.#engine = engine;
    this.embedder = embedder;
    this.#folder = folder;
    this.#flow = new EmbeddingFlow({
      ...{ embedder, index, folder, clock, log: silentLog },
      engine: { client: () => Promise.resolve(engine.client) },
      documents: { find: () => undefined, noteEmbedded: () => undefined },
      mayWork: () => Promise.resolve(),
      changed: () => undefined,
    });
  }

  /** `embedder`: one in place of the real model, which is then not needed. */
  static async open(options: {
    modelPath: string | null;
    threads: number;
    embedder?: Embedder;
  }): Promise<SearchPlace> {
    const folder = mkdtempSync(join(tmpdir(), 'parley-documents-'));
    const engine = forkEngine(join(root, 'native/engine/entry.ts'), {
      PARLEY_ADDON: process.env['PARLEY_ADDON'] ?? join(root, 'dist/native/addon.node'),
      PARLEY_ENGINE_THREADS: String(options.threads),
    });
    const index = await startIndexThread({
      ...{ entry: workerEntry, folder: join(folder, 'index') },
      onDamaged: (id) => {
        throw new Error(`stored text of ${id} is damaged`);
      },
    });
    const path = options.modelPath;
    const embedder =
      options.embedder ??
      new EngineEmbedder({
        engine: {
          client: () => Promise.resolve(engine.client),
          onDeath: () => () => undefined,
          kill: () => undefined,
          close: () => Promise.resolve(),
        },
        log: silentLog,
        model: () => (path === null ? undefined : keptModel(path)),
        notesPath: join(folder, 'notes.json'),
        idleMinutes: () => 0,
      });
    return new SearchPlace({ index, engine, embedder, folder: join(folder, 'index') });
  }

  get documentIds(): readonly DocumentId[] {
    return this.#ids;
  }

  /** Cuts documents and puts their passages into the index, without vectors. Returns how many passages. */
  async add(documents: readonly PlacedDocument[]): Promise<number> {
    let passages = 0;
    for (const { id, name, blocks } of documents) {
      const documentId = id as DocumentId;
      const writer = await this.index.begin(documentId, name);
      await this.index.append(writer, blocks);
      passages += (await this.index.finish(writer)).passageCount;
      this.#ids.push(documentId);
    }
    return passages;
  }

  /** Gives every passage its vector. */
  async embedAll(): Promise<void> {
    this.#flow.wake();
    for (let waiting = 1; waiting > 0; waiting = await this.index.waitingCount()) {
      if (this.embedder.state === 'failed') throw new Error('the model could not be loaded');
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  /** Looks a question up as the app does, by words and by meaning. */
  find(question: string, count: number) {
    return recall(
      { index: this.index, meaning: this.#flow },
      { question, documentIds: this.#ids, count },
    );
  }

  /** The same by words alone. */
  findByWords(question: string, count: number) {
    return recall(
      { index: this.index, meaning: { find: () => Promise.resolve(null) } },
      { question, documentIds: this.#ids, count },
    );
  }

  async close(): Promise<void> {
    await this.#flow.close();
    await this.index.close();
    this.#engine.close();
    await this.#engine.ended;
    rmSync(join(this.#folder, '..'), { recursive: true, force: true });
  }
}

function keptModel(
  path: string,
): ReturnType<ConstructorParameters<typeof EngineEmbedder>[0]['model']> {
  return {
    ...{ id: 'embedding', name: 'embedding', path, projectorPath: null, fileBytes: 0 },
    ...{ architecture: 'bert', quantization: null, parameterCount: null, catalogId: null },
    ...{ isOwned: true, isSetAside: false, deaths: 0 },
  };
}
