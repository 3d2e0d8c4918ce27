import * as z from 'zod';

/** Where a file lies on this computer. */
export const filePath = z.string().min(1).max(4096);

/** What the header of a GGUF file says, after our own reader accepted it. */
export const ggufSummary = z.object({
  path: filePath,
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

/**
 * What a model was loaded with: as planned by the memory that was free, or, where that failed, with less on
 * the GPU, on the CPU alone, or with a smaller context.
 */
export const loadRung = z.enum(['planned', 'less-offload', 'cpu', 'smaller-context']);
export type LoadRung = z.infer<typeof loadRung>;

export const loadedModel = z.object({
  path: filePath,
  projectorPath: filePath.nullable(),
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
  rung: loadRung,
  /** The code of the error that the plan ended with; null where it held. */
  rungReason: z.enum(['model.load-failed']).nullable(),
  loadMs: z.number(),
  /** 64 hex digits: weights, projector, template, engine and numeric settings; a computed state fits no other. */
  fingerprint: z.string(),
  /** What a computed prefix consists of; only `attention` can be cut back at any token. */
  stateKind: z.enum(['attention', 'sliding-window', 'recurrent', 'hybrid', 'other']),
});
export type LoadedModel = z.infer<typeof loadedModel>;

/** 32 bytes, secret to this installation: state files carry a MAC under them. */
export const cacheKey = z.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length === 32,
);

/** Where computed prefixes live beyond the context; absent: in the context only. */
export const cacheOptions = z.object({
  /** Absolute; made where missing, readable by the person alone. */
  folder: filePath,
  key: cacheKey,
  /** Budgets; 0 switches a tier off. */
  ramBytes: z.number().int().nonnegative(),
  diskBytes: z.number().int().nonnegative(),
});
export type CacheOptions = z.infer<typeof cacheOptions>;

export const loadRequest = z.object({
  path: filePath,
  projectorPath: filePath.nullable(),
  /** Upper bound; the engine takes less where memory is short, never less than 512. */
  contextTokens: z.number().int().min(512).max(1_048_576).exactOptional(),
  cache: cacheOptions.exactOptional(),
  /** File for what is found out about models on this computer; absent: found out at every start. */
  notesPath: filePath.exactOptional(),
  /** Minutes without use after which the model is freed; 0: never; absent: 15. */
  idleMinutes: z.number().int().min(0).max(10_000).exactOptional(),
  /** Whether the model may be measured while nobody waits, to find its fastest settings; absent: true. */
  mayMeasure: z.boolean().exactOptional(),
});
export type LoadRequest = z.infer<typeof loadRequest>;

/** What a file can be refused for before anything of it is used. */
export const fileErrors = [
  'model.file-missing',
  'model.file-unreadable',
  'model.file-broken',
] as const;
