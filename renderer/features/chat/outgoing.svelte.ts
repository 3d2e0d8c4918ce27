import type { AppClient } from '../../../contract/app-contract.ts';
import type { ConversationId, WholeTask } from '../../../contract/chat/message.ts';
import type { DocumentId } from '../../../contract/documents/documents.ts';
import type { Draft } from './draft.svelte.ts';

/** Where a message goes: a conversation, or null to begin one, and what is to be done once that has an id. */
export interface Target {
  readonly conversationId: ConversationId | null;
  /** Only where the person has not gone elsewhere meanwhile. */
  onbegun(id: ConversationId): void;
}

/** A task that reads every passage of files. */
export interface WholeRequest {
  readonly kind: WholeTask;
  readonly text: string;
  readonly documentIds: readonly DocumentId[];
}

/** Messages on their way to the app, one at a time. */
export class Outgoing {
  readonly #api: AppClient;
  #isSending = $state(false);
  /** The first message of a conversation that this window began, and its id as soon as it has one. */
  #first = $state.raw<{ text: string; id: ConversationId | null } | null>(null);

  constructor(api: AppClient) {
    this.#api = api;
  }

  get isSending(): boolean {
    return this.#isSending;
  }

  /** What a conversation being begun begins with; null for any other. */
  firstOf(id: ConversationId | null): string | null {
    return this.#first?.id === id ? this.#first.text : null;
  }

  /** Sends what stands in a draft; what did not arrive stands there again. @throws AppError the codes of `chat.send` */
  async send(draft: Draft, target: Target): Promise<void> {
    const { conversationId } = target;
    const { text, attachments } = draft.take();
    const files = attachments.length > 0 ? { attachments: [...attachments] } : {};
    try {
      await this.#begin(text, target, async () => {
        const started = await this.#api.chat.send({ conversationId, text, ...files });
        draft.wasSent();
        return started;
      });
    } catch (error) {
      draft.putBack();
      throw error;
    }
  }

  /** Begins a task that reads everything. @throws AppError the codes of `chat.readWhole` */
  async readWhole({ kind, text, documentIds }: WholeRequest, target: Target): Promise<void> {
    const { conversationId } = target;
    const asked = { conversationId, kind, text, documentIds: [...documentIds] };
    await this.#begin(text, target, () => this.#api.chat.readWhole(asked));
  }

  async #begin(
    text: string,
    { conversationId, onbegun }: Target,
    start: () => Promise<{ conversationId: ConversationId }>,
  ): Promise<void> {
    this.#isSending = true;
    if (conversationId === null) this.#first = { text, id: null };
    try {
      const started = await start();
      if (conversationId !== null) return;
      this.#first = { text, id: started.conversationId };
      onbegun(started.conversationId);
    } catch (error) {
      this.#first = null;
      throw error;
    } finally {
      this.#isSending = false;
    }
  }
}
