import type { IndexingState } from '../../../contract/app/knowledge.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Power } from '../../ports/power.ts';

const lookAgainMs = 500;
/** Asking for the power's state costs a few files or a process. */
const powerKnownMs = 15_000;

type Reason = IndexingState['restsBecause'];

export interface RestOptions {
  clock: Pick<Clock, 'after' | 'monotonicMs'>;
  power: Power;
  /** An answer is being written. */
  isChatting: () => boolean;
  changed: () => void;
}

/**
 * When the indexer works: not while the person paused it, not while an answer is being written, and not on
 * battery.
 */
export class Rest {
  readonly #options: RestOptions;
  #isPaused = false;
  #isClosed = false;
  #because: Reason = null;
  #isOnBattery = false;
  #powerAskedMs = Number.NEGATIVE_INFINITY;
  #wake = (): void => {};

  constructor(options: RestOptions) {
    this.#options = options;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get because(): Reason {
    return this.#because;
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#wake();
    this.#options.changed();
  }

  /** Resolves when there may be work, or after `close`. */
  async over(): Promise<void> {
    while (!this.#isClosed) {
      this.#note(this.#isPaused ? null : await this.#reason());
      if (!this.#isPaused && this.#because === null) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const cancel = this.#options.clock.after(lookAgainMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
      await promise;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #note(because: Reason): void {
    if (because === this.#because) return;
    this.#because = because;
    this.#options.changed();
  }

  async #reason(): Promise<Reason> {
    if (this.#options.isChatting()) return 'chat';
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#powerAskedMs >= powerKnownMs) {
      this.#powerAskedMs = nowMs;
      this.#isOnBattery = (await this.#options.power.state()).isOnBattery;
    }
    return this.#isOnBattery ? 'battery' : null;
  }
}
