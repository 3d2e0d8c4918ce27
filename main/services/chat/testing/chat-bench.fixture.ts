import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConversationSummary, WatchedChunk } from '../../../../contract/app-contract.ts';
import {
  appendText,
  type ConversationId,
  type Message,
  type MessageId,
} from '../../../../contract/chat/message.ts';
import type { Attachment, CollectionId } from '../../../../contract/documents/documents.ts';
import type { Sampling } from '../../../../contract/engine-contract.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Engine } from '../../../ports/engine.ts';
import type { Log } from '../../../ports/log.ts';
import { mains, type PowerState } from '../../../ports/power.ts';
import { openStorage, type Storage } from '../../../storage/index.ts';
import { createConversations } from '../../conversations/index.ts';
import type { ModelRuntime } from '../../models/index.ts';
import type { Library } from '../../reading/index.ts';
import { createCachePlacesStore, Warmth } from '../../warmth/index.ts';
import { createChat, defaultSampling, loadPrompts } from '../index.ts';
import { createMessageStore } from '../message-store.ts';
import type { ScriptedEngine } from './scripted-engine.fixture.ts';
import { Shelf } from './shelf.fixture.ts';

/** The caller of a window that stays. */
export const caller = { signal: new AbortController().signal };

/** What one window has seen. */
export interface View {
  messages: Map<MessageId, Message>;
  phases: string[];
  activeLeafId: MessageId | null;
  /** Text that came by deltas after what the snapshot had, by message. */
  streamed: Map<MessageId, Message['parts']>;
  leave(): Promise<void>;
}

function take(view: View, chunk: WatchedChunk): void {
  if (chunk.type === 'snapshot') {
    for (const message of chunk.messages) {
      view.messages.set(message.id, message);
      view.streamed.set(message.id, message.parts);
    }
    view.activeLeafId = chunk.activeLeafId;
    if (chunk.run) view.phases.push(chunk.run.phase.phase);
  } else if (chunk.type === 'message') view.messages.set(chunk.message.id, chunk.message);
  else if (chunk.type === 'delta') {
    const before = view.streamed.get(chunk.messageId) ?? [];
    view.streamed.set(chunk.messageId, appendText(before, chunk.part, chunk.text));
  } else if (chunk.type === 'phase') view.phases.push(chunk.phase.phase);
  else view.activeLeafId = chunk.activeLeafId;
}

const assetsFolder = join(import.meta.dirname, '../../../../assets');
let benches = 0;

/** The chat service on a real database, with a scripted engine unless a spec brings a real one. */
export class ChatBench<E extends Engine & ModelRuntime = ScriptedEngine> {
  readonly folder = mkdtempSync(join(tmpdir(), 'parley-chat-'));
  readonly clock: Clock;
  readonly engine: E;
  readonly changed: ConversationSummary[] = [];
  readonly logged: string[] = [];
  readonly incidents: unknown[] = [];
  readonly shelf = new Shelf();
  collectionIds: CollectionId[] = [];
  storage: Storage;
  power: PowerState = mains;
  warmth: Warmth | undefined;
  conversations: ReturnType<typeof createConversations>;
  chat: ReturnType<typeof createChat>;
  #lastId = 0;
  readonly #bench: number;

  readonly #sampling: Sampling;

  /** Where files come from; the shelf unless a test brings something real. */
  library: Library;

  constructor(
    engine: E,
    clock: Clock,
    options: { sampling?: Sampling; library?: Library; storage?: Storage } = {},
  ) {
    this.library = options.library ?? this.shelf;
    benches += 1;
    this.#bench = benches;
    this.engine = engine;
    this.#sampling = options.sampling ?? defaultSampling;
    this.clock = clock;
    this.storage = options.storage ?? openStorage({ folder: this.folder, clock });
    this.conversations = this.#conversations();
    this.chat = this.#chat();
  }

  /** As after a death of main: the same files, everything else new. */
  reopen(): void {
    this.storage.close();
    this.storage = openStorage({ folder: this.folder, clock: this.clock });
    this.conversations = this.#conversations();
    this.chat = this.#chat();
  }

  async dispose(): Promise<void> {
    this.warmth?.close();
    if (this.storage.database.open) await this.chat.close();
    this.storage.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async send(
    text: string,
    conversationId: ConversationId | null = null,
    attachments: Attachment[] = [],
  ) {
    const request = { conversationId, text, attachments };
    const started = await this.chat.handlers.send(request, caller);
    return started as {
      conversationId: ConversationId;
      userMessageId: MessageId;
      answerId: MessageId;
    };
  }

  /** Watches until `leave`. */
  watch(conversationId: ConversationId): View {
    const abort = new AbortController();
    const chunks = this.chat.handlers.watch({ conversationId }, { signal: abort.signal });
    const view: View = {
      messages: new Map(),
      streamed: new Map(),
      phases: [],
      activeLeafId: null,
      leave: async () => {
        abort.abort();
        await reading;
      },
    };
    const reading = (async () => {
      for await (const chunk of chunks) take(view, structuredClone(chunk) as WatchedChunk);
    })();
    return view;
  }

  /** The messages as they are on disk. */
  stored(conversationId: ConversationId): Message[] {
    return createMessageStore(this.storage, () => {}).list(conversationId);
  }

  storedMessage(id: MessageId): Message | undefined {
    return createMessageStore(this.storage, () => {}).find(id);
  }

  #conversations() {
    return createConversations({
      storage: this.storage,
      clock: this.clock,
      ids: this.#ids,
      emit: {
        changed: (summary) => this.changed.push(summary as ConversationSummary),
        removed: () => {},
      },
    });
  }

  #chat() {
    const places = createCachePlacesStore(this.storage);
    this.warmth?.close();
    this.warmth = new Warmth({
      ...{ models: this.engine, clock: this.clock, log: this.#log },
      power: { state: async () => this.power },
      noteCached: () => {},
    });
    return createChat({
      warmth: this.warmth,
      noteCached: (conversationId, { loaded }) =>
        places.note({ conversationId, fingerprint: loaded.fingerprint }),
      storage: this.storage,
      conversations: this.conversations.book,
      models: this.engine,
      engine: this.engine,
      clock: this.clock,
      ids: this.#ids,
      log: this.#log,
      prompts: { ...loadPrompts(assetsFolder), system: 'Be calm.' },
      library: this.library,
      sources: {
        ...this.conversations.sources,
        collectionIds: () => this.collectionIds,
      },
      sampling: this.#sampling,
      enableThinking: false,
    });
  }

  readonly #log: Log = {
    info: (line) => this.logged.push(line),
    warn: (line) => this.logged.push(line),
    incident: (error) => `incident-${this.incidents.push(error)}`,
  };

  readonly #ids = {
    next: (): string => {
      this.#lastId += 1;
      return `id-${this.#bench}-${this.#lastId}`;
    },
  };
}
