import * as z from 'zod';
import { usage } from './chat/message.ts';
import { type Client, call, event, type Handlers, stream } from './rpc/declare.ts';

const path = z.string().min(1).max(4096);

/** What the header of a GGUF file says, after our own reader accepted it. */
export const ggufSummary = z.object({
  path,
  fileBytes: z.number().int(),
  /** `model` answers; `projector` turns pictures into embeddings for a model (`general.architecture` clip). */
  kind: z.enum(['model', 'projector']),
  architecture: z.string(),
  name: z.string().nullable(),
  /** Such as `Q4_K_M`; null when the file does not say. */
  quantization: z.string().nullable(),
  parameterCount: z.number().nullable(),
  trainedContextTokens: z.number().int().nullable(),
  /** Width of the model's embeddings, or of the projector's output: both must agree for a pair. */
  embeddingWidth: z.number().int().nullable(),
  tensorCount: z.number().int(),
  hasChatTemplate: z.boolean(),
  projectorKind: z.string().nullable(),
});
export type GgufSummary = z.infer<typeof ggufSummary>;

export const loadedModel = z.object({
  path,
  projectorPath: path.nullable(),
  description: z.string(),
  canSee: z.boolean(),
  canThink: z.boolean(),
  /** Room for one conversation, chosen to fit the memory that was free. */
  contextTokens: z.number().int(),
  /** What would have been used with memory enough. */
  wantedContextTokens: z.number().int(),
  memoryBytes: z.number(),
  deviceName: z.string(),
  threads: z.number().int(),
  loadMs: z.number(),
});
export type LoadedModel = z.infer<typeof loadedModel>;

export const promptMessage = z.object({
  role: z.enum(['system', 'user', 'assistant']),
  text: z.string(),
  /** Reasoning of an earlier answer; most templates leave it out. */
  reasoning: z.string().optional(),
});
export type PromptMessage = z.infer<typeof promptMessage>;

export const sampling = z.object({
  /** 0 always takes the likeliest token. */
  temperature: z.number().min(0).max(2),
  /** Keeps the likeliest tokens that together reach this probability; 1 keeps all. */
  topP: z.number().min(0).max(1),
  /** Keeps this many of the likeliest tokens; 0 keeps all. */
  topK: z.number().int().min(0).max(1000),
  /** Drops tokens less likely than this share of the likeliest. */
  minP: z.number().min(0).max(1),
  /** Makes the same seed give the same answer. */
  seed: z.number().int().min(0).max(0xffffffff).optional(),
});
export type Sampling = z.infer<typeof sampling>;

export const stopReason = z.enum(['end', 'length', 'cancelled']);
export type StopReason = z.infer<typeof stopReason>;

const fileErrors = ['model.file-missing', 'model.file-unreadable', 'model.file-broken'] as const;

/** How the engine's process ends when the reason is not a crash. */
export const engineExitCode = {
  /** Its addon is missing or cannot be loaded here; the last log line says why. */
  unavailable: 78,
} as const;

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
    /** One line of llama.cpp's or the engine's own log; never holds text of a conversation. */
    logged: event(z.object({ level: z.enum(['info', 'warn', 'error']), line: z.string() })),
  },
  model: {
    /** Reads and checks a header; nothing is loaded. */
    inspect: call({ input: z.object({ path }), output: ggufSummary, errors: fileErrors }),
    /**
     * Loads a model, and its projector where named, in place of the one loaded. Chunks are the fraction
     * [0, 1] done. Cancelling leaves no model loaded.
     */
    load: stream({
      input: z.object({
        path,
        projectorPath: path.nullable(),
        /** Upper bound; the engine takes less where memory is short, never less than 512. */
        contextTokens: z.number().int().min(512).max(1_048_576).optional(),
      }),
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
    /** Frees the model's memory; running answers end as cancelled. */
    unload: call({ input: z.object({}), output: z.object({}) }),
  },
  run: {
    /**
     * Answers the last of `messages`. Chunks: how far the prompt is read, then text and reasoning in order.
     * Text is whole code points. Cancelling stops within 50 ms; the reply is then `cancelled` with what was used.
     */
    generate: stream({
      input: z.object({
        /** Which conversation's place in the engine this uses; one run at a time for each. */
        sequenceKey: z.string().min(1).max(64),
        messages: z.array(promptMessage).min(1),
        sampling,
        /** The answer ends after this many tokens, or when the context is full. */
        maxAnswerTokens: z.number().int().positive().optional(),
        enableThinking: z.boolean(),
      }),
      chunk: z.discriminatedUnion('type', [
        z.object({
          type: z.literal('prompt'),
          readTokens: z.number().int(),
          promptTokens: z.number().int(),
        }),
        z.object({ type: z.literal('text'), text: z.string() }),
        z.object({ type: z.literal('reasoning'), text: z.string() }),
      ]),
      output: z.object({ stopReason, usage }),
      errors: ['model.not-loaded', 'model.template-broken', 'prompt.too-long'],
    }),
  },
} as const;

export type EngineContract = typeof engineContract;
export type EngineClient = Client<EngineContract>;
export type EngineHandlers = Handlers<EngineContract>;
