import type { AppHandlers, WatchedChunk } from '../../../contract/app-contract.ts';
import {
  type ConversationId,
  type Message,
  type MessageId,
  messageId,
} from '../../../contract/chat/message.ts';
import { newestLeafUnder } from '../../../contract/chat/message-tree.ts';
import type { PromptMessage, Sampling } from '../../../contract/engine-contract.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Engine } from '../../ports/engine.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Log } from '../../ports/log.ts';
import type { Storage } from '../../storage/index.ts';
import type { ConversationBook } from '../conversations/index.ts';
import type { ModelRuntime, ReadyModel } from '../models/index.ts';
import type { Warmth, WarmWork } from '../warmth/index.ts';
import { ConversationPrompts } from './conversation-prompts.ts';
import { createMessageStore } from './message-store.ts';
import type { Prompts } from './prompts.ts';
import { Run, storageOutcome } from './run.ts';
import { Silence, silenceLimitMs } from './silence.ts';
import { type AnswerTokens, createTokenStore } from './token-store.ts';
import { Unsaved } from './unsaved.ts';
import { Watchers } from './watchers.ts';

/** What `createChat` needs. */
export interface ChatOptions {
  storage: Storage;
  conversations: ConversationBook;
  models: ModelRuntime;
  engine: Engine;
  clock: Clock;
  ids: Ids;
  log: Log;
  prompts: Prompts;
  warmth: Pick<Warmth, 'typed' | 'opened' | 'answerBegins' | 'answerEnded' | 'drop'>;
  /** Called before the engine computes anything that it may keep. */
  noteCached: (sequenceKey: string, model: ReadyModel) => void;
  /** `defaultSampling` unless the start options say otherwise. */
  sampling: Sampling;
  /** Lets models that can think do so before they answer. */
  enableThinking: boolean;
}

/** The chat service: its handlers, and its orderly end. */
export interface Chat {
  readonly handlers: AppHandlers['chat'];
  /** True while any answer is being written. */
  isAnswering(): boolean;
  /** Resolves when no answer is being written. */
  idle(): Promise<void>;
  /** Ends all runs as interrupted, keeping their text. Call it before the storage closes. */
  close(): Promise<void>;
}

/** Calm and varied: what most small instruction models were tuned with. */
export const defaultSampling: Sampling = { temperature: 0.7, topP: 0.8, topK: 20, minP: 0 };

interface Written {
  conversationId: ConversationId;
  user: Message | null;
  answer: Message;
}

/**
 * Sends, answers, edits, branches and watches. Answers that a death left unfinished are marked
 * interrupted at creation, with the text they have.
 * @throws AppError `storage.full`, `storage.failed`
 */
