/** Whole numbers that look random and are the same for the same seed. */
export class ByteSource {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** In [0, `limit`); 0 where that is empty. */
  below(limit: number): number {
    // xorshift32, after Marsaglia.
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    this.#state >>>= 0;
    return limit <= 0 ? 0 : this.#state % Math.floor(limit);
  }
}
