import { AppError } from '../../contract/errors/app-error.ts';
import type { Job, MeasuredSpeed } from '../addon/index.d.ts';
import {
  fastestOf,
  largestBatchTokens,
  type MeasuredSetting,
  nextBatchTokens,
  threadCandidates,
  turnMs,
} from './calibration-choice.ts';
import type { Calibration } from './machine-notes.ts';
import type { EngineThread } from './native-binding.ts';

/** All measuring together takes no longer. */
const limitMs = 10_000;
/** Nobody waits: so long nobody has asked for anything. */
const firstQuietMs = 3000;
/** The same after somebody came in between. */
const laterQuietMs = 30_000;
/** Who is never left alone is not measured; the usual setting is good enough. */
const mostTries = 5;
/** How long each setting is measured, twice. */
const sliceMs = 700;
/** While others take more of the cores' time, fewer threads look better than they are on a quiet computer. */
const mostOfOthers = 0.15;

/** A loaded model that was not measured yet. */
export interface CalibrationSubject {
  /** Threads now, and the most there may be. */
  threads: number;
  mostThreads: number;
  /** Tokens of a step now, and in all. */
  batchTokens: number;
  contextTokens: number;
  /** Null where the model computes on the CPU alone, as there is no GPU, or it did not fit. */
  gpu: {
    /** Loads the model once more, for the CPU, and measures it; undefined where that cannot be. */
    measureOnCpu(size: MeasureSize, signal: AbortSignal): Promise<MeasuredSpeed | undefined>;
  } | null;
  /** The batch was chosen by measuring before. */
  isSecond: boolean;
  /** Resolves when it is on disk, or cannot be. */
  note(calibration: Calibration): Promise<void>;
}

export interface MeasureSize {
  threads: number;
  batchTokens: number;
  promptTokens: number;
  answerTokens: number;
}

export interface CalibratorOptions {
  engine: Pick<EngineThread, 'measure' | 'setThreads'>;
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** Whether anything runs for a person. */
  isBusy(): boolean;
  /** Begins to watch; what it gives says which share of the cores' time other programs took since. */
  watchOthers(): () => number;
  log(line: string): void;
  /** The loaded model computes with so many threads from now on. */
  onThreads(threads: number): void;
}

/**
 * Finds out, once for each model on this computer, with how many threads, in steps of which size and, where
 * there is a GPU, on what it is fastest. It measures only while nobody waits, for 10 s at most, and stops at
 * once when somebody comes; then it tries again later. Threads change at once, all else at the next load.
 */
export class Calibrator {
  readonly #options: CalibratorOptions;
  #subject: CalibrationSubject | undefined;
  #running: AbortController | undefined;
  #quietSinceMs: number;
  #tries = 0;

  constructor(options: CalibratorOptions) {
    this.#options = options;
    this.#quietSinceMs = options.nowMs();
  }

  /** A model was loaded that was not measured yet. */
  begin(subject: CalibrationSubject): void {
    this.noteWork();
    this.#tries = 0;
    this.#subject = subject;
  }

  /** The model goes. */
  end(): void {
    this.noteWork();
    this.#subject = undefined;
  }

  /** Somebody wants the engine: measuring ends at once. */
  noteWork(): void {
    this.#quietSinceMs = this.#options.nowMs();
    this.#running?.abort();
  }

