import type { EngineClient } from '../../contract/engine-contract.ts';
import { AppError, isCancel } from '../../contract/errors/app-error.ts';
import type { Clock } from '../ports/clock.ts';

const usualSilentMs = 60_000;
const usualGraceMs = 5000;
/** Silence is counted in so many equal ticks, so that waking from sleep counts as one, not as all. */
const ticks = 12;

export interface WatchOptions<C, R> {
  /** Begins the stream that is watched; the signal given aborts it. */
  open(signal: AbortSignal): AsyncGenerator<C, R, void>;
  /** The client that the stream runs on. */
  client: EngineClient;
  /** Ends the process of `client`. */
  kill(): void;
  clock: Clock;
  signal?: AbortSignal | undefined;
  /** Longest time without a chunk; 60 s where not given. */
  silentMs?: number;
  /** Time to end softly after that; 5 s where not given. */
  graceMs?: number;
}

/** Calls `onSilent` after `silentMs`, unless stopped before. */
function afterSilence(clock: Clock, silentMs: number, onSilent: () => void): () => void {
  let left = ticks;
  let stop = (): void => {};
  const tick = (): void => {
    if (left === 0) {
      onSilent();
      return;
    }
    left -= 1;
    stop = clock.after(silentMs / ticks, tick);
  };
  tick();
  return () => stop();
}

function silent(silentMs: number, cause: unknown): AppError {
  return new AppError('engine.silent', { silentMs }, { cause });
}

/** Ends the process if it does not answer within `graceMs` that the cancelled work is over. */
async function endSilent<C, R>(options: WatchOptions<C, R>): Promise<void> {
  const { client, kill, clock, graceMs = usualGraceMs } = options;
  const patience = new AbortController();
  const stop = clock.after(graceMs, () => patience.abort());
  try {
    await client.engine.describe({}, { signal: patience.signal });
  } catch (error) {
    // Anything but our own impatience says that the process is gone, and another may run by now.
    if (isCancel(error)) kill();
  } finally {
    stop();
  }
}

/**
 * Gives what the stream gives, and ends it when the engine gives nothing for `silentMs`: softly by a
 * cancel, then, if the engine does not answer that it stopped within `graceMs`, by killing its process.
 * Time that the caller spends between chunks does not count. A run that waits for another run is silent
 * too: begin to watch when it is its turn.
 * @throws AppError `engine.silent`, and whatever the stream throws. Aborting `signal` cancels as usual.
 */
export async function* watchForSilence<C, R>(
  options: WatchOptions<C, R>,
): AsyncGenerator<C, R, void> {
  const { clock, signal, silentMs = usualSilentMs } = options;
  const silence = new AbortController();
  const stream = options.open(signal ? AbortSignal.any([signal, silence.signal]) : silence.signal);
  let isOver = false;
  try {
    for (;;) {
      const stop = afterSilence(clock, silentMs, () => silence.abort());
      const step = await stream.next().finally(stop);
      if (step.done) {
        isOver = true;
        return step.value;
      }
      yield step.value;
    }
  } catch (error) {
    isOver = true;
    if (!silence.signal.aborted || signal?.aborted) throw error;
    await endSilent(options);
    throw silent(silentMs, error);
  } finally {
    if (!isOver) await stream.return(undefined as never);
  }
}
