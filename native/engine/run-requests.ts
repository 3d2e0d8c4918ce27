import type { EngineHandlers } from '../../contract/engine-contract.ts';
import { chunkReader, mergeChunks } from './answer-chunks.ts';
import type { Follower } from './follow.ts';
import type { EngineThread } from './native-binding.ts';
import { Pump } from './pump.ts';

type GenerateInput = Parameters<EngineHandlers['run']['generate']>[0];

async function* generate(
  engine: EngineThread,
  follower: Follower,
  how: { input: GenerateInput; signal: AbortSignal },
) {
  const pump = new Pump(mergeChunks);
  const read = chunkReader();
  const job = engine.generate(how.input, (batch) => {
    for (const chunk of read(batch)) pump.push(chunk);
  });
  const ended = yield* follower.follow(job, pump, how.signal);
  const { stopReason, stopString, answerTokenIds, forgottenMessages, ...numbers } = ended;
  const { draftedTokens, acceptedTokens, ...usage } = numbers;
  const rest = { stopString, answerTokenIds, forgottenMessages, draftedTokens, acceptedTokens };
  return { stopReason, usage, ...rest };
}

/** What the engine does with a loaded model: answers, warms, forgets, and tells how it reads text. */
export function runHandlers(engine: EngineThread, follower: Follower): EngineHandlers['run'] {
  return {
    generate: (input, { signal }) => generate(engine, follower, { input, signal }),
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
