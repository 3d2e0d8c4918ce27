import type { Clock } from '../../ports/clock.ts';

const tickMs = 15_000;

/** How long an engine may say nothing while something runs on it; it is noticed up to a tick later. */
export const silenceLimitMs = 60_000;

/**
 * Notices an engine that says nothing for 60 s while anything runs on it. One for all runs: a run that
 * waits in the engine's queue is silent for as long as another one is heard.
 * Time is counted in ticks, so that a laptop that slept does not look like a silent engine.
 */
export class Silence {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #endEngine: () => void;
  readonly #listeners = new Set<() => void>();
  #ticks = 0;
  #cancelTick = (): void => {};

  /** `endEngine` is called after all who watch were told. */
  constructor(clock: Pick<Clock, 'after'>, endEngine: () => void) {
    this.#clock = clock;
    this.#endEngine = endEngine;
  }

  /** Calls `onSilent`, at most once, when the limit is reached. The function returned ends the watch. */
  watch(onSilent: () => void): () => void {
    if (this.#listeners.size === 0) this.#restart();
    this.#listeners.add(onSilent);
    return () => {
      this.#listeners.delete(onSilent);
      if (this.#listeners.size === 0) this.#cancelTick();
    };
  }

  /** The engine said something. */
  heard(): void {
    this.#ticks = 0;
  }

  #restart(): void {
    this.#ticks = 0;
    this.#cancelTick();
    this.#cancelTick = this.#clock.after(tickMs, () => this.#tick());
  }

  #tick(): void {
    this.#ticks += 1;
    this.#cancelTick = this.#clock.after(tickMs, () => this.#tick());
    // The first tick after a word may come at once, so it does not count.
    if (this.#ticks <= silenceLimitMs / tickMs) return;
    this.#cancelTick();
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
    this.#endEngine();
  }
}
