import type { AppClient, RunPhase, WatchedChunk } from '../../../contract/app-contract.ts';
import type { ConversationId, Message, MessageId } from '../../../contract/chat/message.ts';
import { AppError, isCancel } from '../../../contract/errors/app-error.ts';
import { type ShownMessage, shownBranch } from './branches.ts';
import { LiveText, type NextFrame } from './live-text.svelte.ts';

const firstRetryMs = 250;
const lastRetryMs = 4000;

type Snapshot = Extract<WatchedChunk, { type: 'snapshot' }>;

async function pause(timeMs: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, timeMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** One conversation as this window sees it: its tree, the branch on show and the answer being written. */
export class ChatRoom {
  readonly conversationId: ConversationId;
  readonly #api: AppClient;
  readonly #nextFrame: NextFrame;
  #messages = $state.raw<readonly Message[]>([]);
  #leafId = $state.raw<MessageId | null>(null);
  #run = $state.raw<{ messageId: MessageId; phase: RunPhase } | null>(null);
  #live = $state.raw<ReadonlyMap<MessageId, LiveText>>(new Map());
  #isLoaded = $state(false);
  #error = $state.raw<unknown>(null);
  readonly #branch = $derived(shownBranch(this.#messages, this.#leafId));

  constructor(
    api: AppClient,
    conversationId: ConversationId,
    nextFrame: NextFrame = requestAnimationFrame,
  ) {
    this.#api = api;
    this.conversationId = conversationId;
    this.#nextFrame = (run) => nextFrame(run);
  }

  /** The messages on show, in reading order. */
  get branch(): readonly ShownMessage[] {
    return this.#branch;
  }

  /** The snapshot has come. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Why the conversation cannot be shown; null while it can. */
  get error(): unknown {
    return this.#error;
  }

  /** The answer being written, wherever it is in the tree. */
  get run(): { messageId: MessageId; phase: RunPhase } | null {
    return this.#run;
  }

  get isAnswering(): boolean {
    return this.#run !== null;
  }

  /** The growing text of a message that is being written. */
  liveText(id: MessageId): LiveText | undefined {
    return this.#live.get(id);
  }

  /** Watches the conversation until the returned function is called; a lost connection is taken up again. */
  follow(): () => void {
    const abort = new AbortController();
    void this.#watch(abort.signal);
    return () => abort.abort();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    let retryMs = firstRetryMs;
    while (!signal.aborted) {
      try {
        const chunks = this.#api.chat.watch({ conversationId: this.conversationId }, { signal });
        for await (const chunk of chunks) {
          retryMs = firstRetryMs;
          this.#take(chunk);
        }
      } catch (error) {
        if (signal.aborted || isCancel(error)) return;
        if (AppError.is(error, 'conversation.not-found')) {
          this.#error = error;
          return;
        }
      }
      await pause(retryMs, signal);
      retryMs = Math.min(retryMs * 2, lastRetryMs);
    }
  }

  #take(chunk: WatchedChunk): void {
    switch (chunk.type) {
      case 'snapshot':
        this.#begin(chunk);
        break;
      case 'message':
        this.#replace(chunk.message);
        break;
      case 'delta':
        this.#live.get(chunk.messageId)?.add(chunk.part, chunk.text);
        break;
      case 'phase':
        this.#run = { messageId: chunk.messageId, phase: chunk.phase };
        break;
      case 'leaf':
        this.#leafId = chunk.activeLeafId;
        break;
    }
  }

  #begin({ messages, activeLeafId, run }: Snapshot): void {
    const streaming = messages.filter(({ status }) => status === 'streaming');
    this.#live = new Map(streaming.map((message) => [message.id, this.#liveOf(message)]));
    this.#messages = messages;
    this.#leafId = activeLeafId;
    this.#run = run;
    this.#isLoaded = true;
  }

  #replace(message: Message): void {
    const isKnown = this.#messages.some(({ id }) => id === message.id);
    const live = new Map(this.#live);
    if (message.status === 'streaming') {
      live.set(message.id, this.#liveOf(message));
      this.#run ??= { messageId: message.id, phase: { phase: 'queued' } };
    } else {
      live.delete(message.id);
      if (this.#run?.messageId === message.id) this.#run = null;
    }
    this.#live = live;
    this.#messages = isKnown
      ? this.#messages.map((old) => (old.id === message.id ? message : old))
      : [...this.#messages, message];
  }

  #liveOf(message: Message): LiveText {
    return new LiveText(message.parts, this.#nextFrame);
  }

  /** @throws AppError the codes of `chat.send` */
  async stop(): Promise<void> {
    await this.#api.chat.stop({ conversationId: this.conversationId });
  }

  /** Writes another answer beside `messageId`. @throws AppError the codes of `chat.regenerate` */
  async regenerate(messageId: MessageId): Promise<void> {
    await this.#api.chat.regenerate({ messageId });
  }

  /** Asks anew, beside `messageId`. @throws AppError the codes of `chat.edit` */
  async edit(messageId: MessageId, text: string): Promise<void> {
    await this.#api.chat.edit({ messageId, text });
  }

  /** Shows the branch of a sibling. @throws AppError the codes of `chat.showBranch` */
  async show(messageId: MessageId): Promise<void> {
    const { activeLeafId } = await this.#api.chat.showBranch({ messageId });
    this.#leafId = activeLeafId;
  }
}