export function createChat(options: ChatOptions): Chat {
  const { storage, conversations, clock, ids, log, warmth } = options;
  const store = createMessageStore(storage, (id) => log.warn(`message ${id} is damaged`));
  const tokens = createTokenStore(storage);
  const runs = new Map<ConversationId, { run: Run; finished: Promise<unknown> }>();
  const watchers = new Watchers();
  const silence = new Silence(clock, () => {
    log.warn(`engine silent for ${silenceLimitMs} ms: ending it`);
    options.engine.kill();
  });
  const unsaved = new Unsaved(clock, (message) => {
    store.finish(message, message);
    watchers.publish(message.conversationId, { type: 'message', message });
  });
  const prompts = new ConversationPrompts({
    ...{ conversations, tokens, system: options.prompts.system },
    list: (id) => store.list(id).map((message) => unsaved.newest(message)),
  });
  const interrupted = store.interruptStreaming();
  if (interrupted > 0) log.info(`${interrupted} answers were interrupted by the last end`);

  function refuseBusy(id: ConversationId): void {
    if (runs.has(id)) throw new AppError('conversation.busy', { conversationId: id });
  }

  function getMessage(id: MessageId, role?: Message['role']): Message {
    const found = store.find(id);
    const isHere = found && conversations.isListed(found.conversationId);
    if (!isHere || (role && found.role !== role)) {
      throw new AppError('message.not-found', { messageId: id });
    }
    return found;
  }

  function insert(
    place: Pick<Message, 'conversationId' | 'parentId'>,
    content: Pick<Message, 'role' | 'parts' | 'status'>,
  ): Message {
    return store.insert({
      ...place,
      ...content,
      id: messageId.parse(ids.next()),
      createdAtMs: clock.nowMs(),
      modelName: null,
      usage: null,
      error: null,
    });
  }

  function insertUser(place: Pick<Message, 'conversationId' | 'parentId'>, text: string): Message {
    return insert(place, { role: 'user', parts: [{ type: 'text', text }], status: 'complete' });
  }

  function insertAnswer(place: Pick<Message, 'conversationId' | 'parentId'>): Message {
    const answer = insert(place, { role: 'assistant', parts: [], status: 'streaming' });
    conversations.store.setActiveLeaf(answer.conversationId, answer.id);
    conversations.store.setUpdated(answer.conversationId, answer.createdAtMs);
    return answer;
  }

  /** Stores an answer as it ended; without room it is kept, and shown with the reason. */
  function settle(message: Message, answerTokens: AnswerTokens | undefined): Message {
    try {
      storage.write(() => {
        store.finish(message, message);
        if (answerTokens) tokens.save(message.id, answerTokens);
      });
      return message;
    } catch (error) {
      const { status, error: reason } = storageOutcome(error, log);
      const shown = { ...message, status, error: reason };
      unsaved.keep(message, shown);
      return shown;
    }
  }

  function work(id: ConversationId, messages: (model: ReadyModel) => PromptMessage[] | undefined) {
    return {
      sequenceKey: id,
      isEphemeral: false,
      prompt: (model) => {
        if (!conversations.isListed(id) && id !== conversations.openingId()) return undefined;
        const found = messages(model);
        const enableThinking = options.enableThinking && model.loaded.canThink;
        return found && { messages: found, enableThinking };
      },
    } satisfies WarmWork;
  }

  function launch({ conversationId, user, answer }: Written) {
    const publish = (chunk: WatchedChunk): void => watchers.publish(conversationId, chunk);
    const leave = (): void => {
      runs.delete(conversationId);
      conversations.setAnswering(conversationId, 'idle');
      warmth.answerEnded(work(conversationId, (model) => prompts.settled(conversationId, model)));
    };
    const run = new Run({
      ...options,
      answer,
      store,
      silence,
      publish,
      // Who sees the end may send again at once: the place is free before the end is told.
      settle: (message, answerTokens) => {
        leave();
        return settle(message, answerTokens);
      },
      isEphemeral: false,
      prompt: (model) => {
        options.noteCached(conversationId, model);
        return prompts.upTo(conversationId, answer.parentId, model);
      },
    });
    const finished = run.done
      .catch((error: unknown) => {
        leave();
        log.incident(error, 'chat.run');
      })
      .finally(() => conversations.announce(conversationId));
    runs.set(conversationId, { run, finished });
    warmth.answerBegins(conversationId);
    conversations.setAnswering(conversationId, 'answering');
    conversations.announce(conversationId);
    if (user) publish({ type: 'message', message: user });
    publish({ type: 'message', message: answer });
    publish({ type: 'leaf', activeLeafId: answer.id });
    publish({ type: 'phase', messageId: answer.id, phase: run.phase });
    return { conversationId, userMessageId: user?.id ?? null, answerId: answer.id };
  }

  function snapshot(id: ConversationId): WatchedChunk {
    const run = runs.get(id)?.run;
    const messages = store.list(id).map((message) => {
      return run?.shown.id === message.id ? run.shown : unsaved.newest(message);
    });
    return {
      type: 'snapshot',
      conversation: conversations.summary(id),
      messages,
      activeLeafId: conversations.get(id).activeLeafId,
      run: run ? { messageId: run.shown.id, phase: run.phase } : null,
    };
  }

  async function stop(id: ConversationId): Promise<void> {
    const running = runs.get(id);
    running?.run.stop('stopped');
    await running?.finished;
  }
  conversations.onTrashing(async (id) => {
    await stop(id);
    warmth.drop(id);
  });
  conversations.onDraft((id) => {
    if (id !== null && (runs.has(id) || !conversations.isListed(id))) return;
    const key = id ?? conversations.openingId();
    warmth.typed(work(key, (model) => prompts.withDraft(id, model)));
  });

  const handlers: AppHandlers['chat'] = {
    send: ({ conversationId: id, text }) => {
      if (id !== null) refuseBusy(id);
      const written = storage.write((): Written => {
        const conversation = id === null ? conversations.begin(text) : conversations.get(id);
        const conversationId = conversation.id;
        const user = insertUser({ conversationId, parentId: conversation.activeLeafId }, text);
        conversations.store.saveDraft(id, '');
        return {
          conversationId,
          user,
          answer: insertAnswer({ conversationId, parentId: user.id }),
        };
      });
      return launch(written);
    },
    edit: ({ messageId: id, text }) => {
      const { conversationId, parentId } = getMessage(id, 'user');
      refuseBusy(conversationId);
      const written = storage.write((): Written => {
        const user = insertUser({ conversationId, parentId }, text);
        return {
          conversationId,
          user,
          answer: insertAnswer({ conversationId, parentId: user.id }),
        };
      });
      return launch(written);
    },
    regenerate: ({ messageId: id }) => {
      const { conversationId, parentId } = getMessage(id, 'assistant');
      refuseBusy(conversationId);
      const answer = storage.write(() => insertAnswer({ conversationId, parentId }));
      return launch({ conversationId, user: null, answer });
    },
    stop: async ({ conversationId }) => {
      await stop(conversationId);
      return {};
    },
    showBranch: ({ messageId: id }) => {
      const { conversationId } = getMessage(id);
      const activeLeafId = newestLeafUnder(store.list(conversationId), id);
      conversations.store.setActiveLeaf(conversationId, activeLeafId);
      watchers.publish(conversationId, { type: 'leaf', activeLeafId });
      return { activeLeafId };
    },
    watch: ({ conversationId: id }, { signal }) => {
      if (conversations.isListed(id) && !runs.has(id)) {
        warmth.opened(work(id, (model) => prompts.settled(id, model)));
      }
      return watchers.watch(id, () => snapshot(id), signal);
    },
  };

  return {
    handlers,
    isAnswering: () => runs.size > 0,
    idle: async () => {
      while (runs.size > 0) await Promise.all([...runs.values()].map(({ finished }) => finished));
    },
    close: async () => {
      const running = [...runs.values()];
      for (const { run } of running) run.stop('interrupted');
      await Promise.all(running.map(({ finished }) => finished));
      unsaved.close();
    },
  };
}