  /** Measures where it is time for it; to be called every few seconds, one call at a time. */
  async look(): Promise<void> {
    const { nowMs, isBusy, log } = this.#options;
    const subject = this.#subject;
    if (isBusy()) this.#quietSinceMs = nowMs();
    if (!subject || this.#tries >= mostTries) return;
    const quietMs = nowMs() - this.#quietSinceMs;
    if (quietMs < (this.#tries === 0 ? firstQuietMs : laterQuietMs)) return;
    this.#tries += 1;
    const running = new AbortController();
    this.#running = running;
    const timer = setTimeout(() => running.abort(), limitMs);
    try {
      const isDone = await this.#calibrate(subject, running.signal);
      if (isDone && this.#subject === subject) this.#subject = undefined;
      this.#quietSinceMs = nowMs();
    } catch (error) {
      // A full context, too, is another one later.
      const isExpected = error instanceof AppError || running.signal.aborted;
      if (!isExpected) throw error;
      log(`calibration ended early: ${error instanceof AppError ? error.code : 'cancelled'}`);
    } finally {
      clearTimeout(timer);
      this.#running = undefined;
    }
  }

  /** Whether the result can be relied on. */
  async #calibrate(subject: CalibrationSubject, signal: AbortSignal): Promise<boolean> {
    const { log, engine, onThreads, nowMs, watchOthers } = this.#options;
    const endMs = nowMs() + limitMs;
    const othersShare = watchOthers();
    const size = await this.#sizeFor(subject, signal);
    const candidates = threadCandidates(subject.mostThreads);
    const measured = await this.#measureAll(candidates, size, { endMs, signal });
    const best = fastestOf(measured);
    const batchTokens = await this.#batchFor(subject, best, { endMs, signal });
    const onCpu = await subject.gpu?.measureOnCpu({ ...size, threads: best.threads }, signal);
    signal.throwIfAborted();
    const share = othersShare();
    if (share > mostOfOthers) {
      log(`not calibrated: other programs took ${(share * 100).toFixed(0)} % of the cores' time`);
      return false;
    }
    const isCpuFaster = onCpu !== undefined && turnMs(onCpu) < turnMs(best);
    await subject.note({
      ...{ threads: best.threads, batchTokens },
      isFinal: subject.isSecond || batchTokens === subject.batchTokens,
      ...(isCpuFaster && { gpuLayers: 0 }),
    });
    if (best.threads !== subject.threads) await engine.setThreads({ threads: best.threads });
    onThreads(best.threads);
    const speeds = measured.map(
      ({ threads, promptTokensPerSecond: prompt, answerTokensPerSecond: answer }) =>
        `${threads}: ${prompt.toFixed(1)}/${answer.toFixed(1)}`,
    );
    log(
      `calibrated: ${best.threads} threads of ${subject.mostThreads}, steps of ${batchTokens} tokens` +
        `${isCpuFaster ? ', the CPU' : ''} (prompt/answer tokens per second: ${speeds.join(', ')})`,
    );
    return true;
  }

  /** How much to compute, so that each measurement takes about a slice of time. */
  async #sizeFor(subject: CalibrationSubject, signal: AbortSignal): Promise<MeasureSize> {
    const { threads, batchTokens, contextTokens } = subject;
    const probe = { threads, batchTokens, promptTokens: 16, answerTokens: 2 };
    const speed = await this.#measure(probe, signal);
    const tokensIn = (tokensPerSecond: number, most: number): number =>
      Math.max(1, Math.min(most, Math.round((tokensPerSecond * sliceMs) / 2000)));
    // Whole steps where there is time for one: a part of a step is slower.
    const promptTokens = tokensIn(speed.promptTokensPerSecond, contextTokens / 4);
    const steps = Math.floor(promptTokens / batchTokens);
    return {
      ...{ threads, batchTokens },
      promptTokens: steps > 0 ? steps * batchTokens : promptTokens,
      answerTokens: tokensIn(speed.answerTokensPerSecond, 64),
    };
  }

  /**
   * Each candidate twice, forth and back, so that what disturbs one of the two does not count; as many as there
   * is time for, the usual one first.
   */
  async #measureAll(
    candidates: readonly number[],
    size: MeasureSize,
    how: { endMs: number; signal: AbortSignal },
  ): Promise<[MeasuredSetting, ...MeasuredSetting[]]> {
    const { nowMs } = this.#options;
    const best = new Map<number, MeasuredSetting>();
    let longestMs = 0;
    const order = [...candidates, ...candidates.toReversed()];
    for (const threads of candidates.length > 1 ? order : candidates) {
      const beginMs = nowMs();
      if (best.size > 0 && beginMs + longestMs > how.endMs) break;
      const speed = await this.#measure({ ...size, threads }, how.signal);
      longestMs = Math.max(longestMs, nowMs() - beginMs);
      const before = best.get(threads);
      if (!before || turnMs(speed) < turnMs(before)) best.set(threads, { threads, ...speed });
    }
    return [...best.values()] as [MeasuredSetting, ...MeasuredSetting[]];
  }

  /** Which size of a step is worth it; as it is where one step takes longer than there is time. */
  async #batchFor(
    subject: CalibrationSubject,
    best: MeasuredSetting,
    how: { endMs: number; signal: AbortSignal },
  ): Promise<number> {
    const { batchTokens, contextTokens, gpu } = subject;
    const pairMs = ((2 * batchTokens) / best.promptTokensPerSecond) * 1000;
    const hasTime = (): boolean => this.#options.nowMs() + pairMs * 1.2 < how.endMs;
    if (!hasTime() || contextTokens < 2 * batchTokens) return batchTokens;
    const fastest = { half: 0, whole: 0 };
    const sizes = { half: Math.floor(batchTokens / 2), whole: batchTokens } as const;
    for (let round = 0; round < 2 && hasTime(); round += 1) {
      for (const part of ['half', 'whole'] as const) {
        const size = { threads: best.threads, promptTokens: batchTokens, answerTokens: 1 };
        const speed = await this.#measure({ ...size, batchTokens: sizes[part] }, how.signal);
        fastest[part] = Math.max(fastest[part], speed.promptTokensPerSecond);
      }
    }
    return nextBatchTokens({
      batchTokens,
      mostBatchTokens: gpu ? largestBatchTokens.gpu : largestBatchTokens.cpu,
      wholeTokensPerSecond: fastest.whole,
      halfTokensPerSecond: fastest.half,
    });
  }

  async #measure(size: MeasureSize, signal: AbortSignal): Promise<MeasuredSpeed> {
    signal.throwIfAborted();
    return await untilAborted(this.#options.engine.measure(size), signal);
  }
}

/** The job's result; aborting `signal` cancels it. */
export async function untilAborted<T>(job: Job<T>, signal: AbortSignal): Promise<T> {
  const cancel = (): void => job.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    return await job.done;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
