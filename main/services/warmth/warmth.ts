import type { PromptCost, PromptRequest } from '../../../contract/engine-contract.ts';
import { AppError, isCancel } from '../../../contract/errors/app-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Power } from '../../ports/power.ts';
import type { ModelRuntime, ReadyModel } from '../models/index.ts';

/** How long nothing may be asked before a finished answer is settled. */
const settleAfterMs = 500;
/** How long nothing is settled after the battery was found low. */
const pausedMs = 60_000;
/** Finished answers that wait to be settled; older ones are left to be computed when they are wanted. */
const mostWaiting = 8;
/** Below this share of its charge a battery is for what the person asks for. */
const lowCharge = 0.3;

/** A conversation whose prompt is wanted ready. */
export interface WarmWork {
  sequenceKey: string;
  /**
   * The prompt as it is now, for this model; undefined when there is nothing to compute any more. Nobody
   * wants it once `signal` has aborted.
   */
  prompt: (
    model: ReadyModel,
    signal: AbortSignal,
  ) => PromptRequest | undefined | Promise<PromptRequest | undefined>;
  /** Leaves nothing in the cache or on disk. */
  isEphemeral: boolean;
}

/** What `Warmth` needs. */
export interface WarmthOptions {
  models: Pick<ModelRuntime, 'current' | 'onSettled' | 'wake'>;
  power: Power;
  clock: Pick<Clock, 'after'>;
  log: Log;
  /** Called before the engine computes anything that it may keep. */
  noteCached: (sequenceKey: string, model: ReadyModel) => void;
}

type WarmKind = 'typing' | 'settled';

/**
 * Has the engine read ahead of need: what is being typed, a conversation that was opened, the history after
 * an answer. One at a time, the newest wish wins, and nothing of it while the same conversation answers.
 * What fails here only means that reading happens later.
 */
export class Warmth {
  readonly #options: WarmthOptions;
  readonly #answering = new Set<string>();
  readonly #unsettled = new Map<string, WarmWork>();
  readonly #stopListening: () => void;
  #running: AbortController | undefined;
  /** What was opened or typed last: wanted again when a model comes. */
  #wanted: { kind: WarmKind; work: WarmWork } | undefined;
  #cancelSettle = (): void => {};

  constructor(options: WarmthOptions) {
    this.#options = options;
    this.#stopListening = options.models.onSettled(() => this.#onModel());
  }

  /** The unfinished message has changed: warms up to it, in place of what was warming. */
  typed(work: WarmWork): void {
    this.#want('typing', work);
  }

  /** A conversation was opened: brings back what the cache has of it, and reads the rest. */
  opened(work: WarmWork): void {
    this.#want('settled', work);
  }

  /**
   * Warms for somebody who waits, such as a document that was dropped; undefined when it was abandoned
   * or nothing could be warmed.
   */
  async warm(work: WarmWork, kind: WarmKind): Promise<PromptCost | undefined> {
    this.#abandon();
    return await this.#begin(kind, work);
  }

  /** An answer begins: the engine is for it alone. */
  answerBegins(sequenceKey: string): void {
    this.#answering.add(sequenceKey);
    this.#unsettled.delete(sequenceKey);
    this.#wanted = undefined;
    this.#abandon();
  }

  /** An answer has ended; its conversation is settled once nothing has been asked for a moment. */
  answerEnded(work: WarmWork): void {
    this.#answering.delete(work.sequenceKey);
    this.#unsettled.set(work.sequenceKey, work);
    for (const oldest of this.#unsettled.keys()) {
      if (this.#unsettled.size <= mostWaiting) break;
      this.#unsettled.delete(oldest);
    }
    this.#settleLater();
  }

  /** A conversation goes away: nothing of it is warmed any more. */
  drop(sequenceKey: string): void {
    this.#unsettled.delete(sequenceKey);
    if (this.#wanted?.work.sequenceKey === sequenceKey) this.#wanted = undefined;
    this.#abandon();
  }

  close(): void {
    this.#stopListening();
    this.#cancelSettle();
    this.#unsettled.clear();
    this.#wanted = undefined;
    this.#running?.abort();
  }

  #want(kind: WarmKind, work: WarmWork): void {
    this.#abandon();
    this.#wanted = { kind, work };
    void this.#begin(kind, work);
  }

  #abandon(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#settleLater();
  }

  #onModel(): void {
    this.#unsettled.clear();
    this.#abandon();
    if (this.#wanted) void this.#begin(this.#wanted.kind, this.#wanted.work);
  }

  #settleLater(delayMs = settleAfterMs): void {
    this.#cancelSettle();
    if (this.#unsettled.size === 0) return;
    this.#cancelSettle = this.#options.clock.after(delayMs, () => this.#settleNext());
  }

  #settleNext(): void {
    if (this.#running || this.#answering.size > 0) return;
    const [next] = this.#unsettled.values();
    if (next) void this.#begin('settled', next);
  }

  async #begin(kind: WarmKind, work: WarmWork): Promise<PromptCost | undefined> {
    const { sequenceKey } = work;
    if (this.#answering.has(sequenceKey)) return undefined;
    const running = new AbortController();
    this.#running = running;
    const { signal } = running;
    let nextMs = settleAfterMs;
    try {
      if (await this.#isBatteryLow()) {
        nextMs = pausedMs;
        return undefined;
      }
      const cost = await this.#ask(kind, work, signal);
      if (kind === 'settled' && !signal.aborted) this.#unsettled.delete(sequenceKey);
      return cost;
    } catch (error) {
      if (!signal.aborted) this.#unsettled.delete(sequenceKey);
      this.#report(error);
      return undefined;
    } finally {
      if (this.#running === running) {
        this.#running = undefined;
        this.#settleLater(nextMs);
      }
    }
  }

  async #ask(kind: WarmKind, work: WarmWork, signal: AbortSignal) {
    if (signal.aborted) return undefined;
    const model = this.#options.models.current();
    if (!model) {
      this.#options.models.wake();
      return undefined;
    }
    const prompt = await work.prompt(model, signal);
    if (!prompt || signal.aborted) return undefined;
    const { sequenceKey, isEphemeral } = work;
    if (!isEphemeral) this.#options.noteCached(sequenceKey, model);
    const request = { ...prompt, sequenceKey, kind, ephemeral: isEphemeral };
    return await model.client.run.warm(request, { signal });
  }

  async #isBatteryLow(): Promise<boolean> {
    const { isOnBattery, chargeFraction } = await this.#options.power.state();
    return isOnBattery && chargeFraction !== null && chargeFraction < lowCharge;
  }

  #report(error: unknown): void {
    // The engine died, or the prompt is too long: whoever sends the message will be told.
    if (isCancel(error) || error instanceof AppError) return;
    this.#options.log.incident(error, 'warmth');
  }
}
