import type { ConversationId, Message, MessageId } from '../../../contract/chat/message.ts';
import { pathTo } from '../../../contract/chat/message-tree.ts';
import type { PromptMessage } from '../../../contract/engine-contract.ts';
import type { ConversationBook } from '../conversations/index.ts';
import type { ReadyModel } from '../models/index.ts';
import { historyToPrompt, type PromptTurn } from './history-to-prompt.ts';
import type { TokenStore } from './token-store.ts';

/** What `ConversationPrompts` needs. */
export interface ConversationPromptsOptions {
  conversations: Pick<ConversationBook, 'get' | 'store'>;
  /** The messages as they are to be shown. */
  list: (id: ConversationId) => Message[];
  tokens: Pick<TokenStore, 'list'>;
  /** The app's own instructions, before those of a conversation. */
  system: string;
}

function asTurn(text: string): PromptTurn {
  return { id: null, role: 'user', parts: [{ type: 'text', text }], error: null };
}

/**
 * What the engine is given of conversations, for an answer and ahead of one. Both are made here, so that
 * they begin with the same tokens.
 */
export class ConversationPrompts {
  readonly #options: ConversationPromptsOptions;

  constructor(options: ConversationPromptsOptions) {
    this.#options = options;
  }

  /** From the root to `leafId`. @throws AppError `conversation.not-found` */
  upTo(id: ConversationId, leafId: MessageId | null, model: ReadyModel): PromptMessage[] {
    return this.#prompt(id, this.#path(id, leafId), model);
  }

  /** The whole history, or undefined where it does not end with an answer. */
  settled(id: ConversationId, model: ReadyModel): PromptMessage[] | undefined {
    const { activeLeafId } = this.#options.conversations.get(id);
    const messages = this.upTo(id, activeLeafId, model);
    return messages.at(-1)?.role === 'assistant' ? messages : undefined;
  }

  /** The history with what stands in the composer as its last message; null names the chat not begun. */
  withDraft(id: ConversationId | null, model: ReadyModel): PromptMessage[] | undefined {
    const { conversations } = this.#options;
    const draft = asTurn(conversations.store.draft(id));
    if (id === null) {
      return historyToPrompt([draft], this.#system(conversations.store.openingSystemText()));
    }
    const path = this.#path(id, conversations.get(id).activeLeafId);
    return this.#prompt(id, [...path, draft], model);
  }

  #path(id: ConversationId, leafId: MessageId | null): Message[] {
    return pathTo(this.#options.list(id), leafId);
  }

  #prompt(id: ConversationId, path: readonly PromptTurn[], model: ReadyModel): PromptMessage[] {
    const { conversations, tokens } = this.#options;
    const system = this.#system(conversations.get(id).systemText);
    return historyToPrompt(path, system, tokens.list(id, model.loaded.fingerprint));
  }

  #system(own: string): string {
    return [this.#options.system.trim(), own.trim()].filter((text) => text !== '').join('\n\n');
  }
}
