import {
  type AppClient,
  type AppEmitter,
  type AppHandlers,
  appContract,
  type ConversationSummary,
  type Settings,
  settings,
} from '../../contract/app-contract.ts';
import {
  type ConversationId,
  type Message,
  type MessageId,
  textOf,
} from '../../contract/chat/message.ts';
import type { Attachment, CollectionId } from '../../contract/documents/documents.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import type { ModelsState } from '../../contract/models/models.ts';
import { connect } from '../../contract/rpc/connect.ts';
import { type Port, portPair } from '../../contract/rpc/port.ts';
import { emitter, serve } from '../../contract/rpc/serve.ts';
import type { AppLink, ReferOptions } from '../state/app-link.ts';
import { FakeConversation, scriptedAnswer } from './fake-chat.ts';
import { FakeDocuments } from './fake-documents.ts';
import { FakeKnowledge } from './fake-knowledge.ts';
import { fakeModelHandlers } from './fake-models.ts';
import { sampleModelsReady } from './sample-models.ts';
import { citingAnswer } from './sample-texts.ts';

/** How a fake begins. */
export interface FakeOptions {
  settings?: Partial<Settings>;
  models?: ModelsState;
  conversations?: FakeConversation[];
  /** Milliseconds between two deltas of an answer. */
  deltaMs?: number;
}

/**
 * The app, in memory, behind the real contract and the real kernel: for component tests and for looking at
 * screens. It answers from a script and stores nothing.
 */
export class FakeApp implements AppLink {
  readonly client: AppClient;
  readonly emit: AppEmitter;
  readonly conversations = new Map<ConversationId, FakeConversation>();
  readonly trashed = new Map<ConversationId, FakeConversation>();
  readonly drafts = new Map<ConversationId | null, string>();
  /** The instructions of chats; null is the one not begun. */
  readonly systemTexts = new Map<ConversationId | null, string>();
  /** The files that stand in composers. */
  readonly draftFiles = new Map<ConversationId | null, readonly Attachment[]>();
  readonly collections = new Map<ConversationId | null, readonly CollectionId[]>();
  readonly documents: FakeDocuments;
  readonly knowledge: FakeKnowledge;
  cacheBytes = 1_234_567_890;
  /** Every call that came, as `group.name`, in order. */
  readonly calls: string[] = [];
  models: ModelsState;
  settings: Settings;
  /** What `app.info` tells of the stored data. */
  storageNotice: { code: string; data: unknown } | null = null;
  /** The stored data cannot be opened: every call but those about the app and settings fails. */
  isBlocked = false;
  /** Set: the next call of this path fails with it. */
  readonly failures = new Map<string, AppError>();
  readonly #port: Port;
  /** Milliseconds between two steps of anything. */
  readonly deltaMs: number;
  readonly #connectionListeners = new Set<(isConnected: boolean) => void>();
  #lastId = 0;

  constructor(options: FakeOptions = {}) {
    this.models = options.models ?? sampleModelsReady();
    this.settings = settings.parse(options.settings ?? {});
    this.deltaMs = options.deltaMs ?? 24;
    for (const conversation of options.conversations ?? []) {
      this.conversations.set(conversation.id, conversation);
    }
    const [windowPort, appPort] = portPair();
    this.#port = windowPort;
    this.emit = emitter(appContract, [appPort]);
    this.documents = new FakeDocuments(this);
    this.knowledge = new FakeKnowledge(this);
    serve(
      appContract,
      this.#watched(this.#handlers()),
      appPort,
      (error) => `fake: ${String(error)}`,
    );
    this.client = connect(appContract, windowPort);
  }

  onConnection(listener: (isConnected: boolean) => void): () => void {
    this.#connectionListeners.add(listener);
    return () => this.#connectionListeners.delete(listener);
  }

  async refer(file: File, { onProgress, signal }: ReferOptions) {
    for (let step = 1; step <= 4; step += 1) {
      signal.throwIfAborted();
      onProgress(step / 4);
      await new Promise((resolve) => setTimeout(resolve, this.deltaMs));
    }
    return { kind: 'upload' as const, uploadId: 'u-1', name: file.name };
  }

