import type {
  AppEmitter,
  AppHandlers,
  ConversationSummary,
} from '../../../contract/app-contract.ts';
import { type ConversationId, conversationId } from '../../../contract/chat/message.ts';
import type { Attachment, CollectionId } from '../../../contract/documents/documents.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Storage } from '../../storage/index.ts';
import {
  type ConversationStore,
  createConversationStore,
  type StoredConversation,
} from './conversation-store.ts';
import { createSourcesStore } from './sources-store.ts';
import { titleFromText } from './title.ts';

/** How long the trash keeps a conversation. */
const trashKeptMs = 30 * 24 * 60 * 60 * 1000;

/** What `createConversations` needs. */
export interface ConversationsOptions {
  storage: Storage;
  clock: Pick<Clock, 'nowMs'>;
  ids: Ids;
  emit: AppEmitter['conversations'];
}

/** What the chat service needs of conversations. Writes join the transaction they are called in. */
export interface ConversationBook {
  readonly store: Pick<
    ConversationStore,
    'setActiveLeaf' | 'setUpdated' | 'saveDraft' | 'draft' | 'openingSystemText'
  >;
  /** @throws AppError `conversation.not-found`, also for one in the trash */
  get(id: ConversationId): StoredConversation;
  /** False for one in the trash. */
  isListed(id: ConversationId): boolean;
  /** The id that the next new conversation will have: what is read ahead for it is read under this id. */
  openingId(): ConversationId;
  /**
   * A new one with `openingId`, titled by the first words of `text`; it takes the instructions that stood
   * ready for it. Nobody is told before `announce`.
   */
  begin(text: string): StoredConversation;
  /** As the sidebar shows it. @throws AppError `conversation.not-found` */
  summary(id: ConversationId): ConversationSummary;
  /** Tells every window how it is now; one in the trash is passed over. */
  announce(id: ConversationId): void;
  setAnswering(id: ConversationId, state: 'answering' | 'idle'): void;
  /** `listener` is awaited before a conversation goes to the trash. */
  onTrashing(listener: (id: ConversationId) => Promise<void>): void;
  /** `listener` is called once a conversation is in the trash. */
  onTrashed(listener: (id: ConversationId) => void): void;
  /** `listener` is called when a draft, or the instructions before it, was saved; null: the chat not begun. */
  onDraft(listener: (id: ConversationId | null) => void): void;
}

/** The conversations service: its handlers, and what the chat service uses. */
export interface Conversations {
  readonly handlers: AppHandlers['conversations'];
  readonly book: ConversationBook;
  /** The files in composers, and the collections that conversations ask. Null names the chat not begun. */
  readonly sources: {
    draftAttachments(id: ConversationId | null): Attachment[];
    /** They went with a message. Joins the transaction it is called in. */
    clearDraftAttachments(id: ConversationId | null): void;
    /** One among them may have been removed. */
    collectionIds(id: ConversationId | null): CollectionId[];
  };
}

/**
 * The list of conversations, their titles, drafts and trash. At creation, what has been in the trash for
 * 30 days is removed for good.
 * @throws AppError `storage.full`, `storage.failed`
 */
