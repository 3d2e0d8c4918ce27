import { AppError } from '../../contract/errors/app-error.ts';
import { type ExtractorClient, extractorContract } from '../../contract/extractor-contract.ts';
import { connect } from '../../contract/rpc/connect.ts';
import { LastLines } from '../engine-host/last-lines.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SandboxProcess } from '../ports/sandbox.ts';
import { type ExtractorEnd, endAsError, whyEnded } from './how-ended.ts';
import type { ExtractorLimits } from './limits.ts';
import { watchedPort } from './watched-port.ts';

/** How often the watchdog looks. A computer that slept counts as one look, not as all it missed. */
const lookEveryMs = 250;

export interface ExtractorLifeOptions {
  readonly process: SandboxProcess;
  /** Of its file. */
  readonly name: string;
  readonly limits: ExtractorLimits;
  readonly clock: Clock;
  readonly log: Log;
}

/** One extractor process from its launch to its end, which may come from without at any time. */
export class ExtractorLife {
  /** Not yet parsed, and rejecting with `connection.lost` when the process ends: ask by `ask`. */
  readonly client: ExtractorClient;
  /** Resolves once the process is gone. */
  readonly ended: Promise<ExtractorEnd>;
  readonly #options: ExtractorLifeOptions;
  readonly #lines = new LastLines();
  #why: ExtractorEnd['why'] | undefined;
  #asked = 0;
  #silentLooks = 0;
  #stopLooking = (): void => {};

  constructor(options: ExtractorLifeOptions) {
    this.#options = options;
    const { process, log } = options;
    process.onLogLine((line) => {
      this.#lines.add(line);
      // Only lines of the shape that our own code writes, which quote no file.
      if (line.startsWith('incident ')) log.warn(`extractor: ${line.slice(0, 500)}`);
    });
    const { promise, resolve } = Promise.withResolvers<ExtractorEnd>();
    this.ended = promise;
    process.onExit((exitCode, signal) => {
      this.#stopLooking();
      const why = this.#why ?? whyEnded(exitCode, signal, this.#lines.all());
      if (why === 'crashed') log.warn(`extractor died: exit code ${exitCode}, signal ${signal}`);
      else if (why !== 'asked') log.warn(`extractor ended: ${why}`);
      resolve({ why, exitCode, signal, lastLine: this.#lines.all().at(-1) ?? '' });
    });
    const port = watchedPort(process.port, {
      onHeard: () => {
        this.#silentLooks = 0;
      },
      onFlood: () => this.#end('crashed'),
    });
    this.client = connect(extractorContract, port);
    // One that hung up but lives on is of no use to anyone.
    process.port.onClose(() => process.kill());
    this.#look();
  }

  /** Waits for an answer; while it is awaited, silence counts. Rejects with why the process ended, if it did. */
  async ask<T>(answer: Promise<T>): Promise<T> {
    this.#asked += 1;
    this.#silentLooks = 0;
    try {
      return await answer;
    } catch (error) {
      if (!AppError.is(error, 'connection.lost')) throw error;
      const { name, limits } = this.#options;
      throw endAsError(await this.ended, name, limits);
    } finally {
      this.#asked -= 1;
    }
  }

  /** Ends the process because what it says cannot be. What is asked rejects with `extractor.crashed`. */
  endAsCrashed(): void {
    this.#end('crashed');
  }

  /** Ends the process; what is asked rejects as cancelled. */
  async close(): Promise<void> {
    this.#end('asked');
    await this.ended;
  }

  #end(why: ExtractorEnd['why']): void {
    this.#why ??= why;
    this.#options.process.kill();
  }

  #look(): void {
    const { clock, limits, process } = this.#options;
    this.#stopLooking = clock.after(lookEveryMs, () => {
      const resident = process.residentBytes();
      this.#silentLooks = this.#asked > 0 ? this.#silentLooks + 1 : 0;
      if (resident !== undefined && resident > limits.residentBytes) this.#end('too-heavy');
      else if (this.#silentLooks * lookEveryMs > limits.silentMs) this.#end('too-slow');
      else this.#look();
    });
  }
}
