import type { EngineHandlers } from '../../contract/engine-contract.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import { reserveBytes } from './choose-context.ts';
import type { EngineServiceOptions } from './engine-service-options.ts';
import { estimatedBytes, type NotesShelf } from './file-estimates.ts';
import type { Follower } from './follow.ts';
import type { EngineThread } from './native-binding.ts';
import { Pump } from './pump.ts';
import type { Turns } from './turns.ts';

type LoadInput = Parameters<EngineHandlers['embedding']['load']>[0];
type EmbedInput = Parameters<EngineHandlers['embedding']['embed']>[0];

interface Progress {
  fraction: number;
}

/** What embedding needs of the service around it. */
export interface EmbeddingOptions {
  service: EngineServiceOptions;
  engine: EngineThread;
  /** Follows the embedder's jobs, and nothing else. */
  follower: Follower;
  notes: NotesShelf;
  /** Shared with the loads of the chat model. */
  turns: Turns;
  /** Memory that the chat model's weights are mapped to: free for the system, but not for us. */
  chatMappedBytes(): number;
}

const newest = (_waiting: Progress, next: Progress): Progress => next;

function progressPump(): { pump: Pump<Progress>; tell: (fraction: number) => void } {
  const pump = new Pump<Progress>(newest);
  return { pump, tell: (fraction) => pump.push({ fraction: Math.min(Math.max(fraction, 0), 1) }) };
}

/** The second model, for embeddings: loads and frees it, and hands it texts. */
export class Embedding {
  readonly #options: EmbeddingOptions;
  readonly handlers: Pick<EngineHandlers['embedding'], 'load' | 'unload' | 'embed' | 'countTokens'>;
  #mappedBytes = 0;
  #isLoaded = false;
  #idleMinutes: number | undefined;

  constructor(options: EmbeddingOptions) {
    this.#options = options;
    this.handlers = {
      load: (input, { signal }) => this.#load(input, signal),
      unload: async () => {
        await this.unload();
        return {};
      },
      embed: (input, { signal }) => this.#embed(input, signal),
      countTokens: async (input, { signal }) => {
        const { engine, follower } = this.#options;
        return { counts: await follower.wait(engine.countTokens(input), signal) };
      },
    };
  }

  /** Whether it is there to be used. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Of its weights, what is mapped from the file. */
  get mappedBytes(): number {
    return this.#mappedBytes;
  }

  /** As was said last, by a load or since. */
  get idleMinutes(): number | undefined {
    return this.#idleMinutes;
  }

  set idleMinutes(minutes: number | undefined) {
    this.#idleMinutes = minutes;
  }

  /** Frees the model in its turn; what it was to embed ends as cancelled. */
  async unload(): Promise<void> {
    await this.#options.turns.do(() => this.free());
  }

  /** As `unload`, for one whose turn it is. */
  async free(): Promise<void> {
    this.#isLoaded = false;
    this.#mappedBytes = 0;
    await this.#options.engine.unloadEmbedder();
  }

  async *#load(input: LoadInput, signal: AbortSignal) {
    const endTurn = await this.#options.turns.take();
    try {
      return yield* this.#loadNow(input, signal);
    } finally {
      endTurn();
    }
  }

  async *#loadNow(input: LoadInput, signal: AbortSignal) {
    signal.throwIfAborted();
    const { engine, follower, service } = this.#options;
    const { path, threads, gpuLayers, idleMinutes } = input;
    const request = {
      path,
      ...(threads !== undefined && { threads }),
      ...(gpuLayers !== undefined && { gpuLayers }),
    };
    // A broken file is refused here, and leaves the old model alone; only then does that one's memory count.
    await service.addon.inspectGguf(path);
    await this.free();
    await this.#refuseTooLarge(input, request);
    signal.throwIfAborted();
    let isLoaded = false;
    try {
      const { pump, tell } = progressPump();
      const loaded = yield* follower.follow(engine.loadEmbedder(request, tell), pump, signal);
      signal.throwIfAborted();
      isLoaded = true;
      this.#isLoaded = true;
      this.#idleMinutes = idleMinutes;
      const { mappedBytes, ...rest } = loaded;
      this.#mappedBytes = mappedBytes;
      return { ...rest, path };
    } finally {
      // Cancelled, or its reader left, when it had just ended: nobody knows of this model.
      if (!isLoaded) await engine.unloadEmbedder();
    }
  }

  /** @throws AppError `model.out-of-memory` where it does not fit beside the chat model */
  async #refuseTooLarge(
    { notesPath }: LoadInput,
    request: { path: string; gpuLayers?: number },
  ): Promise<void> {
    const { service, notes, chatMappedBytes } = this.#options;
    const neededBytes = await estimatedBytes({
      notes: notes.at(notesPath),
      files: [request.path],
      settings: [service.addon.describe().llamaVersion, 'embedder', request.gpuLayers ?? 'all'],
      ask: () => service.addon.estimateEmbedderMemory(request),
    });
    const freeBytes = await service.freeMemoryBytes();
    const leftBytes = freeBytes - reserveBytes(service.installedMemoryBytes) - chatMappedBytes();
    const availableBytes = Math.max(0, leftBytes);
    service.log('info', `embedder: ${neededBytes} bytes wanted, ${availableBytes} available`);
    if (neededBytes > availableBytes) {
      throw new AppError('model.out-of-memory', { neededBytes, availableBytes });
    }
  }

  async *#embed(input: EmbedInput, signal: AbortSignal) {
    const { engine, follower } = this.#options;
    const { pump, tell } = progressPump();
    return yield* follower.follow(engine.embed(input, tell), pump, signal);
  }
}
