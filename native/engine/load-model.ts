import { stat } from 'node:fs/promises';
import type { LoadedModel, LoadRequest } from '../../contract/engine-contract.ts';
import type { LoadedModel as NativeModel } from '../addon/index.d.ts';
import {
  type ContextChoice,
  chooseContext,
  leastContextTokens,
  reserveBytes,
  wantedContext,
} from './choose-context.ts';
import type { EngineServiceOptions } from './engine-service-options.ts';
import type { Follower } from './follow.ts';
import { isForMemory, type LoadPlan, nextRung } from './load-ladder.ts';
import { MachineNotes } from './machine-notes.ts';
import type { EngineThread } from './native-binding.ts';
import { Pump } from './pump.ts';

/** What loading needs of the service around it. */
export type LoadOptions = EngineServiceOptions & { engine: EngineThread; follower: Follower };

/** Names a file's content without reading it: its place, size and time of change. */
async function fileKey(path: string | null): Promise<string> {
  if (path === null) return '';
  const { size, mtimeMs } = await stat(path);
  return `${path}|${size}|${Math.round(mtimeMs)}`;
}

/** Loads and unloads models, one at a time, at a size that fits the memory. */
export class ModelLoading {
  readonly #addon: LoadOptions['addon'];
  readonly #engine: EngineThread;
  readonly #follower: Follower;
  readonly #options: LoadOptions;
  #notes: { path: string | undefined; kept: MachineNotes } | undefined;
  /** Loads and unloads take turns: measuring free memory only makes sense with nothing else in flight. */
  #turn: Promise<unknown> = Promise.resolve();
  #isLoaded = false;
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

  /** As the load asked that ended last. */
  get idleMinutes(): number | undefined {
    return this.#idleMinutes;
  }

  /** Frees the model in its turn; running answers end as cancelled. */
  async unload(): Promise<void> {
    const turn = this.#turn.then(() => this.#free());
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
      const { trainedContextTokens: _trained, ...rest } = loaded;
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

  /** Bytes that a load would take. llama.cpp needs up to a second to say so: it is asked once for each file. */
  async #estimate(input: LoadRequest, contextTokens: number): Promise<number> {
    const { path, projectorPath } = input;
    const ask = () => this.#addon.estimateMemory({ path, projectorPath, contextTokens });
    const keys = await Promise.all([fileKey(path), fileKey(projectorPath)]).catch(() => undefined);
    const version = this.#addon.describe().llamaVersion;
    const { modelBytes, contextBytes, computeBytes, projectorBytes } = keys
      ? await this.#notesOf(input).estimate([version, ...keys, contextTokens].join('|'), ask)
      : await ask();
    return modelBytes + contextBytes + computeBytes + projectorBytes;
  }

  #notesOf({ notesPath }: LoadRequest): MachineNotes {
    if (this.#notes?.path !== notesPath || !this.#notes) {
      this.#notes = { path: notesPath, kept: new MachineNotes(notesPath) };
    }
    return this.#notes.kept;
  }
}
