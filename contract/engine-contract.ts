import * as z from 'zod';
import { embeddingMembers } from './engine/embeddings.ts';
import {
  cacheKey,
  fileErrors,
  filePath,
  ggufSummary,
  loadedModel,
  loadRequest,
} from './engine/models.ts';
import { promptCost, promptPreview, promptRequest, tokenIds } from './engine/prompts.ts';
import {
  answerChunk,
  generateRequest,
  generateResult,
  sequenceKey,
  warmRequest,
} from './engine/runs.ts';
import { vectorMembers } from './engine/vectors.ts';
import { type Client, call, event, type Handlers, stream } from './rpc/declare.ts';

export type {
  EmbedderRequest,
  Embeddings,
  EmbedRequest,
  LoadedEmbedder,
} from './engine/embeddings.ts';
export type {
  CacheOptions,
  GgufSummary,
  LoadedModel,
  LoadRequest,
  LoadRung,
} from './engine/models.ts';
export type {
  Picture,
  PromptCost,
  PromptMessage,
  PromptPreview,
  PromptRequest,
  Tool,
  ToolCall,
} from './engine/prompts.ts';
export type {
  AnswerChunk,
  GenerateRequest,
  GenerateResult,
  Sampling,
  StopReason,
  TokenOdds,
  WarmRequest,
} from './engine/runs.ts';
export type { VectorIndexRef } from './engine/vectors.ts';

/** How the engine's process ends when the reason is not a crash. */
export const engineExitCode = {
  /** Its addon is missing or cannot be loaded here; the last log line says why. */
  unavailable: 78,
} as const;

const promptErrors = ['model.not-loaded', 'model.template-broken', 'prompt.too-long'] as const;

/** What main asks of the engine's process. */
export const engineContract = {
  engine: {
    /**
     * What the engine is and runs on. Answers once no cancelled work is still ending: an answer also
     * says that the process is alive and its thread is not stuck.
     */
    describe: call({
      input: z.object({}),
      output: z.object({
        llamaVersion: z.string(),
        systemInfo: z.string(),
        threads: z.number().int(),
        pid: z.number().int(),
        devices: z.array(
          z.object({
            name: z.string(),
            description: z.string(),
            totalBytes: z.number(),
            freeBytes: z.number(),
          }),
        ),
      }),
    }),
    /** What the engine holds and has done since the model was loaded; all 0 where none is. */
    counters: call({
      input: z.object({}),
      output: z.object({
        /** Conversations with a place in the context, and the tokens there. */
        sequences: z.number().int(),
        contextTokensUsed: z.number().int(),
        cacheRamBytes: z.number(),
        cacheDiskBytes: z.number(),
        computedTokens: z.number().int(),
        reusedTokens: z.number().int(),
        restoredTokens: z.number().int(),
        diskBytesWritten: z.number(),
        /** Threads computing now; fewer than asked for while the machine is contended. */
        threads: z.number().int(),
      }),
    }),
    /** Shrinks the cache in memory; what is on disk stays. */
    shrinkCache: call({
      input: z.object({ ramBytes: z.number().int().nonnegative() }),
      output: z.object({}),
    }),
    /**
     * Drops what a model that is not loaded keeps on disk of some conversations, and nothing else. Not done where
     * that folder is in use, as by the model that is loaded (`run.forget`), or cannot be opened.
     */
    forgetKept: call({
      input: z.object({
        folder: filePath,
        key: cacheKey,
        fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
        sequenceKeys: z.array(sequenceKey).max(4096),
      }),
      output: z.object({ isDone: z.boolean() }),
    }),
    /** One line of llama.cpp's or the engine's own log; never holds text of a conversation. */
    logged: event(z.object({ level: z.enum(['info', 'warn', 'error']), line: z.string() })),
  },
  model: {
    /** Reads and checks a header; nothing is loaded. */
    inspect: call({ input: z.object({ path: filePath }), output: ggufSummary, errors: fileErrors }),
    /**
     * Reads the files of a model into the system's memory, for a load that is expected. Any work ends it at once,
     * and so does memory that would get short.
     */
    readAhead: call({
      input: z.object({ paths: z.array(filePath).max(8) }),
      output: z.object({ readBytes: z.number().int() }),
    }),
    /**
     * Loads a model, and its projector where named, in place of the one loaded. Chunks are the fraction
     * [0, 1] done. Cancelling leaves no model loaded.
     */
    load: stream({
      input: loadRequest,
      chunk: z.object({ fraction: z.number().min(0).max(1) }),
      output: loadedModel,
      errors: [
        ...fileErrors,
        'model.unsupported',
        'model.load-failed',
        'model.template-broken',
        'model.out-of-memory',
        'model.projector-mismatch',
      ],
    }),
    /**
     * The model is freed without being asked: unused for long (`idle`), or idle while the computer is short
     * of memory. Told before; a load that follows waits until it is gone.
     */
    unloaded: event(z.object({ reason: z.enum(['idle', 'memory']) })),
    /**
     * Once after a load, while nobody waited, the fastest number of threads was found out and is used from now
     * on; later loads begin with it.
     */
    calibrated: event(z.object({ threads: z.number().int() })),
    /** From now on: minutes without use after which a model, also the embedder, is freed; 0: never. */
    setIdleMinutes: call({
      input: z.object({ idleMinutes: z.number().int().min(0).max(10_000) }),
      output: z.object({}),
    }),
    /** Frees the model's memory; running answers end as cancelled. */
    unload: call({ input: z.object({}), output: z.object({}) }),
  },
  run: {
    /**
     * Answers the last of `messages`. Chunks: how far the prompt is read, then text, reasoning and
     * tool calls in order. Text is whole code points. Cancelling stops within 50 ms; the reply is
     * then `cancelled` with what was used.
     */
    generate: stream({
      input: generateRequest,
      chunk: answerChunk,
      output: generateResult,
      errors: promptErrors,
    }),
    /**
     * Ends what is being answered in a conversation, where anything is: its stream then ends as `cancelled`,
     * with what it had by then, text, tokens and cost. Who leaves the stream instead learns nothing more.
     */
    stop: call({ input: z.object({ sequenceKey }), output: z.object({}) }),
    /**
     * Computes and keeps the prefix that a later request will begin with. Cancelling keeps what was
     * computed by then.
     */
    warm: call({ input: warmRequest, output: promptCost, errors: promptErrors }),
    /** Drops all that is kept of a conversation, in the context, in memory and on disk, before it replies. */
    forget: call({ input: z.object({ sequenceKey }), output: z.object({}) }),
    /** Token ids of plain text: no text becomes a control token. */
    tokenize: call({
      input: z.object({ text: z.string() }),
      output: z.object({ tokens: tokenIds }),
      errors: ['model.not-loaded'],
    }),
    detokenize: call({
      input: z.object({ tokens: tokenIds }),
      output: z.object({ text: z.string() }),
      errors: ['model.not-loaded'],
    }),
    /** The prompt as the engine would read it; nothing is computed. */
    preview: call({
      input: promptRequest,
      output: promptPreview,
      errors: ['model.not-loaded', 'model.template-broken'],
    }),
  },
  embedding: embeddingMembers,
  vectors: vectorMembers,
} as const;

export type EngineContract = typeof engineContract;
export type EngineClient = Client<EngineContract>;
export type EngineHandlers = Handlers<EngineContract>;
