import type { CacheOptions, EngineClient, LoadedModel } from '../../../contract/engine-contract.ts';
import { AppError, isCancel } from '../../../contract/errors/app-error.ts';
import type { EngineState, ShownError } from '../../../contract/models/models.ts';
import type { Engine, EngineDeath } from '../../ports/engine.ts';
import type { Log } from '../../ports/log.ts';
import type { KeptModel, Library } from './library.ts';
import type { ModelRuntime, ReadyModel } from './model-runtime.ts';

/** Deaths of the engine in a row after which a model is set aside. */
export const setAsideAfter = 3;

/** Which model the person chose; kept with the settings. */
export interface ChosenModel {
  read(): string | null;
  write(modelId: string | null): void;
}

export interface LoaderOptions {
  engine: Engine;
  library: Library;
  chosen: ChosenModel;
  log: Log;
  changed(): void;
  /** Where the engine keeps what it has computed; undefined: in the context only. */
  cache(): Promise<CacheOptions | undefined>;
  /** File for what the engine finds out about models on this computer. */
  notesPath: string;
  /** Minutes without use after which the engine gives the model's memory back; 0: never. */
  idleMinutes(): number;
  /** Whether the engine may measure models while nobody waits. */
  mayMeasure(): Promise<boolean>;
}

/** A load that runs: who waits for it hears of its progress. */
interface Loading {
  readonly modelId: string;
  readonly abort: AbortController;
  readonly listeners: Set<(fraction: number) => void>;
  readonly done: Promise<ReadyModel>;
}

/** Rejects when `signal` aborts; what `promise` does goes on. */
function leaveOnAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

