import { type EngineClient, engineExitCode } from '../../contract/engine-contract.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Engine, EngineDeath } from '../ports/engine.ts';
import type { EngineLauncher } from '../ports/engine-launcher.ts';
import type { Log } from '../ports/log.ts';
import { EngineLife } from './engine-life.ts';

/** A process that lived less than this says nothing for starting the next one at once. */
const shortLifeMs = 1000;
const firstDelayMs = 250;
const longestDelayMs = 5000;

/** Wait before the next start after so many short lives in a row: none after one, then doubling to 5 s. */
export function restartDelayMs(shortLives: number): number {
  if (shortLives < 2) return 0;
  return Math.min(firstDelayMs * 2 ** (shortLives - 2), longestDelayMs);
}

export interface EngineHostOptions {
  launcher: EngineLauncher;
  clock: Clock;
  log: Log;
}

function closed(): AppError {
  return new AppError('engine.unavailable', { reason: 'closed' });
}

/**
 * The engine's process, always there for services: started when first asked for and again after a death,
 * with a growing wait when it keeps dying at once. Clients it gives reject with `engine.crashed` when
 * their process dies; ask for a new one then.
 */
export class EngineHost implements Engine {
  readonly #options: EngineHostOptions;
  readonly #listeners = new Set<(death: EngineDeath) => void>();
  #life: EngineLife | undefined;
  #starting: Promise<EngineLife> | undefined;
  #shortLives = 0;
  #isClosed = false;
  #stopWaiting = (): void => {};

  constructor(options: EngineHostOptions) {
    this.#options = options;
  }

  /**
   * The client of the process that runs now, started first if none does.
   * @throws AppError `engine.unavailable` (closed, or no addon), `engine.crashed` (it died while
   * starting), `engine.silent` (it did not answer within 30 s)
   */
  async client(): Promise<EngineClient> {
    if (this.#isClosed) throw closed();
    this.#starting ??= this.#start();
    const starting = this.#starting;
    try {
      return (await starting).client;
    } catch (error) {
      // Only this start: a listener of its death may have begun the next already.
      if (this.#starting === starting) this.#starting = undefined;
      throw error;
    }
  }

  onDeath(listener: (death: EngineDeath) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  kill(): void {
    this.#life?.kill();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopWaiting();
    await this.#life?.close();
  }

  async #start(): Promise<EngineLife> {
    await this.#wait(restartDelayMs(this.#shortLives));
    if (this.#isClosed) throw closed();
    const { launcher, clock, log } = this.#options;
    const life = new EngineLife(launcher.launch(), clock, log);
    this.#life = life;
    void this.#watch(life);
    await life.ready();
    return life;
  }

  /** Resolves after `delayMs`, or at once when the host is closed. */
  async #wait(delayMs: number): Promise<void> {
    if (delayMs === 0 || this.#isClosed) return;
    await new Promise<void>((resolve) => {
      const stop = this.#options.clock.after(delayMs, resolve);
      this.#stopWaiting = () => {
        stop();
        resolve();
      };
    });
  }

  async #watch(life: EngineLife): Promise<void> {
    const end = await life.ended;
    this.#life = undefined;
    this.#starting = undefined;
    this.#shortLives = life.lifeMs < shortLifeMs ? this.#shortLives + 1 : 0;
    if (end === 'asked' || end.exitCode === engineExitCode.unavailable) return;
    const { exitCode, signal, lastLogLines } = end;
    this.#options.log.warn(`engine died: exit code ${exitCode}, signal ${signal}`);
    for (const line of lastLogLines) this.#options.log.warn(`engine before: ${line}`);
    for (const listener of [...this.#listeners]) listener(end);
  }
}
