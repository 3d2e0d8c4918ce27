import type { LoadedModel, LoadRequest } from '../../contract/engine-contract.ts';
import {
  type ContextChoice,
  chooseContext,
  leastContextTokens,
  reserveBytes,
  wantedContext,
} from './choose-context.ts';
import type { EngineServiceOptions } from './engine-service.ts';
import type { Follower } from './follow.ts';
import type { EngineThread } from './native-binding.ts';
import { Pump } from './pump.ts';

/** What loading needs of the service around it. */
export type LoadOptions = EngineServiceOptions & { engine: EngineThread; follower: Follower };

/** Loads and unloads models, one at a time, at a size that fits the memory. */
export class ModelLoading {
  readonly #addon: LoadOptions['addon'];
  readonly #engine: EngineThread;
  readonly #follower: Follower;
  readonly #options: LoadOptions;
  /** Loads and unloads take turns: measuring free memory only makes sense with nothing else in flight. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#addon = options.addon;
    this.#engine = options.engine;
    this.#follower = options.follower;
  }

  /** Frees the model in its turn; running answers end as cancelled. */
  async unload(): Promise<void> {
    const turn = this.#turn.then(() => this.#engine.unload());
    this.#turn = turn.catch(() => {});
    await turn;
  }

  /** Loads a model in its turn; chunks are the fraction done. Aborting `signal` leaves none. */
  async *load(input: LoadRequest, signal: AbortSignal) {
    const mine = Promise.withResolvers<void>();
    const previous = this.#turn;
    this.#turn = mine.promise;
    try {
      await previous;
      return yield* this.#loadNow(input, signal);
    } finally {
      mine.resolve();
    }
  }

  async *#loadNow(input: LoadRequest, signal: AbortSignal) {
    signal.throwIfAborted();
    const { path, projectorPath, cache } = input;
    const { trainedContextTokens } = await this.#addon.inspectGguf(path);
    // The old model goes first: only then is its memory counted as free. A broken file leaves it alone.
    await this.#engine.unload();
    const choice = await this.#chooseContext(input, trainedContextTokens);
    signal.throwIfAborted();
    let isLoaded = false;
    try {
      const pump = new Pump<{ fraction: number }>((_waiting, next) => next);
      const job = this.#engine.load(
        {
          ...{ path, projectorPath, contextTokens: choice.contextTokens },
          ...(cache === undefined ? {} : { cache }),
        },
        (fraction) => pump.push({ fraction: Math.min(Math.max(fraction, 0), 1) }),
      );
      const loaded = yield* this.#follower.follow(job, pump, signal);
      signal.throwIfAborted();
      isLoaded = true;
      const { trainedContextTokens: _trained, ...rest } = loaded;
      return {
        ...rest,
        path,
        projectorPath,
        wantedContextTokens: choice.wantedContextTokens,
        threads: this.#options.threads,
      } satisfies LoadedModel;
    } finally {
      // Cancelled, or its reader left, when it had just ended: nobody knows of this model.
      if (!isLoaded) await this.#engine.unload();
    }
  }

  async #chooseContext(input: LoadRequest, trained: number | null): Promise<ContextChoice> {
    const estimateAt = async (contextTokens: number) => {
      const { path, projectorPath } = input;
      const estimate = await this.#addon.estimateMemory({ path, projectorPath, contextTokens });
      const { modelBytes, contextBytes, computeBytes, projectorBytes } = estimate;
      const totalBytes = modelBytes + contextBytes + computeBytes + projectorBytes;
      return { contextTokens, totalBytes };
    };
    const wantedTokens = wantedContext({
      trainedContextTokens: trained,
      askedContextTokens: input.contextTokens,
    });
    const least = await estimateAt(leastContextTokens);
    const wanted = wantedTokens === leastContextTokens ? least : await estimateAt(wantedTokens);
    const freeBytes = await this.#options.freeMemoryBytes();
    const availableBytes = freeBytes - reserveBytes(this.#options.installedMemoryBytes);
    const choice = chooseContext({ least, wanted, availableBytes });
    this.#options.log(
      'info',
      `context ${choice.contextTokens} of ${choice.wantedContextTokens} tokens: ` +
        `${wanted.totalBytes} bytes wanted, ${availableBytes} bytes available`,
    );
    return choice;
  }
}