/** Keeps the chosen model in the engine: one load at a time, again after a death, never a killer. */
export class Loader implements ModelRuntime {
  readonly #options: LoaderOptions;
  #state: EngineState = { phase: 'empty' };
  #loading: Loading | undefined;
  #ready: ReadyModel | undefined;
  /** What the engine's process holds or loads: whose fault a death is. */
  #heldId: string | undefined;
  /** It made way because nobody used it, and nothing was asked since. */
  #isResting = false;
  #reading: AbortController | undefined;
  readonly #stopListening: () => void;
  readonly #listenedTo = new WeakSet<EngineClient>();
  readonly #settledListeners = new Set<() => void>();

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#stopListening = options.engine.onDeath((death) => void this.#onDeath(death));
  }

  get state(): EngineState {
    return this.#state;
  }

  async ready(options: {
    signal: AbortSignal;
    onProgress: (fraction: number) => void;
  }): Promise<ReadyModel> {
    const { signal, onProgress } = options;
    for (;;) {
      signal.throwIfAborted();
      const model = this.#chosenModel();
      if (this.#ready?.modelId === model.id) return this.#ready;
      const loading = this.#loadingFor(model);
      loading.listeners.add(onProgress);
      try {
        return await leaveOnAbort(loading.done, signal);
      } catch (error) {
        signal.throwIfAborted();
        // The person chose another model meanwhile: this caller wants that one now.
        if (!isCancel(error) || this.#options.chosen.read() === model.id) throw error;
      } finally {
        loading.listeners.delete(onProgress);
      }
    }
  }

  current(): ReadyModel | undefined {
    return this.#ready;
  }

  isLoading(): boolean {
    return this.#loading !== undefined;
  }

  wake(): void {
    if (this.#isResting) this.startInBackground();
  }

  /** Has the engine read the chosen model's files from disk before it is to load them. Never rejects. */
  async readAhead(): Promise<void> {
    const { chosen, engine, library } = this.#options;
    const id = chosen.read();
    const model = id === null ? undefined : library.find(id);
    if (!model || model.isSetAside || this.#ready || this.#loading) return;
    const reading = new AbortController();
    this.#reading = reading;
    try {
      const client = await engine.client();
      const paths = [model.path, ...(model.projectorPath === null ? [] : [model.projectorPath])];
      await client.model.readAhead({ paths }, { signal: reading.signal });
    } catch (error) {
      // Whatever is wrong with the engine, the load that follows will say it.
      if (!(error instanceof AppError) && !isCancel(error)) this.#report(error);
    }
  }

  onSettled(listener: () => void): () => void {
    this.#settledListeners.add(listener);
    return () => {
      this.#settledListeners.delete(listener);
    };
  }

  noteSuccess(modelId: string): void {
    void this.#options.library.forgiveDeaths(modelId).catch(this.#report);
  }

  /** Loads the chosen model without anybody waiting; what goes wrong is in `state`. */
  startInBackground(): void {
    const signal = new AbortController().signal;
    this.ready({ signal, onProgress: () => undefined }).catch((error: unknown) => {
      if (!(error instanceof AppError) && !isCancel(error)) this.#report(error);
    });
  }

  /** Frees the engine's memory. The choice stays: the next message loads it again. */
  async unload(): Promise<void> {
    const loading = this.#loading;
    this.#isResting = false;
    loading?.abort.abort();
    await loading?.done.catch(() => undefined);
    const held = this.#ready;
    this.#ready = undefined;
    this.#heldId = undefined;
    try {
      await held?.client.model.unload({});
    } catch (error) {
      // A process that is gone has given its memory back.
      const isGone = AppError.is(error, 'engine.crashed') || AppError.is(error, 'connection.lost');
      if (!isGone) throw error;
    }
    this.#show({ phase: 'empty' });
    this.#tellSettled();
  }

  /** The setting has changed: a model that is loaded is kept so long from now on. */
  async idleMinutesChanged(): Promise<void> {
    const idleMinutes = this.#options.idleMinutes();
    try {
      // One that is being loaded may have been asked for with the old number.
      await this.#loading?.done.catch(() => undefined);
      await this.#ready?.client.model.setIdleMinutes({ idleMinutes });
    } catch (error) {
      const isGone = AppError.is(error, 'engine.crashed') || AppError.is(error, 'connection.lost');
      if (!isGone) throw error;
    }
  }

  /** Forgets a failure that is shown, as when its model is not the chosen one any more. */
  clearFailure(): void {
    if (this.#state.phase === 'failed') this.#show({ phase: 'empty' });
  }

  async close(): Promise<void> {
    this.#stopListening();
    this.#reading?.abort();
    this.#loading?.abort.abort();
    await this.#loading?.done.catch(() => undefined);
  }

  #chosenModel(): KeptModel {
    const { chosen, library } = this.#options;
    const id = chosen.read();
    const model = id === null ? undefined : library.find(id);
    if (!model) throw new AppError('model.not-loaded', {});
    if (model.isSetAside) {
      throw new AppError('model.set-aside', { modelId: model.id, deaths: model.deaths });
    }
    return model;
  }

  /** The running load of this model, or a new one; another model's load is ended first. */
  #loadingFor(model: KeptModel): Loading {
    const before = this.#loading;
    if (before && before.modelId === model.id && !before.abort.signal.aborted) return before;
    before?.abort.abort();
    this.#isResting = false;
    this.#reading?.abort();
    const abort = new AbortController();
    const listeners = new Set<(fraction: number) => void>();
    const settledBefore = before?.done.then(
      () => undefined,
      () => undefined,
    );
    const done = this.#load(model, { abort, listeners, settledBefore });
    const loading: Loading = { modelId: model.id, abort, listeners, done };
    this.#loading = loading;
    const forget = (): void => {
      if (this.#loading !== loading) return;
      this.#loading = undefined;
      this.#tellSettled();
    };
    done.then(forget, forget);
    return loading;
  }

  async #load(
    model: KeptModel,
    how: {
      abort: AbortController;
      listeners: ReadonlySet<(fraction: number) => void>;
      settledBefore: Promise<void> | undefined;
    },
  ): Promise<ReadyModel> {
    await how.settledBefore;
    const { signal } = how.abort;
    try {
      signal.throwIfAborted();
      this.#ready = undefined;
      this.#show({ phase: 'loading', modelId: model.id, fraction: 0 });
      const client = await this.#options.engine.client();
      this.#listenTo(client);
      this.#heldId = model.id;
      const { path, projectorPath } = model;
      const cache = await this.#options.cache();
      const { notesPath } = this.#options;
      const idleMinutes = this.#options.idleMinutes();
      const mayMeasure = await this.#options.mayMeasure();
      const request = {
        ...{ path, projectorPath, notesPath, idleMinutes, mayMeasure },
        ...(cache && { cache }),
      };
      const steps = client.model.load(request, { signal });
      let step = await steps.next();
      while (!step.done) {
        const { fraction } = step.value;
        this.#show({ phase: 'loading', modelId: model.id, fraction });
        for (const listener of how.listeners) listener(fraction);
        step = await steps.next();
      }
      return this.#become(model, client, step.value);
    } catch (error) {
      throw this.#fail(model, signal.aborted ? new AppError('cancelled', {}) : error);
    }
  }

  /** The engine frees a model that is not used; the next message loads it again. */
  #listenTo(client: EngineClient): void {
    if (this.#listenedTo.has(client)) return;
    this.#listenedTo.add(client);
    client.model.calibrated(({ threads }) => {
      const ready = this.#ready;
      if (ready?.client === client)
        this.#ready = { ...ready, loaded: { ...ready.loaded, threads } };
    });
    client.model.unloaded(({ reason }) => {
      this.#options.log.info(`the engine freed its model: ${reason}`);
      if (this.#ready?.client !== client) return;
      this.#ready = undefined;
      this.#heldId = undefined;
      this.#isResting = reason === 'idle';
      this.#show({ phase: 'empty' });
    });
  }

  #become(model: KeptModel, client: ReadyModel['client'], loaded: LoadedModel): ReadyModel {
    // It died between its last reply and here: that counts as not loaded.
    if (this.#heldId !== model.id) throw new AppError('connection.lost', {});
    this.#ready = { client, modelId: model.id, name: model.name, loaded };
    const { contextTokens, wantedContextTokens, memoryBytes, canSee, canThink, deviceName, rung } =
      loaded;
    this.#show({
      ...{ phase: 'ready', modelId: model.id, contextTokens, wantedContextTokens },
      ...{ memoryBytes, canSee, canThink, deviceName, rung },
    });
    return this.#ready;
  }

  /** Shows why a load came to nothing and returns what its callers are told. */
  #fail(model: KeptModel, error: unknown): unknown {
    if (isCancel(error)) {
      this.#heldId = undefined;
      this.#show({ phase: 'empty' });
      return error;
    }
    if (!AppError.is(error, 'engine.crashed')) this.#heldId = undefined;
    const told = this.#asToldAfter(model.id, error);
    this.#show({ phase: 'failed', modelId: model.id, error: this.#shown(told) });
    return told;
  }

  /** After the last allowed death the sentence is that the model was set aside, not how it died. */
  #asToldAfter(modelId: string, error: unknown): unknown {
    const model = this.#options.library.find(modelId);
    if (!model?.isSetAside) return error;
    return new AppError('model.set-aside', { modelId, deaths: model.deaths }, { cause: error });
  }

  #shown(error: unknown): ShownError {
    if (error instanceof AppError) return { code: error.code, data: error.data };
    return { code: 'internal', data: { incidentId: this.#report(error) } };
  }

  async #onDeath(death: EngineDeath): Promise<void> {
    const modelId = this.#heldId;
    this.#heldId = undefined;
    this.#ready = undefined;
    if (!this.#loading) this.#tellSettled();
    if (modelId === undefined) return;
    // Counted before the write is awaited: a load that begins meanwhile must already know.
    const counted = this.#options.library.countDeath(modelId, setAsideAfter);
    if (!this.#loading || this.#loading.modelId === modelId) {
      const { exitCode, lastLogLines } = death;
      const crash = new AppError('engine.crashed', { exitCode, lastLogLines });
      const told = this.#asToldAfter(modelId, crash);
      this.#show({ phase: 'failed', modelId, error: this.#shown(told) });
    }
    await counted.catch(this.#report);
  }

  #report = (error: unknown): string => this.#options.log.incident(error, 'models');

  #show(state: EngineState): void {
    this.#state = state;
    this.#options.changed();
  }

  #tellSettled(): void {
    for (const listener of [...this.#settledListeners]) listener();
  }
}
