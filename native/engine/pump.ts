/**
 * Carries values from a callback to one reader. What comes while the reader is busy waits; `merge` may
 * join a value to the last one waiting (undefined keeps them apart), so that a slow reader gets fewer
 * and larger values and nothing grows without bound but the text itself.
 */
export class Pump<T> {
  readonly #merge: (waiting: T, next: T) => T | undefined;
  readonly #waiting: T[] = [];
  #hasEnded = false;
  #wake = (): void => {};

  constructor(merge: (waiting: T, next: T) => T | undefined) {
    this.#merge = merge;
  }

  push(value: T): void {
    const last = this.#waiting.at(-1);
    const merged = last === undefined ? undefined : this.#merge(last, value);
    if (merged === undefined) this.#waiting.push(value);
    else this.#waiting[this.#waiting.length - 1] = merged;
    this.#wake();
  }

  /** Nothing more comes: the reader's loop ends after what waits. */
  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  async *values(): AsyncGenerator<T, void, void> {
    for (;;) {
      const value = this.#waiting.shift();
      if (value !== undefined) yield value;
      else if (this.#hasEnded) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
