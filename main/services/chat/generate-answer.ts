import type { RunPhase } from '../../../contract/app-contract.ts';
import type { Message, StreamedPart } from '../../../contract/chat/message.ts';
import type {
  EngineClient,
  PromptMessage,
  Sampling,
  StopReason,
} from '../../../contract/engine-contract.ts';
import { AppError, isCancel } from '../../../contract/errors/app-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Engine, EngineDeath } from '../../ports/engine.ts';
import type { Log } from '../../ports/log.ts';
import type { ModelRuntime, ReadyModel } from '../models/index.ts';
import type { Silence } from './silence.ts';
import type { AnswerTokens } from './token-store.ts';

/** How long the news of a death may come after the connection broke. */
const deathNewsMs = 1000;

/** How a run ended. */
export type Outcome = Pick<Message, 'status' | 'usage' | 'error'> & {
  /** What the answer was generated as, where the engine said so. */
  tokens?: AnswerTokens;
};

/** For which model a prompt is made, and who hears what that takes. */
export interface PromptGiven {
  model: ReadyModel;
  signal: AbortSignal;
  onPhase: (phase: RunPhase) => void;
}

/** What a run needs. */
export interface GenerateOptions {
  sequenceKey: string;
  /** Called when the engine is there, so that the history is as fresh as can be. */
  prompt: (given: PromptGiven) => Promise<PromptMessage[]>;
  sampling: Sampling;
  enableThinking: boolean;
  /** Leaves nothing in the cache, on disk or in the log. */
  isEphemeral: boolean;
  /** Aborting ends the run; the caller knows why. */
  signal: AbortSignal;
  models: ModelRuntime;
  engine: Pick<Engine, 'onDeath'>;
  silence: Silence;
  clock: Pick<Clock, 'after' | 'monotonicMs'>;
  log: Log;
  onModel: (name: string) => void;
  /** The engine answers now; `stop` has it end the answer, which then brings what it has. */
  onAsked: (stop: () => Promise<unknown>) => void;
  onPhase: (phase: RunPhase) => void;
  onText: (type: StreamedPart, text: string) => void;
  onSilent: () => void;
}

type Chunk =
  ReturnType<EngineClient['run']['generate']> extends AsyncGenerator<infer C> ? C : never;

/** An outcome that `error` explains. */
export function failedWith(error: AppError, status: 'failed' | 'interrupted' = 'failed'): Outcome {
  return { status, usage: null, error: error.toWire() };
}

const statusOf: Record<StopReason, Message['status']> = {
  end: 'complete',
  length: 'cut',
  cancelled: 'stopped',
};

/** Listens for the death of the engine's process, which is told apart from the broken connection. */
function listenForDeath(engine: Pick<Engine, 'onDeath'>, clock: Pick<Clock, 'after'>) {
  const { promise, resolve } = Promise.withResolvers<EngineDeath | undefined>();
  const leave = engine.onDeath(resolve);
  return {
    leave,
    wait: () => {
      const cancel = clock.after(deathNewsMs, () => resolve(undefined));
      return promise.finally(cancel);
    },
  };
}

async function outcomeOf(
  error: unknown,
  death: ReturnType<typeof listenForDeath>,
  log: Log,
): Promise<Outcome> {
  if (isCancel(error)) return { status: 'stopped', usage: null, error: null };
  if (AppError.is(error, 'connection.lost')) {
    const news = await death.wait();
    if (!news) return failedWith(error, 'interrupted');
    const { exitCode, lastLogLines } = news;
    return failedWith(new AppError('engine.crashed', { exitCode, lastLogLines }), 'interrupted');
  }
  if (AppError.is(error, 'engine.crashed')) return failedWith(error, 'interrupted');
  if (error instanceof AppError) return failedWith(error);
  return failedWith(new AppError('internal', { incidentId: log.incident(error, 'chat.run') }));
}

function take(chunk: Chunk, options: GenerateOptions): void {
  if (chunk.type === 'prompt') {
    const { readTokens, promptTokens } = chunk;
    options.onPhase({ phase: 'reading', readTokens, promptTokens });
    return;
  }
  // The app asks for neither tools nor odds.
  if (chunk.type === 'tool-call' || chunk.type === 'odds') return;
  options.onPhase({ phase: 'writing' });
  options.onText(chunk.type, chunk.text);
}

async function generateOnce(options: GenerateOptions): Promise<Outcome> {
  const { models, silence, signal, onPhase } = options;
  const model = await models.ready({
    signal,
    onProgress: (fraction) => onPhase({ phase: 'loading-model', fraction }),
  });
  options.onModel(model.name);
  onPhase({ phase: 'queued' });
  const messages = await options.prompt({ model, signal, onPhase });
  signal.throwIfAborted();
  onPhase({ phase: 'queued' });
  const endWatch = silence.watch(options.onSilent);
  try {
    const chunks = model.client.run.generate(
      {
        sequenceKey: options.sequenceKey,
        messages,
        sampling: options.sampling,
        enableThinking: options.enableThinking && model.loaded.canThink,
        // Never a silent cut: the person is told how long it is and what fits.
        overflow: 'refuse',
        ephemeral: options.isEphemeral,
      },
      { signal },
    );
    const { sequenceKey } = options;
    options.onAsked(() => model.client.run.stop({ sequenceKey }));
    for (;;) {
      const step = await chunks.next();
      silence.heard();
      if (!step.done) {
        take(step.value, options);
        continue;
      }
      const { stopReason, usage, answerTokenIds: ids } = step.value;
      if (stopReason !== 'cancelled') models.noteSuccess(model.modelId);
      const tokens = { vocabulary: model.loaded.fingerprint, ids };
      return { status: statusOf[stopReason], usage, error: null, tokens };
    }
  } finally {
    endWatch();
  }
}

/** A model may make way between being found ready and being asked: it is then loaded again. */
const mostTries = 3;

/** What a run does on the engine; it may be asked to begin anew. */
export type EngineWork = (options: GenerateOptions) => Promise<Outcome>;

async function persist(options: GenerateOptions, work: EngineWork): Promise<Outcome> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work(options);
    } catch (error) {
      const hasMadeWay = AppError.is(error, 'model.not-loaded') && tries < mostTries;
      if (!hasMadeWay || options.signal.aborted) throw error;
    }
  }
}

/** Runs one answer on the engine, to whatever end; `work` says how it is made. Never throws. */
export async function generateAnswer(
  options: GenerateOptions,
  work: EngineWork = generateOnce,
): Promise<Outcome> {
  const death = listenForDeath(options.engine, options.clock);
  try {
    return await persist(options, work);
  } catch (error) {
    return await outcomeOf(error, death, options.log);
  } finally {
    death.leave();
  }
}
