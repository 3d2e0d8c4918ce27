/**
 * Lets those who load or free a model go one after the other: what memory is free means something only while
 * nothing else takes or gives it.
 */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when it is the caller's turn; what it gives ends the turn and must be called. */
  async take(): Promise<() => void> {
    const mine = Promise.withResolvers<void>();
    const previous = this.#last;
    this.#last = mine.promise;
    await previous;
    return mine.resolve;
  }

  /** What `work` gives, done in its turn. */
  async do<T>(work: () => Promise<T>): Promise<T> {
    const end = await this.take();
    try {
      return await work();
    } finally {
      end();
    }
  }
}
