import { reserveBytes } from './choose-context.ts';

/** Idle time after which a model is freed unless the load says otherwise. */
export const usualIdleMinutes = 15;

/** Idle time after which a model makes way for a computer that is short of memory. */
const idleUnderPressureMs = 60_000;

/** Why the engine freed a model that nobody asked to free. */
export type RestReason = 'idle' | 'memory';

export interface RestingOptions {
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** Whether a load, an answer or anything else for a person runs. */
  isBusy(): boolean;
  isLoaded(): boolean;
  installedMemoryBytes: number;
  freeMemoryBytes(): Promise<number>;
  shrinkCache(request: { ramBytes: number }): Promise<void>;
  unload(): Promise<void>;
  /** Told before the model goes, so that nobody counts on it. */
  onUnloaded(reason: RestReason): void;
}

/**
 * Gives memory back that nobody needs: after a while without use the model is freed (the next request loads
 * it again, and the cache on disk stays). While the computer is short of memory the cache in memory goes
 * first, then a model that has been idle for a minute.
 */
export class Resting {
  readonly #options: RestingOptions;
  #idleMs = usualIdleMinutes * 60_000;
  #lastUseMs: number;
  #hasShrunk = false;

  constructor(options: RestingOptions) {
    this.#options = options;
    this.#lastUseMs = options.nowMs();
  }

  /** Idle minutes after which the model is freed; 0: never. Undefined: the usual. */
  set idleMinutes(minutes: number | undefined) {
    const chosen = minutes ?? usualIdleMinutes;
    this.#idleMs = chosen === 0 ? Number.POSITIVE_INFINITY : chosen * 60_000;
  }

  /** Looks at the clock and the memory; to be called every few seconds, one call at a time. */
  async look(): Promise<void> {
    const { nowMs, isBusy, isLoaded, freeMemoryBytes, installedMemoryBytes } = this.#options;
    if (isBusy() || !isLoaded()) this.#lastUseMs = nowMs();
    if (!isLoaded()) return;
    const lowBytes = reserveBytes(installedMemoryBytes) / 2;
    const freeBytes = await freeMemoryBytes();
    if (freeBytes > 2 * lowBytes) this.#hasShrunk = false;
    const isShort = freeBytes < lowBytes;
    if (isShort && !this.#hasShrunk) {
      this.#hasShrunk = true;
      await this.#options.shrinkCache({ ramBytes: 0 });
      return;
    }
    // Looked at again: a request may have come while memory was measured.
    if (isBusy() || !isLoaded()) return;
    const idleMs = nowMs() - this.#lastUseMs;
    if (idleMs >= this.#idleMs) await this.#free('idle');
    else if (isShort && idleMs >= idleUnderPressureMs) await this.#free('memory');
  }

  async #free(reason: RestReason): Promise<void> {
    this.#options.onUnloaded(reason);
    await this.#options.unload();
  }
}
