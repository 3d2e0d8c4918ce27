import type { Clock } from '../../ports/clock.ts';

/** Resolves after `delayMs`; rejects with the signal's reason when it aborts. */
export function wait(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const leave = (): void => {
      stop();
      reject(signal.reason as Error);
    };
    const stop = clock.after(delayMs, () => {
      signal.removeEventListener('abort', leave);
      resolve();
    });
    signal.addEventListener('abort', leave, { once: true });
  });
}

/** Aborts its signal when `touch` was not called for `silentMs`. */
export class SilenceWatch {
  readonly #abort = new AbortController();
  readonly #clock: Clock;
  readonly #silentMs: number;
  readonly #reason: () => Error;
  #stop: () => void;

  constructor(clock: Clock, silentMs: number, reason: () => Error) {
    this.#clock = clock;
    this.#silentMs = silentMs;
    this.#reason = reason;
    this.#stop = this.#start();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  touch(): void {
    this.#stop();
    this.#stop = this.#start();
  }

  end(): void {
    this.#stop();
  }

  #start(): () => void {
    return this.#clock.after(this.#silentMs, () => this.#abort.abort(this.#reason()));
  }
}
