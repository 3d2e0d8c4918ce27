import * as z from 'zod';
import { promptCost, promptRequest, tokenIds } from './prompts.ts';

/** Which conversation's place in the engine a request uses. */
export const sequenceKey = z.string().min(1).max(64);

const fraction = z.number().min(0).max(1);

/** llama.cpp's samplers. What is absent is off. */
export const sampling = z.object({
  /** 0 always takes the likeliest token. */
  temperature: z.number().min(0).max(2),
  /** Keeps the likeliest tokens that together reach this probability; 1 keeps all. */
  topP: fraction,
  /** Keeps this many of the likeliest tokens; 0 keeps all. */
  topK: z.number().int().min(0).max(1000),
  /** Drops tokens less likely than this share of the likeliest. */
  minP: fraction,
  /** Makes the same seed give the same answer. */
  seed: z.number().int().min(0).max(0xffffffff).exactOptional(),
  typicalP: fraction.exactOptional(),
  topNSigma: z.number().min(0).max(100).exactOptional(),
  /** Repetition over the last `penaltyTokens` (default 64) tokens; 1 is off. */
  repetitionPenalty: z.number().min(0.1).max(10).exactOptional(),
  presencePenalty: z.number().min(-2).max(2).exactOptional(),
  frequencyPenalty: z.number().min(-2).max(2).exactOptional(),
  penaltyTokens: z.number().int().min(0).max(65_536).exactOptional(),
  dryMultiplier: z.number().min(0).max(100).exactOptional(),
  dryBase: z.number().min(1).max(10).exactOptional(),
  dryAllowedTokens: z.number().int().min(0).max(65_536).exactOptional(),
  xtcProbability: fraction.exactOptional(),
  xtcThreshold: fraction.exactOptional(),
  dynamicTemperatureRange: z.number().min(0).max(5).exactOptional(),
  mirostat: z.union([z.literal(0), z.literal(1), z.literal(2)]).exactOptional(),
  mirostatTau: z.number().min(0).max(20).exactOptional(),
  mirostatEta: fraction.exactOptional(),
});
export type Sampling = z.infer<typeof sampling>;

export const generateRequest = z.object({
  ...promptRequest.shape,
  /** Runs of one key go one after the other, all others side by side. */
  sequenceKey,
  sampling,
  /** The answer ends after this many tokens, or when the context is full. */
  maxAnswerTokens: z.number().int().positive().exactOptional(),
  /** Tokens of reasoning after which it is ended; absent: no limit. */
  reasoningBudgetTokens: z.number().int().nonnegative().exactOptional(),
  /** JSON Schema as text: the answer is forced to fit it. Not together with `tools`. */
  outputSchema: z.string().exactOptional(),
  /** The answer ends before the first of these. */
  stop: z.array(z.string().min(1).max(256)).max(16).exactOptional(),
  /** Added to the logits of tokens; -100 forbids. */
  logitBias: z
    .array(z.object({ token: z.number().int().nonnegative(), bias: z.number().min(-100).max(100) }))
    .exactOptional(),
  /** Probabilities of this many likeliest tokens beside the chosen one; absent: none at all. */
  alternatives: z.number().int().min(0).max(20).exactOptional(),
  /** Who waits: `background` yields to `visible`; absent: `visible`. */
  priority: z.enum(['visible', 'background']).exactOptional(),
  /**
   * What happens where the prompt does not fit. `refuse` (default) fails with `prompt.too-long`;
   * `forget-oldest` leaves out the oldest turns after the system message and says how many.
   */
  overflow: z.enum(['refuse', 'forget-oldest']).exactOptional(),
  /** Leaves nothing in the cache, on disk or in the log; absent: false. */
  ephemeral: z.boolean().exactOptional(),
  /** Guesses ahead from text seen before where that pays; the answer is the same. Absent: true. */
  speculate: z.boolean().exactOptional(),
});
export type GenerateRequest = z.infer<typeof generateRequest>;

/** A prefix to be computed ahead of need, at the lowest priority. */
export const warmRequest = z.object({
  ...promptRequest.shape,
  sequenceKey,
  /**
   * `typing`: the last message is unfinished; its last tokens are left out. `settled`: everything is
   * final, and stays in the cache as a place to return to.
   */
  kind: z.enum(['typing', 'settled']),
  ephemeral: z.boolean().exactOptional(),
});
export type WarmRequest = z.infer<typeof warmRequest>;

const tokenOdds = z.object({
  token: z.number().int(),
  text: z.string(),
  /** Of the model's own distribution, before sampling. */
  probability: fraction,
  alternatives: z.array(
    z.object({ token: z.number().int(), text: z.string(), probability: fraction }),
  ),
});
export type TokenOdds = z.infer<typeof tokenOdds>;

export const answerChunk = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('prompt'),
    readTokens: z.number().int(),
    promptTokens: z.number().int(),
  }),
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('reasoning'), text: z.string() }),
  /** Text to append to the arguments of call number `index`; `id` and `name` come once, first. */
  z.object({
    type: z.literal('tool-call'),
    index: z.number().int(),
    id: z.string().exactOptional(),
    name: z.string().exactOptional(),
    arguments: z.string(),
  }),
  /** Only where `alternatives` was asked for. */
  z.object({ type: z.literal('odds'), odds: z.array(tokenOdds) }),
]);
export type AnswerChunk = z.infer<typeof answerChunk>;

export const stopReason = z.enum(['end', 'length', 'cancelled']);
export type StopReason = z.infer<typeof stopReason>;

/** What an answer cost, as the engine counted it. */
export const answerCost = z.object({
  ...promptCost.shape,
  answerTokens: z.number().int().nonnegative(),
  /** From the request to the first token. */
  firstTokenMs: z.number().nonnegative(),
  promptMs: z.number().nonnegative(),
  answerMs: z.number().nonnegative(),
});

export const generateResult = z.object({
  stopReason,
  /** The stop string that ended it. */
  stopString: z.string().nullable(),
  usage: answerCost,
  /** All tokens of the answer in order, reasoning and marks included. */
  answerTokenIds: tokenIds,
  /** Messages that `forget-oldest` left out. */
  forgottenMessages: z.number().int(),
  /** Tokens guessed ahead, and how many of them were right. */
  draftedTokens: z.number().int(),
  acceptedTokens: z.number().int(),
});
export type GenerateResult = z.infer<typeof generateResult>;
