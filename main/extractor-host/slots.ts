interface Waiting {
  readonly isInBackground: boolean;
  enter(): void;
}

/**
 * Turns for a scarce thing. Whoever a person waits for goes before work in the background, and the latter never
 * takes every place. Within a kind the first to come goes first.
 */
export class Slots {
  readonly #all: number;
  readonly #inBackground: number;
  readonly #queue: Waiting[] = [];
  #taken = 0;
  #takenInBackground = 0;

  /** @param most places in all, and of them at most `inBackground` for work that nobody waits for */
  constructor(most: { all: number; inBackground: number }) {
    this.#all = most.all;
    this.#inBackground = most.inBackground;
  }

  /**
   * Resolves with the function that gives the place back (again and again is as once).
   * Aborting `signal` leaves the queue and rejects with its reason.
   */
  async take(options: { isInBackground: boolean; signal?: AbortSignal | undefined }) {
    const { isInBackground, signal } = options;
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        const at = this.#queue.indexOf(waiting);
        if (at < 0) return;
        this.#queue.splice(at, 1);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        isInBackground,
        enter: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#queue.push(waiting);
      this.#next();
    });
    let isGiven = false;
    return () => {
      if (isGiven) return;
      isGiven = true;
      this.#taken -= 1;
      if (isInBackground) this.#takenInBackground -= 1;
      this.#next();
    };
  }

  #next(): void {
    while (this.#taken < this.#all) {
      const maySitBehind = this.#takenInBackground < this.#inBackground;
      const awaited = this.#queue.find(({ isInBackground }) => !isInBackground);
      const chosen = awaited ?? (maySitBehind ? this.#queue[0] : undefined);
      if (!chosen) return;
      this.#queue.splice(this.#queue.indexOf(chosen), 1);
      this.#taken += 1;
      if (chosen.isInBackground) this.#takenInBackground += 1;
      chosen.enter();
    }
  }
}