  /** The app goes, or comes back. */
  setConnected(isConnected: boolean): void {
    for (const listener of this.#connectionListeners) listener(isConnected);
  }

  /** Closes the port: everything pending rejects with `connection.lost`. */
  close(): void {
    this.#port.close();
    this.setConnected(false);
  }

  /** Changes what the rooms about models show, and announces it. */
  changeModels(change: Partial<ModelsState>): void {
    this.models = { ...this.models, ...change };
    this.emit.models.changed(this.models);
  }

  /** The loaded model has eyes. */
  get canSee(): boolean {
    return this.models.engine.phase === 'ready' && this.models.engine.canSee;
  }

  /** Counts calls and lets `failures` strike. */
  #watched(handlers: AppHandlers): AppHandlers {
    const groups = Object.entries(handlers).map(([group, members]) => {
      const wrapped = Object.entries(members).map(([name, handler]) => {
        const path = `${group}.${name}`;
        const run = handler as (...values: unknown[]) => unknown;
        const watched = (...values: unknown[]): unknown => {
          this.calls.push(path);
          const failure = this.failures.get(path);
          this.failures.delete(path);
          if (failure) throw failure;
          if (this.isBlocked && group !== 'app' && group !== 'settings') {
            throw new AppError('storage.failed', { reason: 'blocked' });
          }
          return run(...values);
        };
        return [name, watched];
      });
      return [group, Object.fromEntries(wrapped)];
    });
    return Object.fromEntries(groups) as AppHandlers;
  }

