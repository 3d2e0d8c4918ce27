import type { Job } from '../addon/index.d.ts';
import type { Pump } from './pump.ts';

/** Follows jobs of the engine thread to their ends, and knows which cancelled ones are still ending. */
export class Follower {
  readonly #ending = new Set<Promise<unknown>>();
  #running = 0;
  #begun = 0;

  /** Whether a job runs or waits. */
  get isBusy(): boolean {
    return this.#running > 0;
  }

  /** How many jobs were begun so far: also a short one leaves a trace. */
  get begunCount(): number {
    return this.#begun;
  }

  /** Resolves when all that was cancelled by now has ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#ending);
  }

  /**
   * Follows a job to its end, giving what `pump` carries. Aborting `signal`, or leaving the loop,
   * cancels the job at once; the generator is over only when the job is.
   */
  async *follow<T, R>(job: Job<R>, pump: Pump<T>, signal: AbortSignal): AsyncGenerator<T, R, void> {
    const watch = this.#watch(job, signal);
    void watch.settled.then(() => pump.end());
    try {
      yield* pump.values();
      return await job.done;
    } finally {
      // Harmless after the end; stops the work when the reader left in the middle.
      watch.cancel();
      await watch.settled;
      watch.leave();
    }
  }

  /** Waits for a job that tells nothing on its way. Aborting `signal` cancels it. */
  async wait<R>(job: Job<R>, signal: AbortSignal): Promise<R> {
    const watch = this.#watch(job, signal);
    try {
      return await job.done;
    } finally {
      watch.leave();
    }
  }

  #watch<R>(job: Job<R>, signal: AbortSignal) {
    const settled = job.done.then(
      () => undefined,
      () => undefined,
    );
    this.#running += 1;
    this.#begun += 1;
    void settled.then(() => {
      this.#running -= 1;
    });
    const cancel = (): void => {
      this.#ending.add(settled);
      void settled.then(() => this.#ending.delete(settled));
      job.cancel();
    };
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    return { settled, cancel, leave: () => signal.removeEventListener('abort', cancel) };
  }
}
