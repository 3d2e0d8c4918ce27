import type { AppClient, ConversationSummary } from '../../contract/app-contract.ts';
import type { ConversationId } from '../../contract/chat/message.ts';

function byLastUse(left: ConversationSummary, right: ConversationSummary): number {
  return right.updatedAtMs - left.updatedAtMs;
}

/** The conversations that are not in the trash, last used first, as they are and as they change. */
export class ConversationsStore {
  readonly #client: AppClient;
  #items = $state.raw<readonly ConversationSummary[]>([]);
  #status = $state<'loading' | 'ready' | 'failed'>('loading');
  #error = $state.raw<unknown>(null);

  constructor(client: AppClient) {
    this.#client = client;
  }

  get items(): readonly ConversationSummary[] {
    return this.#items;
  }

  get status(): 'loading' | 'ready' | 'failed' {
    return this.#status;
  }

  /** What `load` failed with; null otherwise. */
  get error(): unknown {
    return this.#error;
  }

  byId(id: ConversationId | null): ConversationSummary | undefined {
    return id === null ? undefined : this.#items.find((item) => item.id === id);
  }

  /** Reads the whole list; a failure is kept in `error`. */
  async load(): Promise<void> {
    try {
      const items = await this.#client.conversations.list({});
      this.#items = [...items].sort(byLastUse);
      this.#status = 'ready';
      this.#error = null;
    } catch (error) {
      this.#error = error;
      this.#status = 'failed';
    }
  }

  /** Follows changes until the returned function is called. */
  follow(): () => void {
    const leaves = [
      this.#client.conversations.changed((summary) => this.#put(summary)),
      this.#client.conversations.removed(({ conversationId }) => this.#remove(conversationId)),
    ];
    return () => {
      for (const leave of leaves) leave();
    };
  }

  /** @throws AppError `conversation.not-found`, `storage.full`, `storage.failed` */
  async rename(id: ConversationId, title: string): Promise<void> {
    this.#put(await this.#client.conversations.rename({ conversationId: id, title }));
  }

  /**
   * Moves to the trash; the row leaves at once and comes back when that fails.
   * @throws AppError `conversation.not-found`, `storage.full`, `storage.failed`
   */
  async trash(id: ConversationId): Promise<void> {
    const summary = this.byId(id);
    this.#remove(id);
    try {
      await this.#client.conversations.trash({ conversationId: id });
    } catch (error) {
      if (summary) this.#put(summary);
      throw error;
    }
  }

  /** @throws AppError `conversation.not-found`, `storage.full`, `storage.failed` */
  async restore(id: ConversationId): Promise<void> {
    this.#put(await this.#client.conversations.restore({ conversationId: id }));
  }

  #put(summary: ConversationSummary): void {
    const others = this.#items.filter((item) => item.id !== summary.id);
    const at = others.findIndex((item) => item.updatedAtMs <= summary.updatedAtMs);
    const place = at === -1 ? others.length : at;
    this.#items = [...others.slice(0, place), summary, ...others.slice(place)];
  }

  #remove(id: ConversationId): void {
    this.#items = this.#items.filter((item) => item.id !== id);
  }
}