  #handlers(): AppHandlers {
    return {
      app: {
        info: () => ({
          version: '0.1.0',
          dataFolder: '/home/mei/.local/share/parley',
          engineDescription: 'llama.cpp b9999 · AVX2, FMA, F16C',
          isBlocked: this.isBlocked,
          storageNotice: this.storageNotice,
        }),
        openLink: () => ({}),
        showFolder: () => ({}),
      },
      settings: {
        get: () => this.settings,
        change: (change) => {
          this.settings = settings.parse({ ...this.settings, ...change });
          this.emit.settings.changed(this.settings);
          return this.settings;
        },
      },
      conversations: this.#conversationHandlers(),
      chat: this.#chatHandlers(),
      documents: this.documents.handlers(),
      knowledge: this.knowledge.handlers(),
      cache: {
        size: () => ({ diskBytes: this.cacheBytes }),
        clear: () => {
          this.cacheBytes = 0;
          return { diskBytes: 0 };
        },
      },
      models: fakeModelHandlers(this),
    };
  }

  #conversationHandlers(): AppHandlers['conversations'] {
    return {
      list: () => [...this.conversations.values()].map((item) => item.summary),
      rename: ({ conversationId, title }) =>
        this.#change(this.#find(conversationId), { title, titleSource: 'person' }),
      trash: ({ conversationId }) => {
        const conversation = this.#find(conversationId);
        conversation.stop();
        this.conversations.delete(conversationId);
        this.trashed.set(conversationId, conversation);
        this.emit.conversations.removed({ conversationId });
        return {};
      },
      restore: ({ conversationId }) => {
        const conversation = this.trashed.get(conversationId);
        if (!conversation) throw new AppError('conversation.not-found', { conversationId });
        this.trashed.delete(conversationId);
        this.conversations.set(conversationId, conversation);
        return this.#change(conversation, {});
      },
      draft: ({ conversationId }) => ({
        text: this.drafts.get(conversationId) ?? '',
        attachments: [...(this.draftFiles.get(conversationId) ?? [])],
      }),
      saveDraft: ({ conversationId, text, attachments }) => {
        this.drafts.set(conversationId, text);
        if (attachments) this.draftFiles.set(conversationId, attachments);
        return {};
      },
      collections: ({ conversationId }) => ({
        collectionIds: [...(this.collections.get(conversationId) ?? [])],
      }),
      saveCollections: ({ conversationId, collectionIds }) => {
        this.collections.set(conversationId, collectionIds);
        return {};
      },
      systemText: ({ conversationId }) => ({ text: this.systemTexts.get(conversationId) ?? '' }),
      saveSystemText: ({ conversationId, text }) => {
        this.systemTexts.set(conversationId, text);
        return {};
      },
    };
  }

  #chatHandlers(): AppHandlers['chat'] {
    return {
      send: ({ conversationId, text, attachments = [] }) => {
        const conversation =
          conversationId === null ? this.#create(text) : this.#find(conversationId);
        this.draftFiles.delete(conversationId);
        return this.#ask(conversation, text, conversation.activeLeafId, attachments);
      },
      edit: ({ messageId, text }) => {
        const { conversation, message } = this.#findMessage(messageId);
        return this.#ask(conversation, text, message.parentId);
      },
      regenerate: ({ messageId }) => {
        const { conversation, message } = this.#findMessage(messageId);
        return this.#answer(conversation, message.parentId, null);
      },
      wholeCost: ({ documentIds }) => ({
        passages: 240 * documentIds.length,
        tokens: 81_000 * documentIds.length,
        steps: 34 * documentIds.length,
        estimatedMs: 420_000 * documentIds.length,
      }),
      readWhole: ({ conversationId, text, documentIds }) => {
        const conversation =
          conversationId === null ? this.#create(text) : this.#find(conversationId);
        const attachments = documentIds.map((documentId) => ({
          documentId,
          mode: 'auto' as const,
        }));
        return this.#ask(conversation, text, conversation.activeLeafId, attachments);
      },
      stop: ({ conversationId }) => {
        this.#find(conversationId).stop();
        return {};
      },
      showBranch: ({ messageId }) => ({
        activeLeafId: this.#findMessage(messageId).conversation.show(messageId),
      }),
      watch: ({ conversationId }, { signal }) => this.#find(conversationId).watch(signal),
    };
  }

  #ask(
    conversation: FakeConversation,
    text: string,
    parentId: MessageId | null,
    attachments: readonly Attachment[] = [],
  ) {
    if (this.models.engine.phase !== 'ready') throw new AppError('model.not-loaded', {});
    if (conversation.run) {
      throw new AppError('conversation.busy', { conversationId: conversation.id });
    }
    const question = conversation.add('user', text, parentId);
    question.parts = [...question.parts, ...this.documents.partsOf(attachments)];
    conversation.announce(question);
    return this.#answer(conversation, question.id, question.id);
  }

  #answer(
    conversation: FakeConversation,
    parentId: MessageId | null,
    userMessageId: MessageId | null,
  ) {
    const question = conversation.messages.find((item) => item.id === parentId);
    const answer = conversation.add('assistant', '', parentId);
    conversation.announce(answer);
    this.#change(conversation, { isAnswering: true, updatedAtMs: Date.now() });
    const isRead = question?.parts.some((part) => part.type === 'reading') ?? false;
    const scripted = scriptedAnswer(question ? textOf(question) : '', this.deltaMs);
    void conversation
      .write(answer, isRead ? { ...scripted, text: citingAnswer } : scripted)
      .then(() => this.#change(conversation, { isAnswering: false }));
    return { conversationId: conversation.id, userMessageId, answerId: answer.id };
  }

  #create(text: string): FakeConversation {
    this.#lastId += 1;
    const now = Date.now();
    const conversation = new FakeConversation({
      id: `new-${this.#lastId}` as ConversationId,
      title: text.slice(0, 60),
      titleSource: 'first-words',
      createdAtMs: now,
      updatedAtMs: now,
      isAnswering: false,
    });
    this.conversations.set(conversation.id, conversation);
    return conversation;
  }

  #change(
    conversation: FakeConversation,
    change: Partial<ConversationSummary>,
  ): ConversationSummary {
    conversation.summary = { ...conversation.summary, ...change };
    if (this.conversations.has(conversation.id)) {
      this.emit.conversations.changed(conversation.summary);
    }
    return conversation.summary;
  }

  #find(conversationId: ConversationId): FakeConversation {
    const conversation = this.conversations.get(conversationId);
    if (!conversation) throw new AppError('conversation.not-found', { conversationId });
    return conversation;
  }

  #findMessage(messageId: MessageId): { conversation: FakeConversation; message: Message } {
    for (const conversation of this.conversations.values()) {
      const message = conversation.messages.find((item) => item.id === messageId);
      if (message) return { conversation, message };
    }
    throw new AppError('message.not-found', { messageId });
  }
}
