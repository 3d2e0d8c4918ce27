import type { ConversationSummary, RunPhase, WatchedChunk } from '../../contract/app-contract.ts';
import {
  appendText,
  type ConversationId,
  type Message,
  type MessageId,
} from '../../contract/chat/message.ts';
import { newestLeafUnder } from '../../contract/chat/message-tree.ts';
import { chineseAnswer, englishAnswer, sampleReasoning } from './sample-texts.ts';

interface Run {
  readonly messageId: MessageId;
  phase: RunPhase;
  isStopped: boolean;
}

/** How the fake answers. */
export interface FakeAnswer {
  text: string;
  reasoning: string;
  /** Milliseconds between two deltas; 0 writes everything in one go. */
  deltaMs: number;
  deltaCharacters: number;
  /** How it ends. */
  status: 'complete' | 'cut' | 'interrupted';
}

/** The scripted answer to a message: its language is the message's. */
export function scriptedAnswer(question: string, deltaMs: number): FakeAnswer {
  const isChinese = /\p{Script=Han}/u.test(question);
  return {
    text: isChinese ? chineseAnswer : englishAnswer,
    reasoning: question.includes('think') ? sampleReasoning : '',
    deltaMs,
    deltaCharacters: 7,
    status: 'complete',
  };
}

/** One conversation of the fake: a tree of messages, who watches it, and the answer being written. */
export class FakeConversation {
  summary: ConversationSummary;
  messages: Message[] = [];
  activeLeafId: MessageId | null = null;
  run: Run | null = null;
  readonly #watchers = new Set<(chunk: WatchedChunk) => void>();

  constructor(summary: ConversationSummary) {
    this.summary = summary;
  }

  get id(): ConversationId {
    return this.summary.id;
  }

  add(
    role: Message['role'],
    text: string,
    parentId: MessageId | null = this.activeLeafId,
  ): Message {
    const message: Message = {
      id: `${this.id}-${this.messages.length + 1}` as MessageId,
      conversationId: this.id,
      parentId,
      role,
      parts: text === '' ? [] : [{ type: 'text', text }],
      status: 'complete',
      createdAtMs: this.summary.updatedAtMs,
      sequence: this.messages.length,
      modelName: role === 'assistant' ? 'Qwen3.5 4B' : null,
      usage:
        role === 'assistant'
          ? {
              promptTokens: 412,
              reusedTokens: 380,
              restoredTokens: 0,
              computedTokens: 32,
              firstTokenMs: 480,
              answerTokens: 310,
              promptMs: 400,
              answerMs: 9800,
            }
          : null,
      error: null,
      isDamaged: false,
    };
    this.messages.push(message);
    this.activeLeafId = message.id;
    return message;
  }

  replace(id: MessageId, change: Partial<Message>): void {
    this.messages = this.messages.map((item) => (item.id === id ? { ...item, ...change } : item));
    const message = this.messages.find((item) => item.id === id);
    if (message) this.#tell({ type: 'message', message });
  }

  announce(message: Message): void {
    this.#tell({ type: 'message', message });
    this.#tell({ type: 'leaf', activeLeafId: this.activeLeafId });
  }

  show(id: MessageId): MessageId {
    this.activeLeafId = newestLeafUnder(this.messages, id);
    this.#tell({ type: 'leaf', activeLeafId: this.activeLeafId });
    return this.activeLeafId;
  }

  stop(): void {
    if (this.run) this.run.isStopped = true;
  }

  /** Writes `answer` below the active leaf, delta by delta; resolves when it has ended. */
  async write(message: Message, answer: FakeAnswer): Promise<void> {
    const run: Run = { messageId: message.id, phase: { phase: 'queued' }, isStopped: false };
    this.run = run;
    this.replace(message.id, { status: 'streaming', usage: null });
    for (const readTokens of [120, 412]) {
      this.#phase(run, { phase: 'reading', readTokens, promptTokens: 412 });
      await pause(answer.deltaMs * 4);
    }
    this.#phase(run, { phase: 'writing' });
    await this.#stream(run, 'reasoning', answer.reasoning, answer);
    await this.#stream(run, 'text', answer.text, answer);
    this.run = null;
    this.replace(message.id, {
      status: run.isStopped ? 'stopped' : answer.status,
      usage: {
        promptTokens: 412,
        reusedTokens: 380,
        restoredTokens: 0,
        computedTokens: 32,
        firstTokenMs: 480,
        answerTokens: 310,
        promptMs: 400,
        answerMs: 9800,
      },
    });
  }

  async *watch(signal: AbortSignal): AsyncGenerator<WatchedChunk, Record<string, never>, void> {
    const waiting: WatchedChunk[] = [];
    let wake = (): void => {};
    const onChunk = (chunk: WatchedChunk): void => {
      waiting.push(chunk);
      wake();
    };
    this.#watchers.add(onChunk);
    signal.addEventListener('abort', () => wake());
    try {
      const { summary: conversation, messages, activeLeafId, run } = this;
      const shownRun = run && { messageId: run.messageId, phase: run.phase };
      yield { type: 'snapshot', conversation, messages, activeLeafId, run: shownRun };
      while (!signal.aborted) {
        const next = waiting.shift();
        if (next) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
      return {};
    } finally {
      this.#watchers.delete(onChunk);
    }
  }

  async #stream(
    run: Run,
    part: 'text' | 'reasoning',
    whole: string,
    answer: FakeAnswer,
  ): Promise<void> {
    for (let at = 0; at < whole.length && !run.isStopped; at += answer.deltaCharacters) {
      const text = whole.slice(at, at + answer.deltaCharacters);
      this.messages = this.messages.map((item) =>
        item.id === run.messageId ? { ...item, parts: appendText(item.parts, part, text) } : item,
      );
      this.#tell({ type: 'delta', messageId: run.messageId, part, text });
      if (answer.deltaMs > 0) await pause(answer.deltaMs);
    }
  }

  #phase(run: Run, phase: RunPhase): void {
    run.phase = phase;
    this.#tell({ type: 'phase', messageId: run.messageId, phase });
  }

  #tell(chunk: WatchedChunk): void {
    for (const watcher of this.#watchers) watcher(chunk);
  }
}

async function pause(timeMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, timeMs));
}