export function createConversations(options: ConversationsOptions): Conversations {
  const { storage, clock, ids, emit } = options;
  const store = createConversationStore(storage);
  const sources = createSourcesStore(storage);
  const answering = new Set<ConversationId>();
  const trashing: ((id: ConversationId) => Promise<void>)[] = [];
  const trashed: ((id: ConversationId) => void)[] = [];
  const drafted: ((id: ConversationId | null) => void)[] = [];
  let openingId: ConversationId | undefined;
  store.purge(clock.nowMs() - trashKeptMs);

  function get(id: ConversationId): StoredConversation {
    const found = store.find(id);
    if (!found) throw new AppError('conversation.not-found', { conversationId: id });
    return found;
  }

  function nextId(): ConversationId {
    openingId ??= conversationId.parse(ids.next());
    return openingId;
  }

  function summaryOf(stored: StoredConversation): ConversationSummary {
    const { activeLeafId: _leaf, systemText: _text, ...shown } = stored;
    return { ...shown, isAnswering: answering.has(stored.id) };
  }

  function announce(id: ConversationId): ConversationSummary | undefined {
    const stored = store.find(id);
    if (!stored) return undefined;
    const summary = summaryOf(stored);
    emit.changed(summary);
    return summary;
  }

  function told(id: ConversationId): ConversationSummary {
    const summary = announce(id);
    if (!summary) throw new AppError('conversation.not-found', { conversationId: id });
    return summary;
  }

  const handlers: AppHandlers['conversations'] = {
    list: () => store.list().map(summaryOf),
    rename: ({ conversationId: id, title }) => {
      get(id);
      store.rename(id, title, 'person');
      return told(id);
    },
    trash: async ({ conversationId: id }) => {
      get(id);
      for (const listener of trashing) await listener(id);
      if (!store.trash(id, clock.nowMs())) {
        throw new AppError('conversation.not-found', { conversationId: id });
      }
      emit.removed({ conversationId: id });
      for (const listener of trashed) listener(id);
      return {};
    },
    restore: ({ conversationId: id }) => {
      store.restore(id);
      return told(id);
    },
    draft: ({ conversationId: id }) => {
      // Asked for when a new chat comes up: what it begins with is read while the person thinks.
      if (id === null) for (const listener of drafted) listener(id);
      return { text: store.draft(id), attachments: sources.draftFiles(id) };
    },
    saveDraft: ({ conversationId: id, text, attachments }) => {
      storage.write(() => {
        store.saveDraft(id, text);
        if (attachments) sources.saveDraftFiles(id, attachments);
      });
      for (const listener of drafted) listener(id);
      return {};
    },
    systemText: ({ conversationId: id }) => ({
      text: id === null ? store.openingSystemText() : get(id).systemText,
    }),
    saveSystemText: ({ conversationId: id, text }) => {
      if (id !== null) get(id);
      store.saveSystemText(id, text);
      for (const listener of drafted) listener(id);
      return {};
    },
    collections: ({ conversationId: id }) => {
      if (id !== null) get(id);
      return { collectionIds: sources.collectionIds(id) };
    },
    saveCollections: ({ conversationId: id, collectionIds }) => {
      if (id !== null) get(id);
      sources.saveCollectionIds(id, collectionIds);
      for (const listener of drafted) listener(id);
      return {};
    },
  };

  const book: ConversationBook = {
    store,
    get,
    isListed: (id) => store.find(id) !== undefined,
    openingId: nextId,
    begin: (text) => {
      const nowMs = clock.nowMs();
      const begun: StoredConversation = {
        id: nextId(),
        title: titleFromText(text),
        titleSource: 'first-words',
        activeLeafId: null,
        systemText: store.openingSystemText(),
        createdAtMs: nowMs,
        updatedAtMs: nowMs,
      };
      store.insert(begun);
      if (begun.systemText !== '') store.saveSystemText(null, '');
      const asked = sources.collectionIds(null);
      if (asked.length > 0) {
        sources.saveCollectionIds(begun.id, asked);
        sources.saveCollectionIds(null, []);
      }
      sources.saveDraftFiles(null, []);
      openingId = undefined;
      return begun;
    },
    summary: (id) => summaryOf(get(id)),
    announce: (id) => void announce(id),
    setAnswering: (id, state) => {
      if (state === 'answering') answering.add(id);
      else answering.delete(id);
    },
    onTrashing: (listener) => void trashing.push(listener),
    onTrashed: (listener) => void trashed.push(listener),
    onDraft: (listener) => void drafted.push(listener),
  };
  return {
    handlers,
    book,
    sources: {
      draftAttachments: sources.draftFiles,
      clearDraftAttachments: (id) => sources.saveDraftFiles(id, []),
      collectionIds: sources.collectionIds,
    },
  };
}
