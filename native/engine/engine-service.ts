import type { EngineHandlers, LoadedModel } from '../../contract/engine-contract.ts';
import type { EngineOptions, Job } from '../addon/index.d.ts';
import { chunkReader, mergeChunks } from './answer-chunks.ts';
import {
  type ContextChoice,
  chooseContext,
  leastContextTokens,
  reserveBytes,
  wantedContext,
} from './choose-context.ts';
import type { Addon, EngineThread } from './native-binding.ts';
import { Pump } from './pump.ts';

export interface EngineServiceOptions {
  addon: Addon;
  /** Compute threads, 1 or more. */
  threads: number;
  installedMemoryBytes: number;
  freeMemoryBytes(): Promise<number>;
  /** One log line; never text of a conversation. */
  log: NonNullable<EngineOptions['onLog']>;
}

interface LoadInput {
  path: string;
  projectorPath: string | null;
  contextTokens?: number | undefined;
}

/** What this process does for main: answers `engineContract` with the addon. */
export class EngineService {
  readonly #addon: Addon;
  readonly #engine: EngineThread;
  readonly #options: EngineServiceOptions;
  /** Cancelled work that has not ended yet. */
  readonly #ending = new Set<Promise<unknown>>();
  /** Loads and unloads take turns: measuring free memory only makes sense with nothing else in flight. */
  #turn: Promise<unknown> = Promise.resolve();

  readonly handlers: EngineHandlers = {
    engine: { describe: () => this.#describe() },
    model: {
      inspect: ({ path }) => this.#addon.inspectGguf(path),
      load: (input, { signal }) => this.#load(input, signal),
      unload: async () => {
        await this.#inTurn(() => this.#engine.unload());
        return {};
      },
    },
    run: { generate: (input, { signal }) => this.#generate(input, signal) },
  };

  constructor(options: EngineServiceOptions) {
    this.#options = options;
    this.#addon = options.addon;
    this.#engine = new options.addon.Engine({ threads: options.threads, onLog: options.log });
  }

  /** Ends all work and frees everything. */
  async close(): Promise<void> {
    await this.#engine.dispose();
  }

  async #describe() {
    await Promise.allSettled(this.#ending);
    return { ...this.#addon.describe(), threads: this.#options.threads, pid: process.pid };
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return await turn;
  }

  /**
   * Follows a job to its end, giving what `pump` carries. Aborting `signal`, or leaving the loop,
   * cancels the job at once; the generator is over only when the job is.
   */
  async *#follow<T, R>(
    job: Job<R>,
    pump: Pump<T>,
    signal: AbortSignal,
  ): AsyncGenerator<T, R, void> {
    const settled = job.done.then(
      () => pump.end(),
      () => pump.end(),
    );
    const cancel = (): void => {
      this.#ending.add(settled);
      void settled.then(() => this.#ending.delete(settled));
      job.cancel();
    };
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    try {
      yield* pump.values();
      return await job.done;
    } finally {
      signal.removeEventListener('abort', cancel);
      // Harmless after the end; stops the work when the reader left in the middle.
      cancel();
      await settled;
    }
  }

  async *#load(input: LoadInput, signal: AbortSignal) {
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

  async *#loadNow(input: LoadInput, signal: AbortSignal) {
    signal.throwIfAborted();
    const { path, projectorPath } = input;
    const { trainedContextTokens } = await this.#addon.inspectGguf(path);
    // The old model goes first: only then is its memory counted as free. A broken file leaves it alone.
    await this.#engine.unload();
    const choice = await this.#chooseContext(input, trainedContextTokens);
    signal.throwIfAborted();
    let isLoaded = false;
    try {
      const pump = new Pump<{ fraction: number }>((_waiting, next) => next);
      const job = this.#engine.load(
        { path, projectorPath, contextTokens: choice.contextTokens },
        (fraction) => pump.push({ fraction: Math.min(Math.max(fraction, 0), 1) }),
      );
      const loaded = yield* this.#follow(job, pump, signal);
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

  async #chooseContext(input: LoadInput, trained: number | null): Promise<ContextChoice> {
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

  async *#generate(input: Parameters<EngineHandlers['run']['generate']>[0], signal: AbortSignal) {
    const { messages, maxAnswerTokens, sampling, ...rest } = input;
    const pump = new Pump(mergeChunks);
    const read = chunkReader();
    const { seed, ...odds } = sampling;
    const job = this.#engine.generate(
      {
        ...rest,
        messages: messages.map(({ role, text, reasoning }) =>
          reasoning === undefined ? { role, text } : { role, text, reasoning },
        ),
        sampling: seed === undefined ? odds : { ...odds, seed },
        ...(maxAnswerTokens === undefined ? {} : { maxAnswerTokens }),
      },
      (batch) => {
        for (const chunk of read(batch)) pump.push(chunk);
      },
    );
    const { stopReason, ...usage } = yield* this.#follow(job, pump, signal);
    return { stopReason, usage };
  }
}
