import type { Message, MessageId } from '../../../contract/chat/message.ts';
import type { Clock } from '../../ports/clock.ts';

const retryMs = 5000;

/**
 * Answers that ended while the disk was full: kept in memory, shown, and stored as soon as there is room.
 * The text up to the last save is on disk in any case.
 */
export class Unsaved {
  readonly #entries = new Map<MessageId, { ended: Message; shown: Message }>();
  readonly #clock: Pick<Clock, 'after'>;
  readonly #store: (message: Message) => void;
  #cancelRetry: (() => void) | undefined;

  constructor(clock: Pick<Clock, 'after'>, store: (message: Message) => void) {
    this.#clock = clock;
    this.#store = store;
  }

  /** Keeps an answer as it `ended`; until it is stored it is `shown` with the reason. */
  keep(ended: Message, shown: Message): void {
    this.#entries.set(ended.id, { ended, shown });
    this.#cancelRetry ??= this.#clock.after(retryMs, () => this.retry());
  }

  /** The message as it is to be shown. */
  newest(message: Message): Message {
    return this.#entries.get(message.id)?.shown ?? message;
  }

  /** Tries to store what is left; once more in 5 s where that fails. */
  retry(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    for (const [id, { ended }] of this.#entries) {
      try {
        this.#store(ended);
      } catch {
        this.#cancelRetry ??= this.#clock.after(retryMs, () => this.retry());
        return;
      }
      this.#entries.delete(id);
    }
  }

  /** One last try. */
  close(): void {
    this.retry();
    this.#cancelRetry?.();
  }
}
