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
  /** How often it was used so far; most uses are over before anybody looks. */
  useCount(): number;
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
  #seenUses = 0;
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
    const { isLoaded, freeMemoryBytes, installedMemoryBytes } = this.#options;
    this.#noteUse();
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
    this.#noteUse();
    if (!isLoaded()) return;
    const idleMs = this.#options.nowMs() - this.#lastUseMs;
    if (idleMs >= this.#idleMs) await this.#free('idle');
    else if (isShort && idleMs >= idleUnderPressureMs) await this.#free('memory');
  }

  #noteUse(): void {
    const { nowMs, isBusy, isLoaded, useCount } = this.#options;
    const uses = useCount();
    if (isBusy() || !isLoaded() || uses !== this.#seenUses) this.#lastUseMs = nowMs();
    this.#seenUses = uses;
  }

  async #free(reason: RestReason): Promise<void> {
    this.#options.onUnloaded(reason);
    await this.#options.unload();
  }
}
