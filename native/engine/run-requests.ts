import type { EngineHandlers } from '../../contract/engine-contract.ts';
import { chunkReader, mergeChunks } from './answer-chunks.ts';
import type { Follower } from './follow.ts';
import type { EngineThread } from './native-binding.ts';
import { Pump } from './pump.ts';

type GenerateInput = Parameters<EngineHandlers['run']['generate']>[0];

/** Answers that are being written, by conversation. */
class Answering {
  readonly #jobs = new Map<string, Set<{ cancel(): void }>>();

  /** Returns what to call at its end. */
  begin(sequenceKey: string, job: { cancel(): void }): () => void {
    const jobs = this.#jobs.get(sequenceKey) ?? new Set();
    this.#jobs.set(sequenceKey, jobs.add(job));
    return () => {
      jobs.delete(job);
      if (jobs.size === 0 && this.#jobs.get(sequenceKey) === jobs) this.#jobs.delete(sequenceKey);
    };
  }

  stop(sequenceKey: string): void {
    for (const job of this.#jobs.get(sequenceKey) ?? []) job.cancel();
  }
}

async function* generate(
  engine: EngineThread,
  follower: Follower,
  how: { input: GenerateInput; signal: AbortSignal; answering: Answering },
) {
  const pump = new Pump(mergeChunks);
  const read = chunkReader();
  const job = engine.generate(how.input, (batch) => {
    for (const chunk of read(batch)) pump.push(chunk);
  });
  const leave = how.answering.begin(how.input.sequenceKey, job);
  try {
    const ended = yield* follower.follow(job, pump, how.signal);
    const { stopReason, stopString, answerTokenIds, forgottenMessages, ...numbers } = ended;
    const { draftedTokens, acceptedTokens, ...usage } = numbers;
    const rest = { stopString, answerTokenIds, forgottenMessages, draftedTokens, acceptedTokens };
    return { stopReason, usage, ...rest };
  } finally {
    leave();
  }
}

/** What the engine does with a loaded model: answers, warms, forgets, and tells how it reads text. */
export function runHandlers(engine: EngineThread, follower: Follower): EngineHandlers['run'] {
  const answering = new Answering();
  return {
    generate: (input, { signal }) => generate(engine, follower, { input, signal, answering }),
    stop: ({ sequenceKey }) => {
      answering.stop(sequenceKey);
      return {};
    },
    warm: (input, { signal }) => follower.wait(engine.warm(input), signal),
    forget: async (input) => {
      await engine.forget(input);
      return {};
    },
    tokenize: async (input) => ({ tokens: await engine.tokenize(input) }),
    detokenize: async (input) => ({ text: await engine.detokenize(input) }),
    preview: (input) => engine.tokenizePrompt(input),
  };
}
