import type { LoadedModel, LoadRequest } from '../../contract/engine-contract.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import type { LoadedModel as NativeModel } from '../addon/index.d.ts';
import type { Calibrator, MeasureSize } from './calibrator.ts';
import {
  type ContextChoice,
  chooseContext,
  leastContextTokens,
  reserveBytes,
  type SizedEstimate,
  wantedContext,
} from './choose-context.ts';
import type { EngineServiceOptions } from './engine-service-options.ts';
import { estimatedBytes, fileKeys, type NotesShelf } from './file-estimates.ts';
import type { Follower } from './follow.ts';
import { isForMemory, type LoadPlan, nextRung } from './load-ladder.ts';
import type { Calibration } from './machine-notes.ts';
import { measureOnCpu } from './measure-on-cpu.ts';
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
  calibrator: Pick<Calibrator, 'begin' | 'end'>;
  embedder: {
    /** Memory that its weights are mapped to: free for the system, but not for us. */
    mappedBytes(): number;
    /** Frees it where it is loaded and nobody uses it; says whether it did. Called in the load's turn. */
    makeWay(): Promise<boolean>;
  };
};

/** What was measured of a model, and under which key; no key where nothing is to be measured. */
interface Measured {
  key: string | undefined;
  known: Calibration | undefined;
}

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

  /** As was said last, by a load or since. */
  get idleMinutes(): number | undefined {
    return this.#idleMinutes;
  }

  set idleMinutes(minutes: number | undefined) {
    this.#idleMinutes = minutes;
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
    const measured = await this.#measuredBefore(input);
    const choice = await this.#chooseContext(input, trainedContextTokens, measured.known);
    signal.throwIfAborted();
    let isLoaded = false;
    try {
      const { contextTokens, batchTokens } = choice;
      const { threads = this.#options.threads, gpuLayers } = measured.known ?? {};
      const plan: LoadPlan = {
        ...{ rung: 'planned', contextTokens },
        ...(batchTokens !== undefined && { batchTokens }),
        ...(gpuLayers !== undefined && { gpuLayers }),
      };
      const { loaded, rung } = yield* this.#climbDown(input, { plan, threads }, signal);
      signal.throwIfAborted();
      isLoaded = true;
      this.#isLoaded = true;
      this.#idleMinutes = input.idleMinutes;
      if (rung === 'planned') this.#calibrate(input, loaded, { ...measured, threads });
      const { trainedContextTokens: _trained, mappedBytes, batchTokens: _step, ...rest } = loaded;
      this.#mappedBytes = mappedBytes;
      return {
        ...rest,
        ...{ path, projectorPath, rung },
        rungReason: rung === 'planned' ? null : 'model.load-failed',
        wantedContextTokens: choice.wantedContextTokens,
        threads,
      } satisfies LoadedModel;
    } finally {
      // Cancelled, or its reader left, when it had just ended: nobody knows of this model.
      if (!isLoaded) await this.#engine.unload();
    }
  }

  async #free(): Promise<void> {
    this.#options.calibrator.end();
    this.#isLoaded = false;
    this.#mappedBytes = 0;
    await this.#engine.unload();
  }

  /**
   * Tries the first plan, and while memory is refused what asks for less of it.
   * @throws what the first attempt threw, where none works
   */
  async *#climbDown(
    input: LoadRequest,
    first: { plan: LoadPlan; threads: number },
    signal: AbortSignal,
  ): AsyncGenerator<{ fraction: number }, { loaded: NativeModel; rung: LoadPlan['rung'] }, void> {
    const { threads } = first;
    let { plan } = first;
    let firstError: unknown;
    for (;;) {
      try {
        return { loaded: yield* this.#attempt(input, { plan, threads }, signal), rung: plan.rung };
      } catch (error) {
        firstError ??= error;
        const next = isForMemory(error) ? nextRung(plan, this.#hasGpu) : undefined;
        if (!next) throw firstError;
        this.#options.log('warn', `loading did not work: ${plan.rung}, next ${next.rung}`);
        plan = next;
      }
    }
  }

  async *#attempt(
    input: LoadRequest,
    { plan, threads }: { plan: LoadPlan; threads: number },
    signal: AbortSignal,
  ) {
    const { path, projectorPath, cache } = input;
    const { rung: _rung, ...size } = plan;
    const pump = new Pump<{ fraction: number }>((_waiting, next) => next);
    const job = this.#engine.load(
      { path, projectorPath, ...size, threads, ...(cache === undefined ? {} : { cache }) },
      (fraction) => pump.push({ fraction: Math.min(Math.max(fraction, 0), 1) }),
    );
    return yield* this.#follower.follow(job, pump, signal);
  }

  /** What was measured of these files with this engine on this computer, and where that is noted. */
  async #measuredBefore(input: LoadRequest): Promise<Measured> {
    const { threads, isCalibrating } = this.#options;
    const { llamaVersion, devices } = this.#addon.describe();
    const files = await fileKeys([input.path, input.projectorPath]);
    if (!isCalibrating || !files) return { key: undefined, known: undefined };
    const computer = devices.map(({ description }) => description);
    const key = [llamaVersion, ...computer, threads, ...files].join('|');
    return { key, known: this.#options.notes.at(input.notesPath).calibration(key) };
  }

  /** Has the model measured while nobody waits, where something is still to be found out. */
  #calibrate(
    input: LoadRequest,
    loaded: NativeModel,
    { key, known, threads }: Measured & { threads: number },
  ): void {
    if (key === undefined || known?.isFinal || input.mayMeasure === false) return;
    const { calibrator, notes } = this.#options;
    const onCpu = (size: MeasureSize, signal: AbortSignal) =>
      measureOnCpu(this.#options, input.path, { size, signal });
    const isOnGpu = this.#hasGpu && known?.gpuLayers !== 0;
    calibrator.begin({
      threads,
      mostThreads: this.#options.threads,
      batchTokens: loaded.batchTokens,
      contextTokens: loaded.contextTokens,
      gpu: isOnGpu ? { measureOnCpu: onCpu } : null,
      isSecond: known !== undefined,
      note: async (calibration) => {
        const kept = notes.at(input.notesPath);
        kept.noteCalibration(key, calibration);
        await kept.saved();
      },
    });
  }

  get #hasGpu(): boolean {
    return this.#addon.describe().devices.some(({ name }) => name !== 'CPU');
  }

  /** The largest context that fits; a step as measured only where it takes nothing from that. */
  async #chooseContext(
    input: LoadRequest,
    trained: number | null,
    known: Calibration | undefined,
  ): Promise<ContextChoice & { batchTokens?: number }> {
    if (known) {
      const { batchTokens } = known;
      const choice = await this.#fitContext(input, trained, batchTokens).catch(() => undefined);
      if (choice && choice.contextTokens === choice.wantedContextTokens) {
        return { ...choice, batchTokens };
      }
    }
    return await this.#fitContext(input, trained, undefined);
  }

  async #fitContext(
    input: LoadRequest,
    trained: number | null,
    batchTokens: number | undefined,
  ): Promise<ContextChoice> {
    const estimateAt = async (contextTokens: number) => {
      const size = { contextTokens, ...(batchTokens !== undefined && { batchTokens }) };
      return { contextTokens, totalBytes: await this.#estimate(input, size) };
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

  async #estimate(
    input: LoadRequest,
    size: { contextTokens: number; batchTokens?: number },
  ): Promise<number> {
    const { path, projectorPath, notesPath } = input;
    return await estimatedBytes({
      notes: this.#options.notes.at(notesPath),
      files: [path, projectorPath],
      settings: [this.#addon.describe().llamaVersion, ...Object.values(size)],
      ask: () => this.#addon.estimateMemory({ path, projectorPath, ...size }),
    });
  }
}
