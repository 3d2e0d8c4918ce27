import type { RunPhase, WatchedChunk } from '../../../contract/app-contract.ts';
import type { Message, Part } from '../../../contract/chat/message.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Engine } from '../../ports/engine.ts';
import type { Log } from '../../ports/log.ts';
import { AnswerWriter } from './answer-writer.ts';
import {
  type EngineWork,
  failedWith,
  type GenerateOptions,
  generateAnswer,
  type Outcome,
} from './generate-answer.ts';
import type { MessageStore } from './message-store.ts';
import { silenceLimitMs } from './silence.ts';
import type { AnswerTokens } from './token-store.ts';

/** How long an engine that was asked to stop may take to say what it had. */
const softStopMs = 1000;

/** What a run needs beside its answer. */
export interface RunOptions
  extends Pick<
    GenerateOptions,
    'prompt' | 'sampling' | 'enableThinking' | 'isEphemeral' | 'models' | 'silence' | 'log'
  > {
  answer: Message;
  store: MessageStore;
  engine: Engine;
  clock: Clock;
  publish: (chunk: WatchedChunk) => void;
  /** How the answer is made, where it is not by one request; `addWhole` gives it a part. */
  work?:
    | ((options: GenerateOptions, addWhole: (piece: Part) => void) => Promise<Outcome>)
    | undefined;
  /** Stores the answer as it ended, with its tokens where they are known; returns it as it is to be shown. */
  settle: (message: Message, tokens: AnswerTokens | undefined) => Message;
}

/** The outcome that a failure of storage gives; it is logged here. */
export function storageOutcome(error: unknown, log: Log): Outcome {
  if (AppError.is(error, 'storage.full')) {
    log.warn(`no room for an answer: ${error.message}`);
    return failedWith(error);
  }
  const incidentId = log.incident(error, 'chat.store');
  return failedWith(error instanceof AppError ? error : new AppError('internal', { incidentId }));
}

function isSamePhase(left: RunPhase, right: RunPhase): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** One generation of an answer. It belongs to its conversation: no window keeps it alive. */
export class Run {
  readonly #options: RunOptions;
  readonly #writer: AnswerWriter;
  readonly #abort = new AbortController();
  #phase: RunPhase = { phase: 'queued' };
  #forced: Outcome | undefined;
  #askToStop: (() => Promise<unknown>) | undefined;
  readonly #done: Promise<void>;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#writer = new AnswerWriter({
      answer: options.answer,
      store: options.store,
      clock: options.clock,
      publish: options.publish,
      onStorageError: (error) => this.#end(storageOutcome(error, options.log)),
    });
    // The windows hear of the answer before the first thing that happens to it.
    this.#done = Promise.resolve().then(() => this.#run());
  }

  /** The answer as windows have it now. */
  get shown(): Message {
    return this.#writer.shown;
  }

  get phase(): RunPhase {
    return this.#phase;
  }

  /** Resolves when the answer is settled. */
  get done(): Promise<void> {
    return this.#done;
  }

  /** Begins to end it, keeping what is there. */
  stop(status: 'stopped' | 'interrupted'): void {
    const outcome: Outcome = { status, usage: null, error: null };
    if (status === 'stopped' && this.#askToStop) this.#stopSoftly(this.#askToStop, outcome);
    else this.#end(outcome);
  }

  /**
   * The engine tells what it had by then: the tokens of the text, which the next turn need not read again,
   * and what they cost. One that does not tell soon is not waited for.
   */
  #stopSoftly(askToStop: () => Promise<unknown>, outcome: Outcome): void {
    const end = (): void => this.#end(outcome);
    const cancel = this.#options.clock.after(softStopMs, end);
    askToStop().catch(end);
    void this.#done.then(cancel);
  }

  #end(outcome: Outcome): void {
    this.#forced ??= outcome;
    this.#abort.abort();
  }

  #setPhase(phase: RunPhase): void {
    if (isSamePhase(phase, this.#phase)) return;
    this.#phase = phase;
    this.#options.publish({ type: 'phase', messageId: this.#writer.shown.id, phase });
  }

  #onSilent(): void {
    const silent = new AppError('engine.silent', { silentMs: silenceLimitMs });
    this.#end(failedWith(silent, 'interrupted'));
  }

  async #run(): Promise<void> {
    const { work } = this.#options;
    const engineWork: EngineWork | undefined =
      work && ((options) => work(options, (piece) => this.#writer.addWhole(piece)));
    const options: GenerateOptions = {
      ...this.#options,
      sequenceKey: this.#options.answer.conversationId,
      signal: this.#abort.signal,
      onModel: (name) => this.#writer.nameModel(name),
      onAsked: (stop) => {
        this.#askToStop = stop;
      },
      onPhase: (phase) => this.#setPhase(phase),
      onText: (type, text) => this.#writer.add(type, text),
      onSilent: () => this.#onSilent(),
    };
    const outcome = await generateAnswer(options, engineWork);
    const { tokens, ...finished } = this.#forced ?? outcome;
    this.#writer.finish(finished, (message) => this.#options.settle(message, tokens));
  }
}
