import type { AppHandlers, WatchedChunk } from '../../../contract/app-contract.ts';
import {
  type ConversationId,
  type Message,
  type MessageId,
  messageId,
  type Part,
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
import { type Library, PictureCache, Reader } from '../reading/index.ts';
import type { Warmth, WarmWork } from '../warmth/index.ts';
import { attachedParts, editedParts, showsPictures } from './attached-parts.ts';
import {
  ConversationPrompts,
  type ConversationSources,
  type PromptFor,
} from './conversation-prompts.ts';
import { Gathering } from './gathering.ts';
import { createMessageStore } from './message-store.ts';
import type { Prompts } from './prompts.ts';
import { Run, storageOutcome } from './run.ts';
import { Silence, silenceLimitMs } from './silence.ts';
import { type AnswerTokens, createTokenStore } from './token-store.ts';
import { Unsaved } from './unsaved.ts';
import { Watchers } from './watchers.ts';
import { WholeTasks } from './whole-tasks.ts';

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
  library: Library;
  sources: ConversationSources;
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
  /** What a question would be given: `documents.plan`. */
  readonly plan: AppHandlers['documents']['plan'];
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
  const pictures = new PictureCache(options.library);
  const reader = new Reader({
    ...{ library: options.library, pictures, prompts: options.prompts.reading },
  });
  const prompts = new ConversationPrompts({
    ...{ conversations, tokens, reader, pictures, sources: options.sources },
    ...{ system: options.prompts.system, reading: options.prompts.reading },
    list: (id) => store.list(id).map((message) => unsaved.newest(message)),
  });
  const publishTo = ({ conversationId }: Message, chunk: WatchedChunk): void =>
    watchers.publish(conversationId, chunk);
  const gathering = new Gathering({ store, prompts, publish: publishTo });
  const wholeTasks = new WholeTasks({
    ...{ store, library: options.library, models: options.models, prompts: options.prompts },
    ...{ conversationPrompts: prompts, publish: publishTo },
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

  /** Before anything is stored: the loaded model would not see what the message shows. */
  function refuseBlind(parts: readonly Part[]): void {
    const isBlind = options.models.current()?.loaded.canSee === false;
    if (isBlind && showsPictures(parts)) throw new AppError('model.cannot-see', {});
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

  function work(
    id: ConversationId,
    messages: (given: PromptFor) => Promise<PromptMessage[] | undefined>,
  ) {
    return {
      sequenceKey: id,
      isEphemeral: false,
      prompt: async (model, signal) => {
        if (!conversations.isListed(id) && id !== conversations.openingId()) return undefined;
        const found = await messages({ model, signal });
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
      warmth.answerEnded(work(conversationId, (given) => prompts.settled(conversationId, given)));
    };
    const run = new Run({
      ...options,
      answer,
      store,
      silence,
      publish,
      // Who sees the end may send again at once: the place is free before the end is told.
      settle: (message, answerTokens) => {
        const checked = gathering.checked(message);
        leave();
        return settle(checked, answerTokens);
      },
      isEphemeral: false,
      work: wholeTasks.workFor(answer),
      prompt: async (given) => {
        options.noteCached(conversationId, given.model);
        if (answer.parentId !== null) await gathering.gather(answer.parentId, given);
        return await prompts.upTo(conversationId, answer.parentId, given);
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
    warmth.typed(work(key, (given) => prompts.withDraft(id, given)));
  });

  /** Stores a question and its answer's row below `parentId`, and begins to answer. */
  function ask(
    place: Pick<Message, 'conversationId' | 'parentId'>,
    parts: (place: Pick<Message, 'conversationId' | 'parentId'>) => Part[],
  ): Written {
    const user = insert(place, { role: 'user', parts: parts(place), status: 'complete' });
    const { conversationId } = place;
    return { conversationId, user, answer: insertAnswer({ conversationId, parentId: user.id }) };
  }

  /** The same at the end of a conversation; null begins one, titled by `text`. */
  function askNext(
    id: ConversationId | null,
    text: string,
    parts: (place: Pick<Message, 'conversationId' | 'parentId'>) => Part[],
  ) {
    if (id !== null) refuseBusy(id);
    const written = storage.write((): Written => {
      const conversation = id === null ? conversations.begin(text) : conversations.get(id);
      const asked = ask(
        { conversationId: conversation.id, parentId: conversation.activeLeafId },
        parts,
      );
      conversations.store.saveDraft(id, '');
      options.sources.clearDraftAttachments(id);
      return asked;
    });
    return launch(written);
  }

  const handlers: AppHandlers['chat'] = {
    send: ({ conversationId: id, text, attachments = [] }) => {
      const parts: Part[] = [...attachedParts(attachments, reader), { type: 'text', text }];
      refuseBlind(parts);
      return askNext(id, text, () => parts);
    },
    readWhole: ({ conversationId: id, text, ...task }) =>
      askNext(id, text, (place) => wholeTasks.parts(place, { ...task, text })),
    wholeCost: async ({ documentIds }) => await wholeTasks.cost(documentIds),
    edit: ({ messageId: id, text }) => {
      const { conversationId, parentId, parts } = getMessage(id, 'user');
      refuseBusy(conversationId);
      const kept = editedParts(parts, text);
      refuseBlind(kept);
      return launch(storage.write(() => ask({ conversationId, parentId }, () => kept)));
    },
    regenerate: ({ messageId: id }) => {
      const { conversationId, parentId } = getMessage(id, 'assistant');
      refuseBusy(conversationId);
      refuseBlind(parentId === null ? [] : (store.find(parentId)?.parts ?? []));
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
        warmth.opened(work(id, (given) => prompts.settled(id, given)));
      }
      return watchers.watch(id, () => snapshot(id), signal);
    },
  };

  return {
    handlers,
    plan: async (
      { conversationId: id, question: text, attachments, collectionIds },
      { signal },
    ) => {
      const model = options.models.current();
      if (!model) throw new AppError('model.not-loaded', {});
      const path = id === null ? [] : prompts.path(id, conversations.get(id).activeLeafId);
      const asked = { model, signal, text, attachments, collectionIds };
      return await reader.plan(prompts.question(id, path, asked));
    },
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
