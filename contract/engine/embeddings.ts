import * as z from 'zod';
import { call, event, stream } from '../rpc/declare.ts';
import { fileErrors, filePath } from './models.ts';

/** Vectors one after another, as many floats each as the model is wide. */
export const floats = z.custom<Float32Array>((value) => value instanceof Float32Array);

const fraction = z.object({ fraction: z.number().min(0).max(1) });

/**
 * Texts as the model is to read them. Words that belong to the model, such as the `query: ` and `passage: `
 * of an E5, are the caller's to put in front.
 */
const texts = z.object({ texts: z.array(z.string().max(2 ** 20)).max(4096) });

const embedRequest = texts.extend({
  /**
   * Who waits. `background` (default) goes on only while no visible chat does; `visible`, such as a question
   * that the documents are searched for, goes before all that, also beside a chat.
   */
  priority: z.enum(['visible', 'background']).exactOptional(),
});
export type EmbedRequest = z.infer<typeof embedRequest>;

export const embedderRequest = z.object({
  path: filePath,
  /** Compute threads; absent: as many as a chat model gets. */
  threads: z.number().int().min(1).max(1024).exactOptional(),
  /** Layers on the GPU; absent: all, where there is one. */
  gpuLayers: z.number().int().min(0).max(100_000).exactOptional(),
  /** File for what is found out about models on this computer; absent: found out at every start. */
  notesPath: filePath.exactOptional(),
  /** Minutes without use after which the model is freed; 0: never; absent: 15. */
  idleMinutes: z.number().int().min(0).max(10_000).exactOptional(),
});
export type EmbedderRequest = z.infer<typeof embedderRequest>;

export const loadedEmbedder = z.object({
  path: filePath,
  description: z.string(),
  /** Floats in one vector. */
  dimensions: z.number().int().positive(),
  /** Tokens of the longest text it takes, the vocabulary's own marks included. */
  contextTokens: z.number().int().positive(),
  /** How the vectors of the tokens become one. */
  pooling: z.enum(['mean', 'cls', 'last']),
  /** 64 hex digits, of the weights: only vectors with the same one can be compared. */
  fingerprint: z.string(),
  memoryBytes: z.number(),
  loadMs: z.number(),
});
export type LoadedEmbedder = z.infer<typeof loadedEmbedder>;

export const embeddings = z.object({
  /**
   * `dimensions` floats for each text, in the order of the texts; each vector has length 1, so that the dot
   * product is the cosine. A text without a word is all zeros.
   */
  vectors: floats,
  dimensions: z.number().int().positive(),
  /** Of all texts, the vocabulary's own marks included. */
  tokens: z.number().int().nonnegative(),
});
export type Embeddings = z.infer<typeof embeddings>;

/** A file that holds a model in a form of its own, and the GGUF that is made of it. */
export const conversionRequest = z.object({
  format: z.literal('e5s1'),
  path: filePath,
  /** Written beside under another name and renamed when whole; an old file there is replaced. */
  targetPath: filePath,
});
export type ConversionRequest = z.infer<typeof conversionRequest>;

/** A second model, beside the chat model, that turns texts into vectors. */
export const embeddingMembers = {
  /**
   * Makes a GGUF of a model that comes in a container of its own: the same bytes at every run. Nothing is
   * loaded. Chunks are the fraction done. Cancelled or failed, it leaves nothing.
   */
  convert: stream({
    input: conversionRequest,
    chunk: fraction,
    output: z.object({ fileBytes: z.number().int().positive() }),
    errors: [...fileErrors, 'storage.full'],
  }),
  /**
   * Loads the model for embeddings in place of the one loaded, whose work ends as cancelled; the chat model
   * stays. Chunks are the fraction done. A file that is refused leaves the old one loaded; cancelling
   * leaves none. `model.out-of-memory` counts what the chat model needs, too.
   */
  load: stream({
    input: embedderRequest,
    chunk: fraction,
    output: loadedEmbedder,
    errors: [
      ...fileErrors,
      'model.unsupported',
      'model.load-failed',
      'model.cannot-embed',
      'model.out-of-memory',
    ],
  }),
  /**
   * The model is freed without being asked: unused for long (`idle`), or idle while the computer is short of
   * memory. Told before; a load that follows waits until it is gone.
   */
  unloaded: event(z.object({ reason: z.enum(['idle', 'memory']) })),
  /** Frees the model; what it was to embed ends as cancelled. */
  unload: call({ input: z.object({}), output: z.object({}) }),
  /**
   * The vectors of at most 4096 texts, of which no character is cut. Chunks are the fraction done. A text that is too long
   * is refused before anything is computed. Cancelling ends it within a batch of some 512 tokens; nothing
   * partial is given.
   */
  embed: stream({
    input: embedRequest,
    chunk: fraction,
    output: embeddings,
    errors: ['embedding.not-loaded', 'embedding.too-long'],
  }),
  /**
   * Tokens of each text as the model would read it, the vocabulary's own marks included; 0 for a text without
   * a word. Nothing is too long to be counted.
   */
  countTokens: call({
    input: texts,
    output: z.object({
      counts: z.custom<Uint32Array>((value) => value instanceof Uint32Array),
    }),
    errors: ['embedding.not-loaded'],
  }),
} as const;
