import type { WatchedChunk } from '../../../contract/app-contract.ts';
import type { ConversationId } from '../../../contract/chat/message.ts';

/** Chunks for one window, in order. A slow reader costs no more than the text itself: its deltas grow together. */
class Outbox {
  readonly #chunks: WatchedChunk[] = [];
  #wake = (): void => {};

  push(chunk: WatchedChunk): void {
    const last = this.#chunks.at(-1);
    const continues =
      chunk.type === 'delta' &&
      last?.type === 'delta' &&
      last.messageId === chunk.messageId &&
      last.part === chunk.part;
    if (continues)
      this.#chunks[this.#chunks.length - 1] = { ...last, text: last.text + chunk.text };
    else this.#chunks.push(chunk);
    this.#wake();
  }

  take(): WatchedChunk | undefined {
    return this.#chunks.shift();
  }

  /** Resolves at the next push or `wake`. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  wake(): void {
    this.#wake();
  }
}

/** Who watches which conversation. */
export class Watchers {
  readonly #outboxes = new Map<ConversationId, Set<Outbox>>();

  /** Hands a chunk to everyone who watches the conversation now. */
  publish(id: ConversationId, chunk: WatchedChunk): void {
    for (const outbox of this.#outboxes.get(id) ?? []) outbox.push(chunk);
  }

  /**
   * The snapshot, then everything published after it: taking the snapshot and joining happen in one
   * turn of the event loop, so nothing is missing and nothing comes twice. Ends when `signal` aborts.
   */
  async *watch(
    id: ConversationId,
    snapshot: () => WatchedChunk,
    signal: AbortSignal,
  ): AsyncGenerator<WatchedChunk, Record<string, never>, void> {
    const outbox = new Outbox();
    const leave = (): void => outbox.wake();
    outbox.push(snapshot());
    this.#join(id, outbox);
    signal.addEventListener('abort', leave);
    try {
      while (!signal.aborted) {
        const chunk = outbox.take();
        if (chunk) yield chunk;
        else await outbox.wait();
      }
      return {};
    } finally {
      signal.removeEventListener('abort', leave);
      this.#leave(id, outbox);
    }
  }

  #join(id: ConversationId, outbox: Outbox): void {
    const outboxes = this.#outboxes.get(id) ?? new Set();
    this.#outboxes.set(id, outboxes.add(outbox));
  }

  #leave(id: ConversationId, outbox: Outbox): void {
    const outboxes = this.#outboxes.get(id);
    outboxes?.delete(outbox);
    if (outboxes?.size === 0) this.#outboxes.delete(id);
  }
}
