import type { AppClient } from '../../../contract/app-contract.ts';
import type { ConversationId } from '../../../contract/chat/message.ts';
import type { CollectionId } from '../../../contract/documents/documents.ts';

/** The collections that the questions of one conversation are looked up in. */
export class Sources {
  readonly #api: AppClient;
  readonly #conversationId: ConversationId | null;
  #ids = $state.raw<readonly CollectionId[]>([]);
  #wasTouched = false;

  constructor(api: AppClient, conversationId: ConversationId | null) {
    this.#api = api;
    this.#conversationId = conversationId;
  }

  get ids(): readonly CollectionId[] {
    return this.#ids;
  }

  /** Reads what was chosen before; without it none is. */
  async restore(): Promise<void> {
    try {
      const { collectionIds } = await this.#api.conversations.collections({
        conversationId: this.#conversationId,
      });
      if (!this.#wasTouched) this.#ids = collectionIds;
    } catch {
      // None is chosen then; choosing one says what is wrong.
    }
  }

  /** Asks a collection, or asks it no longer. @throws AppError the codes of `conversations.saveCollections` */
  async toggle(id: CollectionId): Promise<void> {
    const before = this.#ids;
    this.#wasTouched = true;
    this.#ids = before.includes(id) ? before.filter((other) => other !== id) : [...before, id];
    try {
      await this.#api.conversations.saveCollections({
        conversationId: this.#conversationId,
        collectionIds: [...this.#ids],
      });
    } catch (error) {
      this.#ids = before;
      throw error;
    }
  }
}
