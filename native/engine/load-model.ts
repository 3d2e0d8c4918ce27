import type { LoadedModel, LoadRequest } from '../../contract/engine-contract.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import type { LoadedModel as NativeModel } from '../addon/index.d.ts';
import {
  type ContextChoice,
  chooseContext,
  leastContextTokens,
  reserveBytes,
  type SizedEstimate,
  wantedContext,
} from './choose-context.ts';
import type { EngineServiceOptions } from './engine-service-options.ts';
import { estimatedBytes, type NotesShelf } from './file-estimates.ts';
import type { Follower } from './follow.ts';
import { isForMemory, type LoadPlan, nextRung } from './load-ladder.ts';
import type { EngineThread } from './native-binding.ts';
import { Pump } from './pump.ts';
import type { Turns } from './turns.ts';

/** What loading needs of the service around it. */
export type LoadOptions = EngineServiceOptions & {
  engine: EngineThread;
  follower: Follower;
  notes: NotesShelf;
  /** Shared with the loads of the embedder. */
  turns: Turns;
  embedder: {
    /** Memory that its weights are mapped to: free for the system, but not for us. */
    mappedBytes(): number;
    /** Frees it where it is loaded and nobody uses it; says whether it did. Called in the load's turn. */
    makeWay(): Promise<boolean>;
  };
};

/** Loads and unloads models, one at a time, at a size that fits the memory. */
export class ModelLoading {
  readonly #addon: LoadOptions['addon'];
  readonly #engine: EngineThread;
  readonly #follower: Follower;
  readonly #options: LoadOptions;
  #isLoaded = false;
  #mappedBytes = 0;
  #idleMinutes: number | undefined;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#addon = options.addon;
    this.#engine = options.engine;
    this.#follower = options.follower;
  }

  /** Whether a model is there to be used. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Of the loaded model's weights, what is mapped from the file. */
  get mappedBytes(): number {
    return this.#mappedBytes;
  }

  /** As the load asked that ended last. */
  get idleMinutes(): number | undefined {
    return this.#idleMinutes;
  }

  /** Frees the model in its turn; running answers end as cancelled. */
  async unload(): Promise<void> {
    await this.#options.turns.do(() => this.#free());
  }

  /** Loads a model in its turn; chunks are the fraction done. Aborting `signal` leaves none. */
  async *load(input: LoadRequest, signal: AbortSignal) {
    const endTurn = await this.#options.turns.take();
    try {
      return yield* this.#loadNow(input, signal);
    } finally {
      endTurn();
    }
  }

  async *#loadNow(input: LoadRequest, signal: AbortSignal) {
    signal.throwIfAborted();
    const { path, projectorPath } = input;
    const { trainedContextTokens } = await this.#addon.inspectGguf(path);
    // The old model goes first: only then is its memory counted as free. A broken file leaves it alone.
    await this.#free();
    const choice = await this.#chooseContext(input, trainedContextTokens);
    signal.throwIfAborted();
    let isLoaded = false;
    try {
      const plan: LoadPlan = { rung: 'planned', contextTokens: choice.contextTokens };
      const { loaded, rung } = yield* this.#climbDown(input, plan, signal);
      signal.throwIfAborted();
      isLoaded = true;
      this.#isLoaded = true;
      this.#idleMinutes = input.idleMinutes;
      const { trainedContextTokens: _trained, mappedBytes, ...rest } = loaded;
      this.#mappedBytes = mappedBytes;
      return {
        ...rest,
        ...{ path, projectorPath, rung },
        rungReason: rung === 'planned' ? null : 'model.load-failed',
        wantedContextTokens: choice.wantedContextTokens,
        threads: this.#options.threads,
      } satisfies LoadedModel;
    } finally {
      // Cancelled, or its reader left, when it had just ended: nobody knows of this model.
      if (!isLoaded) await this.#engine.unload();
    }
  }

  async #free(): Promise<void> {
    this.#isLoaded = false;
    this.#mappedBytes = 0;
    await this.#engine.unload();
  }

  /**
   * Tries `first`, and while memory is refused what asks for less of it.
   * @throws what the first attempt threw, where none works
   */
  async *#climbDown(
    input: LoadRequest,
    first: LoadPlan,
    signal: AbortSignal,
  ): AsyncGenerator<{ fraction: number }, { loaded: NativeModel; rung: LoadPlan['rung'] }, void> {
    const hasGpu = this.#addon.describe().devices.some(({ name }) => name !== 'CPU');
    let plan = first;
    let firstError: unknown;
    for (;;) {
      try {
        return { loaded: yield* this.#attempt(input, plan, signal), rung: plan.rung };
      } catch (error) {
        firstError ??= error;
        const next = isForMemory(error) ? nextRung(plan, hasGpu) : undefined;
        if (!next) throw firstError;
        this.#options.log('warn', `loading did not work: ${plan.rung}, next ${next.rung}`);
        plan = next;
      }
    }
  }

  async *#attempt(input: LoadRequest, plan: LoadPlan, signal: AbortSignal) {
    const { path, projectorPath, cache } = input;
    const { rung: _rung, ...size } = plan;
    const pump = new Pump<{ fraction: number }>((_waiting, next) => next);
    const job = this.#engine.load(
      { path, projectorPath, ...size, ...(cache === undefined ? {} : { cache }) },
      (fraction) => pump.push({ fraction: Math.min(Math.max(fraction, 0), 1) }),
    );
    return yield* this.#follower.follow(job, pump, signal);
  }

  async #chooseContext(input: LoadRequest, trained: number | null): Promise<ContextChoice> {
    const estimateAt = async (contextTokens: number) => {
      const totalBytes = await this.#estimate(input, contextTokens);
      return { contextTokens, totalBytes };
    };
    const wantedTokens = wantedContext({
      trainedContextTokens: trained,
      askedContextTokens: input.contextTokens,
    });
    const least = await estimateAt(leastContextTokens);
    const wanted = wantedTokens === leastContextTokens ? least : await estimateAt(wantedTokens);
    const { choice, availableBytes } = await this.#fit(least, wanted);
    this.#options.log(
      'info',
      `context ${choice.contextTokens} of ${choice.wantedContextTokens} tokens: ` +
        `${wanted.totalBytes} bytes wanted, ${availableBytes} bytes available`,
    );
    return choice;
  }

  /** What fits now; if nothing does, an embedder that nobody uses makes way first. */
  async #fit(least: SizedEstimate, wanted: SizedEstimate) {
    const { embedder, freeMemoryBytes, installedMemoryBytes } = this.#options;
    for (;;) {
      const leftBytes = (await freeMemoryBytes()) - reserveBytes(installedMemoryBytes);
      const availableBytes = leftBytes - embedder.mappedBytes();
      try {
        return { choice: chooseContext({ least, wanted, availableBytes }), availableBytes };
      } catch (error) {
        const isTooLarge = AppError.is(error, 'model.out-of-memory');
        if (!isTooLarge || !(await embedder.makeWay())) throw error;
      }
    }
  }

  async #estimate(input: LoadRequest, contextTokens: number): Promise<number> {
    const { path, projectorPath, notesPath } = input;
    return await estimatedBytes({
      notes: this.#options.notes.at(notesPath),
      files: [path, projectorPath],
      settings: [this.#addon.describe().llamaVersion, contextTokens],
      ask: () => this.#addon.estimateMemory({ path, projectorPath, contextTokens }),
    });
  }
}
