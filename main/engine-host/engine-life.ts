import {
  type EngineClient,
  engineContract,
  engineExitCode,
} from '../../contract/engine-contract.ts';
import { AppError, isCancel } from '../../contract/errors/app-error.ts';
import { connect } from '../../contract/rpc/connect.ts';
import type { Clock } from '../ports/clock.ts';
import type { EngineProcess } from '../ports/engine-launcher.ts';
import type { Log } from '../ports/log.ts';
import { asCrash, crashAware, type EngineEnd } from './crash-aware-client.ts';
import { watchForSilence } from './engine-watchdog.ts';
import { LastLines } from './last-lines.ts';

/** Longest wait for a new process to answer: a cold disk and a large addon, with much to spare. */
const startLimitMs = 30_000;
/** Longest silence of a load: one large tensor read from a slow stick, with much to spare. */
const loadSilentMs = 300_000;
/** How long a process may take to end by itself once its port is closed. */
const endLimitMs = 3000;

type Load<I, C, R> = (input: I, options?: { signal?: AbortSignal }) => AsyncGenerator<C, R, void>;

function silentAtStart(cause: unknown): AppError {
  return new AppError('engine.silent', { silentMs: startLimitMs }, { cause });
}

/** One process of the engine, from its launch to its end. */
export class EngineLife {
  readonly client: EngineClient;
  /** Resolves once the process is gone. */
  readonly ended: Promise<EngineEnd>;
  readonly #process: EngineProcess;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #lines = new LastLines();
  readonly #plainClient: EngineClient;
  #isAsked = false;
  #endedMs: number | undefined;

  constructor(process: EngineProcess, clock: Clock, log: Log) {
    this.#process = process;
    this.#clock = clock;
    this.#startedMs = clock.monotonicMs();
    process.onLogLine((line) => this.#lines.add(line));
    const { promise, resolve } = Promise.withResolvers<EngineEnd>();
    this.ended = promise;
    process.onExit((exitCode, signal) => {
      this.#endedMs = clock.monotonicMs();
      resolve(this.#isAsked ? 'asked' : { exitCode, signal, lastLogLines: this.#lines.all() });
    });
    this.#plainClient = connect(engineContract, process.port);
    this.client = this.#withWatchedLoads(crashAware(this.#plainClient, this.ended));
    this.client.engine.logged(({ level, line }) => {
      if (level === 'info') log.info(`engine: ${line}`);
      else log.warn(`engine: ${line}`);
    });
    // A process that hung up but lives on is of no use to anyone.
    process.port.onClose(() => this.#killAfter(endLimitMs));
  }

  /** How long it lived, or has lived so far. */
  get lifeMs(): number {
    return (this.#endedMs ?? this.#clock.monotonicMs()) - this.#startedMs;
  }

  /**
   * Resolves when the process has answered for the first time.
   * @throws AppError `engine.unavailable` (its addon is missing), `engine.crashed`, `engine.silent`
   */
  async ready(): Promise<void> {
    const patience = new AbortController();
    const stop = this.#clock.after(startLimitMs, () => patience.abort());
    try {
      await this.#plainClient.engine.describe({}, { signal: patience.signal });
    } catch (error) {
      if (isCancel(error)) {
        this.kill();
        await this.ended;
        throw silentAtStart(error);
      }
      throw await this.#whyNotReady(error);
    } finally {
      stop();
    }
  }

  async #whyNotReady(error: unknown): Promise<unknown> {
    if (!AppError.is(error, 'connection.lost')) return error;
    const end = await this.ended;
    if (end === 'asked') return new AppError('engine.unavailable', { reason: 'closing' });
    if (end.exitCode !== engineExitCode.unavailable) return asCrash(error, end);
    const reason = end.lastLogLines.at(-1) ?? 'the addon could not be loaded';
    return new AppError('engine.unavailable', { reason }, { cause: error });
  }

  /** A load that hangs would leave the model "loading" for ever: nobody else watches it. */
  #withWatchedLoads(client: EngineClient): EngineClient {
    const watched = <I, C, R>(load: Load<I, C, R>): Load<I, C, R> => {
      return (input, options = {}) =>
        watchForSilence({
          open: (signal) => load(input, { signal }),
          client,
          kill: () => this.kill(),
          clock: this.#clock,
          signal: options.signal,
          silentMs: loadSilentMs,
        });
    };
    const { model, embedding } = client;
    return {
      ...client,
      model: { ...model, load: watched(model.load) },
      embedding: { ...embedding, load: watched(embedding.load) },
    };
  }

  kill(): void {
    this.#process.kill();
  }

  /** Asks the process to end, waits, and ends it by force after 3 s. */
  async close(): Promise<void> {
    this.#isAsked = true;
    this.#process.port.close();
    await this.ended;
  }

  #killAfter(delayMs: number): void {
    const stop = this.#clock.after(delayMs, () => this.#process.kill());
    void this.ended.then(stop);
  }
}
