import type { EngineHandlers } from '../../contract/engine-contract.ts';
import { Calibrator } from './calibrator.ts';
import { convertEmbedder } from './conversion/convert-embedder.ts';
import { Embedding } from './embedding.ts';
import type { EngineServiceOptions } from './engine-service-options.ts';
import { NotesShelf } from './file-estimates.ts';
import { Follower } from './follow.ts';
import { ModelLoading } from './load-model.ts';
import type { EngineThread } from './native-binding.ts';
import { watchOtherPrograms } from './other-programs.ts';
import { readAhead } from './read-ahead.ts';
import { Resting } from './resting.ts';
import { runHandlers } from './run-requests.ts';
import { Turns } from './turns.ts';
import { VectorFiles } from './vector-files.ts';
import { yieldingEngine } from './yielding-engine.ts';

/** What this process does for main: answers `engineContract` with the addon. */
export class EngineService {
  readonly #options: EngineServiceOptions;
  readonly #engine: EngineThread;
  readonly #turns = new Turns();
  readonly #chats = new Follower();
  readonly #embeddings = new Follower();
  readonly #calibrator: Calibrator;
  readonly #loading: ModelLoading;
  readonly #embedding: Embedding;
  readonly #vectors: VectorFiles;
  readonly #chatResting: Resting;
  readonly #embedderResting: Resting;
  #reading: AbortController | undefined;
  readonly handlers: EngineHandlers;

  constructor(options: EngineServiceOptions) {
    const { addon, threads, log, countsMappedAsFree } = options;
    const thread = new addon.Engine({ threads, onLog: log });
    const engine = yieldingEngine(thread, () => this.#makeRoom());
    const notes = new NotesShelf();
    const turns = this.#turns;
    this.#options = options;
    this.#engine = engine;
    this.#calibrator = new Calibrator({
      engine: thread,
      nowMs: () => performance.now(),
      isBusy: () => this.#chats.isBusy || this.#embeddings.isBusy,
      watchOthers: watchOtherPrograms,
      log: (line) => log('info', line),
      onThreads: (count) => options.onThreads(count),
    });
    this.#loading = new ModelLoading({
      ...options,
      ...{ engine, follower: this.#chats, notes, turns, calibrator: this.#calibrator },
      embedder: {
        mappedBytes: () => (countsMappedAsFree ? this.#embedding.mappedBytes : 0),
        makeWay: () => this.#makeWay(),
      },
    });
    this.#embedding = new Embedding({
      ...{ service: options, engine, follower: this.#embeddings, notes, turns },
      chatMappedBytes: () => (countsMappedAsFree ? this.#loading.mappedBytes : 0),
    });
    this.#vectors = new VectorFiles(addon);
    this.#chatResting = this.#restingOf(this.#loading, this.#chats, {
      shrinkCache: (request) => engine.shrinkCache(request),
      onUnloaded: (reason) => {
        log('info', `the model is freed: ${reason}`);
        options.onUnloaded(reason);
      },
    });
    this.#embedderResting = this.#restingOf(this.#embedding, this.#embeddings, {
      shrinkCache: () => Promise.resolve(),
      onUnloaded: (reason) => this.#tellEmbedderFreed(reason),
    });
    this.handlers = this.#handlers();
  }

  /** Frees what nobody needs now, and measures what is not known yet; to be called every few seconds, one call at a time. */
  async rest(): Promise<void> {
    this.#chatResting.idleMinutes = this.#loading.idleMinutes;
    await this.#chatResting.look();
    this.#embedderResting.idleMinutes = this.#embedding.idleMinutes;
    await this.#embedderResting.look();
    await this.#calibrator.look();
  }

  /** Ends all work and frees everything. */
  async close(): Promise<void> {
    await Promise.all([this.#engine.dispose(), this.#vectors.close()]);
  }

  #handlers(): EngineHandlers {
    const { addon, threads } = this.#options;
    const engine = this.#engine;
    return {
      engine: {
        describe: async () => {
          await Promise.all([this.#chats.settled(), this.#embeddings.settled()]);
          return { ...addon.describe(), threads, pid: process.pid };
        },
        counters: () => engine.counters(),
        shrinkCache: async (input) => {
          await engine.shrinkCache(input);
          return {};
        },
        // In its turn: a model that is being loaded may be about to open that folder.
        forgetKept: (input) =>
          this.#turns.do(async () => ({ isDone: await addon.forgetKept(input) })),
      },
      model: {
        inspect: ({ path }) => addon.inspectGguf(path),
        readAhead: async ({ paths }, { signal }) => ({
          readBytes: await this.#readAhead(paths, signal),
        }),
        load: (input, { signal }) => {
          this.#makeRoom();
          return this.#loading.load(input, signal);
        },
        setIdleMinutes: ({ idleMinutes }) => {
          this.#loading.idleMinutes = idleMinutes;
          this.#embedding.idleMinutes = idleMinutes;
          return {};
        },
        unload: async () => {
          await this.#loading.unload();
          return {};
        },
      },
      run: runHandlers(engine, this.#chats),
      embedding: {
        ...this.#embedding.handlers,
        convert: (input, { signal }) => convertEmbedder(input, signal),
      },
      vectors: this.#vectors.handlers,
    };
  }

  /** Somebody wants the engine: what nobody waits for ends. */
  #makeRoom(): void {
    this.#calibrator.noteWork();
    this.#reading?.abort();
  }

  async #readAhead(paths: readonly string[], signal: AbortSignal): Promise<number> {
    this.#reading?.abort();
    const reading = new AbortController();
    this.#reading = reading;
    const { installedMemoryBytes } = this.#options;
    return await readAhead(paths, {
      signal: AbortSignal.any([signal, reading.signal]),
      installedMemoryBytes,
      freeMemoryBytes: () => this.#options.freeMemoryBytes(),
    });
  }

  #restingOf(
    model: { readonly isLoaded: boolean; unload(): Promise<void> },
    follower: Follower,
    how: Pick<ConstructorParameters<typeof Resting>[0], 'shrinkCache' | 'onUnloaded'>,
  ): Resting {
    return new Resting({
      nowMs: () => performance.now(),
      isBusy: () => follower.isBusy,
      useCount: () => follower.begunCount,
      isLoaded: () => model.isLoaded,
      installedMemoryBytes: this.#options.installedMemoryBytes,
      freeMemoryBytes: () => this.#options.freeMemoryBytes(),
      unload: () => model.unload(),
      ...how,
    });
  }

  /** For a chat model that does not fit: a person waits for it, and for the embedder nobody does. */
  async #makeWay(): Promise<boolean> {
    if (!this.#embedding.isLoaded || this.#embeddings.isBusy) return false;
    this.#tellEmbedderFreed('memory');
    await this.#embedding.free();
    return true;
  }

  #tellEmbedderFreed(reason: Parameters<EngineServiceOptions['onEmbedderUnloaded']>[0]): void {
    this.#options.log('info', `the embedder is freed: ${reason}`);
    this.#options.onEmbedderUnloaded(reason);
  }
}
