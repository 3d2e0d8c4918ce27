import { untrack } from 'svelte';

/** A room that takes files that are dropped anywhere on the window. */
export interface FileTaker {
  /** What will be done with them, for the words over the window while they are held above it. */
  label(): string;
  take(files: readonly File[]): void;
}

/** Files that come from outside, and the room that takes them: the one that opened last. */
export class IncomingFiles {
  #takers = $state.raw<readonly FileTaker[]>([]);

  /** What would be done with files now; null while nothing takes any. */
  get label(): string | null {
    return this.#takers.at(-1)?.label() ?? null;
  }

  /** Takes files until the returned function is called. */
  register(taker: FileTaker): () => void {
    // A room registers in an effect, which must not run again because it did.
    this.#takers = [...untrack(() => this.#takers), taker];
    return () => {
      this.#takers = untrack(() => this.#takers).filter((other) => other !== taker);
    };
  }

  /** False when no room takes files now. */
  take(files: readonly File[]): boolean {
    const taker = this.#takers.at(-1);
    if (taker && files.length > 0) taker.take(files);
    return taker !== undefined;
  }
}
