import type { ConversationId, Message, MessageId, Part } from '../../../contract/chat/message.ts';
import { textOf } from '../../../contract/chat/message.ts';
import { pathTo } from '../../../contract/chat/message-tree.ts';
import type { Attachment, CollectionId } from '../../../contract/documents/documents.ts';
import type { PromptMessage } from '../../../contract/engine-contract.ts';
import { AppError, isCancel } from '../../../contract/errors/app-error.ts';
import type { ConversationBook } from '../conversations/index.ts';
import type { ReadyModel } from '../models/index.ts';
import type { Composed, PictureCache, Question, Reader, ReadingPrompts } from '../reading/index.ts';
import { attachmentsOf, composedParts } from './attached-parts.ts';
import { historyToPrompt, type PromptTurn, type UnseenMessage } from './history-to-prompt.ts';
import { readSoFar } from './read-so-far.ts';
import { showPictures } from './show-pictures.ts';
import type { TokenStore } from './token-store.ts';

/** What stands ready with a conversation; null names the chat not begun. */
export interface ConversationSources {
  /** The files in its composer. */
  draftAttachments(id: ConversationId | null): Attachment[];
  /** They went with a message. Joins the transaction it is called in. */
  clearDraftAttachments(id: ConversationId | null): void;
  /** What every question of it is looked up in. */
  collectionIds(id: ConversationId | null): CollectionId[];
}

/** What `ConversationPrompts` needs. */
export interface ConversationPromptsOptions {
  conversations: Pick<ConversationBook, 'get' | 'store'>;
  sources: ConversationSources;
  /** The messages as they are to be shown. */
  list: (id: ConversationId) => Message[];
  tokens: Pick<TokenStore, 'list'>;
  reader: Pick<Reader, 'compose' | 'attached'>;
  pictures: Pick<PictureCache, 'get'>;
  /** The app's own instructions, before those of a conversation. */
  system: string;
  reading: ReadingPrompts;
}

/** For which model, and for how long. */
export interface PromptFor {
  model: ReadyModel;
  signal: AbortSignal;
}

function asTurn(parts: Part[]): PromptTurn {
  return { id: null, role: 'user', parts, error: null };
}

/**
 * What the engine is given of conversations, for an answer and ahead of one. Both are made here, so that
 * they begin with the same tokens.
 */
export class ConversationPrompts {
  readonly #options: ConversationPromptsOptions;
  /** What the files of the draft came to, for as long as they are the same. */
  #draft: { key: string; composed: Composed } | undefined;

  constructor(options: ConversationPromptsOptions) {
    this.#options = options;
  }

  /** From the root to `leafId`. @throws AppError `conversation.not-found`, and as pictures do */
  async upTo(
    id: ConversationId,
    leafId: MessageId | null,
    given: PromptFor,
  ): Promise<PromptMessage[]> {
    return await this.#shown(this.#prompt(id, this.path(id, leafId), given), given);
  }

  /** The whole history, or undefined where it does not end with an answer. */
  async settled(id: ConversationId, given: PromptFor): Promise<PromptMessage[] | undefined> {
    const { activeLeafId } = this.#options.conversations.get(id);
    const messages = this.#prompt(id, this.path(id, activeLeafId), given);
    if (messages.at(-1)?.role !== 'assistant') return undefined;
    return await this.#shown(messages, given);
  }

  /**
   * The history with what stands in the composer as its last message, below the files that go whole and the
   * pictures with it; null names the chat not begun.
   */
  async withDraft(id: ConversationId | null, given: PromptFor): Promise<PromptMessage[]> {
    const { conversations } = this.#options;
    const path = id === null ? [] : this.path(id, conversations.get(id).activeLeafId);
    const words: Part = { type: 'text', text: conversations.store.draft(id) };
    const attachments = this.#options.sources.draftAttachments(id);
    const composed =
      attachments.length === 0 ? undefined : await this.#composeDraft(id, path, attachments, given);
    const parts = composed ? composedParts([words], composed) : [words];
    return await this.#shown(this.#prompt(id, [...path, asTurn(parts)], given), given);
  }

  /**
   * What a question is given, from its parts and what stands before it. `onGathering` is called where there
   * is anything to look into.
   * @throws AppError as `Reader.compose`
   */
  async compose(
    question: Pick<Message, 'conversationId' | 'parentId' | 'parts'>,
    given: PromptFor & { onGathering: () => void },
  ): Promise<Composed> {
    const id = question.conversationId;
    const path = this.path(id, question.parentId);
    const attachments = attachmentsOf(question.parts);
    const collectionIds = this.#options.sources.collectionIds(id);
    const sources = attachments.length + collectionIds.length + readSoFar(path).documentIds.length;
    if (sources === 0) return { reading: undefined, images: [] };
    given.onGathering();
    const asked = { ...given, text: textOf(question), attachments, collectionIds };
    return await this.#options.reader.compose(this.question(id, path, asked));
  }

  /** A question below `path`; null names the chat not begun. */
  question(
    id: ConversationId | null,
    path: readonly PromptTurn[],
    asked: PromptFor & {
      text: string;
      attachments: readonly Attachment[];
      collectionIds: readonly CollectionId[];
    },
  ): Question {
    const words = asTurn([{ type: 'text', text: asked.text }]);
    const messages = this.#prompt(id, [...path, words], asked).map(
      ({ images: _images, ...message }) => message,
    );
    return { ...asked, before: readSoFar(path), messages };
  }

  /** The messages from the root to `leafId`. */
  path(id: ConversationId, leafId: MessageId | null): Message[] {
    return pathTo(this.#options.list(id), leafId);
  }

  async #composeDraft(
    id: ConversationId | null,
    path: readonly Message[],
    attachments: readonly Attachment[],
    given: PromptFor,
  ): Promise<Composed | undefined> {
    const { fingerprint } = given.model.loaded;
    const collectionIds = this.#options.sources.collectionIds(id);
    const asked = { ...given, text: '', attachments, collectionIds };
    try {
      const files = attachments.map((one) => this.#options.reader.attached(one).document);
      const read = files.map(({ passageCount, format }) => [passageCount, format]);
      const key = JSON.stringify([id, path.at(-1)?.id, fingerprint, attachments, read]);
      if (this.#draft?.key === key) return this.#draft.composed;
      const composed = await this.#options.reader.compose(this.question(id, path, asked));
      this.#draft = { key, composed };
      return composed;
    } catch (error) {
      // No eyes, or a file that is gone or not read yet: told when the message is sent.
      if (error instanceof AppError && !isCancel(error)) return undefined;
      throw error;
    }
  }

  #prompt(
    id: ConversationId | null,
    path: readonly PromptTurn[],
    { model }: PromptFor,
  ): UnseenMessage[] {
    const { conversations, tokens } = this.#options;
    if (id === null) {
      return historyToPrompt(path, this.#system(conversations.store.openingSystemText()));
    }
    const system = this.#system(conversations.get(id).systemText);
    return historyToPrompt(path, system, tokens.list(id, model.loaded.fingerprint));
  }

  async #shown(messages: readonly UnseenMessage[], given: PromptFor): Promise<PromptMessage[]> {
    const { pictures, reading: prompts } = this.#options;
    const { canSee } = given.model.loaded;
    return await showPictures(messages, { pictures, prompts, canSee, signal: given.signal });
  }

  #system(own: string): string {
    return [this.#options.system.trim(), own.trim()].filter((text) => text !== '').join('\n\n');
  }
}
