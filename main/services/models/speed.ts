const windowMs = 5000;

/** Bytes a second over the last five seconds. Times are monotonic milliseconds. */
export class SpeedWindow {
  #samples: { atMs: number; doneBytes: number }[] = [];

  /** Forgets what was: after a pause or a new beginning. */
  reset(): void {
    this.#samples = [];
  }

  add(atMs: number, doneBytes: number): void {
    const last = this.#samples.at(-1);
    // A sample for each network chunk would be thousands a second.
    if (last && atMs - last.atMs < 100) {
      last.doneBytes = doneBytes;
      return;
    }
    this.#samples.push({ atMs, doneBytes });
    while ((this.#samples[0]?.atMs ?? atMs) < atMs - windowMs) this.#samples.shift();
  }

  /** Null until there is half a second to judge by. `atMs` is now, so that silence counts. */
  bytesPerSecond(atMs: number): number | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || atMs - first.atMs < 500) return null;
    return ((last.doneBytes - first.doneBytes) * 1000) / (atMs - first.atMs);
  }
}
