import type { WatchedChunk } from '../../../contract/app-contract.ts';
import {
  appendParts,
  appendText,
  type Message,
  type Part,
  type StreamedPart,
} from '../../../contract/chat/message.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FinishedMessage, MessageStore } from './message-store.ts';

/** Text goes to the windows about once a frame. */
const frameMs = 25;
/** Text is on disk this long after a window may have shown it; a late timer has 100 ms more. */
const saveEveryMs = 150;

/** What an `AnswerWriter` needs. */
export interface AnswerWriterOptions {
  answer: Message;
  store: Pick<MessageStore, 'append' | 'setModelName'>;
  clock: Pick<Clock, 'monotonicMs' | 'after'>;
  publish: (chunk: WatchedChunk) => void;
  /** Called once when text cannot be stored; the writer then only collects. */
  onStorageError: (error: unknown) => void;
}

/**
 * Carries an answer from the engine to disk and windows: the first text at once, then windows once a
 * frame and the disk so often that no window is more than 250 ms ahead of it.
 */
export class AnswerWriter {
  readonly #options: AnswerWriterOptions;
  #shown: Message;
  #waiting: Part[] = [];
  #unsaved: Part[] = [];
  #lastSaveMs = Number.NEGATIVE_INFINITY;
  #isBroken = false;
  #cancelFrame: (() => void) | undefined;
  #cancelSave: (() => void) | undefined;

  constructor(options: AnswerWriterOptions) {
    this.#options = options;
    this.#shown = options.answer;
  }

  /** The answer as windows have it now. */
  get shown(): Message {
    return this.#shown;
  }

  /** Notes which model answers. */
  nameModel(modelName: string): void {
    this.#guard(() => this.#options.store.setModelName(this.#options.answer, modelName));
    this.#shown = { ...this.#shown, modelName };
    this.#options.publish({ type: 'message', message: this.#shown });
  }

  add(type: StreamedPart, text: string): void {
    const isFirst = this.#shown.parts.length === 0 && this.#waiting.length === 0;
    this.#waiting = appendText(this.#waiting, type, text);
    this.#unsaved = appendText(this.#unsaved, type, text);
    if (isFirst) this.#show();
    else this.#cancelFrame ??= this.#options.clock.after(frameMs, () => this.#show());
  }

  /** Adds a part that came as a whole; it is on disk when this returns, where there is room. */
  addWhole(piece: Part): void {
    this.#waiting.push(piece);
    this.#unsaved.push(piece);
    this.#cancelFrame?.();
    this.#cancelFrame = undefined;
    this.#save();
    if (!this.#isBroken) this.#publishWaiting();
  }

  /** Ends the writing. Returns the answer with all that was added; windows get its last text. */
  finish(
    finished: Omit<FinishedMessage, 'parts' | 'modelName'>,
    settle: (message: Message) => Message,
  ) {
    this.#cancelFrame?.();
    this.#cancelSave?.();
    const parts = appendParts(this.#shown.parts, this.#waiting);
    const settled = settle({ ...this.#shown, ...finished, parts });
    this.#publishWaiting();
    this.#shown = settled;
    this.#options.publish({ type: 'message', message: settled });
  }

  #show(): void {
    this.#cancelFrame = undefined;
    if (this.#isBroken) return;
    const sinceSaveMs = this.#options.clock.monotonicMs() - this.#lastSaveMs;
    if (sinceSaveMs >= saveEveryMs) this.#save();
    else {
      this.#cancelSave ??= this.#options.clock.after(saveEveryMs - sinceSaveMs, () => this.#save());
    }
    if (!this.#isBroken) this.#publishWaiting();
  }

  #save(): void {
    this.#cancelSave?.();
    this.#cancelSave = undefined;
    if (this.#isBroken || this.#unsaved.length === 0) return;
    this.#guard(() => this.#options.store.append(this.#shown.id, this.#unsaved));
    this.#unsaved = [];
    this.#lastSaveMs = this.#options.clock.monotonicMs();
  }

  #publishWaiting(): void {
    for (const piece of this.#waiting) {
      this.#shown = { ...this.#shown, parts: appendParts(this.#shown.parts, [piece]) };
      this.#options.publish(this.#chunkOf(piece));
    }
    this.#waiting = [];
  }

  #chunkOf(piece: Part): WatchedChunk {
    if (piece.type !== 'text' && piece.type !== 'reasoning') {
      return { type: 'message', message: this.#shown };
    }
    return { type: 'delta', messageId: this.#shown.id, part: piece.type, text: piece.text };
  }

  #guard(store: () => void): void {
    if (this.#isBroken) return;
    try {
      store();
    } catch (error) {
      this.#isBroken = true;
      this.#options.onStorageError(error);
    }
  }
}
