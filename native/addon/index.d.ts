/**
 * The whole surface of the addon. One `Engine` owns one thread; that thread alone touches llama.cpp.
 * Errors are plain `Error`s with `code` (a code of contract/errors) and `data`; a cancel rejects with
 * code `cancelled`. All strings are UTF-8. Nothing here reads the network.
 */

import type {
  Batch,
  EmbedderRequest,
  Embeddings,
  EmbedRequest,
  GenerateRequest,
  GenerateResult,
  LoadedEmbedder,
  PromptCost,
  PromptRequest,
  PromptSpan,
  WarmRequest,
} from './requests.d.ts';

export type * from './requests.d.ts';
export * from './vectors.d.ts';

/** Work on the engine thread. `cancel` is safe at any time, also after the end. */
export interface Job<T> {
  readonly done: Promise<T>;
  cancel(): void;
}

export interface GgufSummary {
  path: string;
  fileBytes: number;
  kind: 'model' | 'projector';
  architecture: string;
  name: string | null;
  quantization: string | null;
  parameterCount: number | null;
  trainedContextTokens: number | null;
  embeddingWidth: number | null;
  tensorCount: number;
  hasChatTemplate: boolean;
  projectorKind: string | null;
}

/**
 * Reads and checks a GGUF header with our own overflow-checked reader; llama.cpp is not involved.
 * Runs on a worker thread. Reads the header only, so the time does not grow with the weights.
 * @throws `model.file-missing`, `model.file-unreadable`, `model.file-broken`
 */
export function inspectGguf(path: string): Promise<GgufSummary>;

export interface MemoryEstimate {
  modelBytes: number;
  /** Attention state for `contextTokens`. */
  contextBytes: number;
  computeBytes: number;
  projectorBytes: number;
}

/** What loading would take; nothing is loaded. @throws as `inspectGguf`, and `model.unsupported` */
export function estimateMemory(request: {
  path: string;
  projectorPath: string | null;
  contextTokens: number;
  gpuLayers?: number;
  batchTokens?: number;
}): Promise<MemoryEstimate>;

/** What loading an embedder would take; `projectorBytes` is 0. @throws as `estimateMemory` */
export function estimateEmbedderMemory(request: EmbedderRequest): Promise<MemoryEstimate>;

/**
 * Drops what a model that is not loaded keeps on disk of at most 4096 conversations, and nothing else; the files
 * are gone when it resolves. `folder` and `key` as in `CacheOptions`. False where the model's folder is in use:
 * nothing was dropped then. Runs on Node's pool.
 */
export function forgetKept(request: {
  folder: string;
  key: Uint8Array;
  /** Of the model (`LoadedModel.fingerprint`). */
  fingerprint: string;
  sequenceKeys: string[];
}): Promise<boolean>;

export interface Device {
  name: string;
  description: string;
  totalBytes: number;
  freeBytes: number;
}

export interface Description {
  llamaVersion: string;
  systemInfo: string;
  devices: Device[];
}

export function describe(): Description;

export interface EngineOptions {
  /** Compute threads, 1 or more. */
  threads: number;
  /** One log line, without its newline; called on the JavaScript thread. */
  onLog?(level: 'info' | 'warn' | 'error', line: string): void;
}

/** Where computed prefixes live beyond the context. Absent: in the context only. */
export interface CacheOptions {
  /** Made where missing, readable by the person alone. One subfolder for each model fingerprint. */
  folder: string;
  /** 32 bytes, secret to this installation: state files carry a MAC under it. */
  key: Uint8Array;
  /** Budgets in bytes; 0 switches a tier off. */
  ramBytes: number;
  diskBytes: number;
}

export interface LoadRequest {
  path: string;
  projectorPath: string | null;
  /** Tokens of context shared by all sequences, 512 or more; already chosen to fit. */
  contextTokens: number;
  /** Layers on the GPU; absent: all, where there is one. 0 computes on the CPU. */
  gpuLayers?: number;
  /** Tokens computed in one step, 32 to 4096; absent: the engine's own choice. */
  batchTokens?: number;
  /** Compute threads for this model; absent: those of `EngineOptions`. */
  threads?: number;
  cache?: CacheOptions;
}

export interface LoadedModel {
  description: string;
  contextTokens: number;
  trainedContextTokens: number;
  canSee: boolean;
  canThink: boolean;
  deviceName: string;
  /** Tokens computed in one step: as asked for, or more where pictures need it. */
  batchTokens: number;
  /** 64 hex digits: weights, projector, template, engine and the numeric settings; a state fits no other. */
  fingerprint: string;
  /**
   * What a computed prefix consists of; only `attention` can be cut back at any token. `other` cannot be kept
   * beyond the context.
   */
  stateKind: 'attention' | 'sliding-window' | 'recurrent' | 'hybrid' | 'other';
  /** Weights, state and compute buffers, as llama.cpp accounts for them. */
  memoryBytes: number;
  /** Of these, weights in the mapped file: systems count such memory as free. */
  mappedBytes: number;
  loadMs: number;
}

export interface EngineCounters {
  /** Conversations with a place in the context, and the tokens there. */
  sequences: number;
  contextTokensUsed: number;
  cacheRamBytes: number;
  cacheDiskBytes: number;
  /** Since the model was loaded. */
  computedTokens: number;
  reusedTokens: number;
  restoredTokens: number;
  diskBytesWritten: number;
  /** Threads computing now; fewer than asked for while the machine is contended. */
  threads: number;
}

/** Each 1 or more; threads at most 1024, the others at most 4096. */
export interface MeasureRequest {
  threads: number;
  batchTokens: number;
  promptTokens: number;
  answerTokens: number;
}

export interface MeasuredSpeed {
  promptTokensPerSecond: number;
  answerTokensPerSecond: number;
}

export class Engine {
  /** Starts the engine thread. */
  constructor(options: EngineOptions);

  /**
   * Loads a model in place of the one loaded. `onProgress` gets fractions in [0, 1], rising.
   * Jobs that work with the old one end as cancelled first. The headers of all files are checked before the old
   * model is freed, as by `inspectGguf`: a file that is refused leaves the old model loaded. Later
   * failures, and a cancel, leave none.
   * @throws `model.file-*`, `model.unsupported`, `model.load-failed`, `model.template-broken`,
   * `model.projector-mismatch`, `cancelled`
   */
  load(request: LoadRequest, onProgress: (fraction: number) => void): Job<LoadedModel>;

  /** Frees the model, its context and buffers. Jobs that work with it end as cancelled first. */
  unload(): Promise<void>;

  /**
   * Answers the last message with the model's own template. `onBatch` is called at once with the first
   * text, then with what has gathered since. Text of `messages` is tokenised with special-token parsing
   * off, span by span: it cannot forge a turn. A cancel resolves with stopReason `cancelled`, within
   * one ubatch and 50 ms; one that still waits its turn at once. What `onBatch` throws ends the run and
   * is its error. Requests run side by side in one batch; those of one `sequenceKey` one after the other.
   * @throws `model.not-loaded`, `prompt.too-long`, `model.template-broken`
   */
  generate(request: GenerateRequest, onBatch: (batch: Batch) => void): Job<GenerateResult>;

  /**
   * Computes and keeps the prefix that a later request will begin with. A cancel resolves with what was
   * done. @throws `model.not-loaded`, `model.template-broken`, `prompt.too-long`
   */
  warm(request: WarmRequest): Job<PromptCost>;

  /** Drops all that is kept of a conversation, in the context, in memory and on disk, before it resolves. */
  forget(request: { sequenceKey: string }): Promise<void>;

  /** Shrinks the cache in memory to `ramBytes`; what is on disk stays. */
  shrinkCache(request: { ramBytes: number }): Promise<void>;

  /**
   * Loads a model for embeddings beside the chat model, in place of the one loaded before, whose jobs end as
   * cancelled. `onProgress` gets fractions in [0, 1], rising. A file that is refused by its header leaves the
   * old one loaded. What is given for the model of `load` stays untouched; `dispose` frees both.
   * @throws `model.file-*`, `model.unsupported`, `model.load-failed`, `model.cannot-embed`, `cancelled`
   */
  loadEmbedder(
    request: EmbedderRequest,
    onProgress: (fraction: number) => void,
  ): Job<LoadedEmbedder>;

  /** Frees the embedder. Its jobs end as cancelled first. */
  unloadEmbedder(): Promise<void>;

  /**
   * The vectors of at most 4096 texts. Texts of like length are computed together, in batches of some 512
   * tokens; nothing is cut. `onProgress` gets fractions in [0, 1], rising. A cancel rejects; nothing partial
   * is given. @throws `embedding.not-loaded`, `embedding.too-long` (before anything is computed), `cancelled`
   */
  embed(request: EmbedRequest, onProgress?: (fraction: number) => void): Job<Embeddings>;

  /**
   * The tokens of each of at most 4096 texts, as the embedder would read it: the vocabulary's own marks
   * included, 0 for a text without a word. Goes before what is embedded in the background.
   * @throws `embedding.not-loaded`, `cancelled`
   */
  countTokens(request: EmbedRequest): Job<Uint32Array>;

  counters(): Promise<EngineCounters>;

  /**
   * How fast the loaded model computes with so many threads, on made-up tokens in a sequence of their own that
   * is forgotten. `batchTokens` is cut to the load's. Nothing else runs meanwhile: cancel it for a request.
   * @throws `model.not-loaded`, `prompt.too-long` where the context has no room left, `cancelled`
   */
  measure(request: MeasureRequest): Job<MeasuredSpeed>;

  /**
   * Compute threads of the loaded model from the next step on, until the next load; fewer are used while the
   * machine is contended. @throws `model.not-loaded`
   */
  setThreads(request: { threads: number }): Promise<void>;

  /** Token ids of plain text: special-token parsing is off. @throws `model.not-loaded` */
  tokenize(request: { text: string }): Promise<Uint32Array>;
  detokenize(request: { tokens: Uint32Array }): Promise<string>;

  /**
   * The prompt as the engine would read it, for tests and for the person who asks.
   * `isControl[i]` says whether token i is a control token of the vocabulary.
   */
  tokenizePrompt(request: PromptRequest): Promise<{
    tokens: number[];
    isControl: boolean[];
    text: string;
    spans: PromptSpan[];
  }>;

  /** Ends all jobs, frees everything, joins the thread. Later jobs end as cancelled. Safe to call twice. */
  dispose(): Promise<void>;
}
