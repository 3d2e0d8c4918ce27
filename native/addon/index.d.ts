/**
 * The whole surface of the addon. One `Engine` owns one thread; that thread alone touches llama.cpp.
 * Errors are plain `Error`s with `code` (a code of contract/errors) and `data`; a cancel rejects with
 * code `cancelled`. All strings are UTF-8. Nothing here reads the network.
 */

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
  /** 64 hex digits: weights, projector, template, engine and the numeric settings; a state fits no other. */
  fingerprint: string;
  /**
   * What a computed prefix consists of; only `attention` can be cut back at any token. `other` cannot be kept
   * beyond the context.
   */
  stateKind: 'attention' | 'sliding-window' | 'recurrent' | 'hybrid' | 'other';
  /** Weights, state and compute buffers, as llama.cpp accounts for them. */
  memoryBytes: number;
  loadMs: number;
}

/** Decoded pixels, 3 bytes each (R, G, B), rows from the top. */
export interface Picture {
  width: number;
  height: number;
  rgb: Uint8Array;
}

export interface ToolCall {
  id: string;
  name: string;
  /** JSON text, as the model wrote it. */
  arguments: string;
}

export interface Tool {
  name: string;
  description: string;
  /** JSON Schema of the arguments, as text. */
  parameters: string;
}

export interface PromptMessage {
  /** `tool` carries a tool's result, with `toolCallId`. */
  role: 'system' | 'user' | 'assistant' | 'tool';
  text: string;
  reasoning?: string;
  /**
   * The tokens that `text` was generated as (`GenerateResult.answerTokenIds`). Used in place of tokenising
   * where they spell `text` exactly; else ignored.
   */
  tokens?: Uint32Array;
  /** Shown before the text of a `user` message, in order. */
  pictures?: Picture[];
  toolCalls?: ToolCall[];
  toolCallId?: string;
  toolName?: string;
}

/** llama.cpp's samplers. What is absent is off. */
export interface Sampling {
  temperature: number;
  topP: number;
  topK: number;
  minP: number;
  seed?: number;
  typicalP?: number;
  topNSigma?: number;
  /** Repetition over the last `penaltyTokens` (default 64) tokens; 1 is off. */
  repetitionPenalty?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
  penaltyTokens?: number;
  dryMultiplier?: number;
  dryBase?: number;
  dryAllowedTokens?: number;
  xtcProbability?: number;
  xtcThreshold?: number;
  dynamicTemperatureRange?: number;
  mirostat?: 0 | 1 | 2;
  mirostatTau?: number;
  mirostatEta?: number;
}

/** What the template is given. Requests that share it share its computed prefix. */
export interface PromptRequest {
  messages: PromptMessage[];
  enableThinking: boolean;
  tools?: Tool[];
  /** `required` forces a call by grammar; absent: `auto`. */
  toolChoice?: 'auto' | 'required' | 'none';
  /** Several calls in one answer; absent: false. */
  parallelToolCalls?: boolean;
}

export interface GenerateRequest extends PromptRequest {
  /** Names the conversation, so that a later request with the same start reads only what is new. */
  sequenceKey: string;
  sampling: Sampling;
  /** 1 or more. */
  maxAnswerTokens?: number;
  /** Tokens of reasoning after which it is ended; absent: no limit. */
  reasoningBudgetTokens?: number;
  /** JSON Schema as text: the answer is forced to fit it. Not together with `tools`. */
  outputSchema?: string;
  /** The answer ends before the first of these; at most 16, each 1 to 256 bytes. */
  stop?: string[];
  /** Added to the logits of tokens, [-100, 100]; -100 forbids. */
  logitBias?: { token: number; bias: number }[];
  /** Probabilities of this many likeliest tokens beside the chosen one, 0 to 20; absent: none at all. */
  alternatives?: number;
  /** Who waits. `background` yields to `visible` between steps; absent: `visible`. */
  priority?: 'visible' | 'background';
  /**
   * What happens where the prompt does not fit. `refuse` (default) throws `prompt.too-long`;
   * `forget-oldest` leaves out the oldest turns after the system message and says how many.
   */
  overflow?: 'refuse' | 'forget-oldest';
  /** Leaves nothing in the cache, on disk or in the log; absent: false. */
  ephemeral?: boolean;
  /** Guesses ahead from text seen before where that pays; the answer is the same. Absent: true. */
  speculate?: boolean;
}

/** Computes a prefix ahead of need, at the lowest priority. */
export interface WarmRequest extends PromptRequest {
  sequenceKey: string;
  /**
   * `typing`: the last message is unfinished; its last tokens are left out. `settled`: everything is final,
   * and stays in the cache as a place to return to.
   */
  kind: 'typing' | 'settled';
  ephemeral?: boolean;
}

/** How a prompt came to be computed. Reused, restored and computed tokens add up to `promptTokens`. */
export interface PromptCost {
  promptTokens: number;
  /** Found in the context. */
  reusedTokens: number;
  /** Brought back from the cache in memory or on disk. */
  restoredTokens: number;
  computedTokens: number;
  /** Pictures, or slices of a large one, that went through the projector; those seen lately do not again. */
  encodedPictures: number;
}

export interface ToolCallDelta {
  index: number;
  id?: string;
  name?: string;
  /** Text to append to the arguments. */
  arguments: string;
}

export interface TokenOdds {
  token: number;
  text: string;
  /** Of the model's own distribution, before sampling; [0, 1]. */
  probability: number;
  alternatives: { token: number; text: string; probability: number }[];
}

/** What became known since the last batch; text is whole code points, already parsed from the template's form. */
export interface Batch {
  readTokens: number;
  promptTokens: number;
  text: string;
  reasoning: string;
  toolCalls: ToolCallDelta[];
  /** Empty unless `alternatives` was asked for. */
  odds: TokenOdds[];
}

export interface GenerateResult extends PromptCost {
  stopReason: 'end' | 'length' | 'cancelled';
  /** The stop string that ended it. */
  stopString: string | null;
  answerTokens: number;
  /** All tokens of the answer in order, reasoning and marks included. */
  answerTokenIds: Uint32Array;
  /** Messages that `forget-oldest` left out. */
  forgottenMessages: number;
  /** Tokens guessed ahead, and how many of them were right. */
  draftedTokens: number;
  acceptedTokens: number;
  /** From the request to the first token. */
  firstTokenMs: number;
  promptMs: number;
  answerMs: number;
}

/** A piece of the prompt. `message` is the index of the message it came from; null for the template's own text. */
export interface PromptSpan {
  text: string;
  tokenCount: number;
  message: number | null;
}

export interface EmbedderRequest {
  path: string;
  /** Compute threads; absent: those of `EngineOptions`. */
  threads?: number;
  /** Layers on the GPU; absent: all, where there is one. */
  gpuLayers?: number;
}

export interface LoadedEmbedder {
  description: string;
  /** Floats in one vector. */
  dimensions: number;
  /** Tokens of the longest text it takes, the vocabulary's own marks included; at most 2048. */
  contextTokens: number;
  /** How the vectors of the tokens become one. */
  pooling: 'mean' | 'cls' | 'last';
  /** 64 hex digits, of the weights: only vectors with the same one can be compared. */
  fingerprint: string;
  memoryBytes: number;
  loadMs: number;
}

export interface Embeddings {
  /**
   * `dimensions` floats for each text, in the order of the texts; each vector has length 1, so that the dot
   * product is the cosine. A text without a word is all zeros.
   */
  vectors: Float32Array;
  dimensions: number;
  /** Of all texts, the vocabulary's own marks included. */
  tokens: number;
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
   * Jobs that run or wait end as cancelled first. The headers of all files are checked before the old
   * model is freed, as by `inspectGguf`: a file that is refused leaves the old model loaded. Later
   * failures, and a cancel, leave none.
   * @throws `model.file-*`, `model.unsupported`, `model.load-failed`, `model.template-broken`,
   * `model.projector-mismatch`, `cancelled`
   */
  load(request: LoadRequest, onProgress: (fraction: number) => void): Job<LoadedModel>;

  /** Frees the model, its context and buffers. Running jobs end as cancelled first. */
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
  embed(request: { texts: string[] }, onProgress?: (fraction: number) => void): Job<Embeddings>;

  counters(): Promise<EngineCounters>;

  /**
   * How fast the loaded model computes with so many threads, on made-up tokens in a sequence of their own that
   * is forgotten. `batchTokens` is cut to the load's. Nothing else runs meanwhile: cancel it for a request.
   * @throws `model.not-loaded`, `prompt.too-long` where the context has no room left, `cancelled`
   */
  measure(request: MeasureRequest): Job<MeasuredSpeed>;

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

/** Rows and how close they are, the closest first. */
export interface VectorHits {
  rows: Uint32Array;
  /** About the cosine, in [-1, 1]; 0 where one of the two vectors is all zeros. */
  scores: Float32Array;
}

/** Instructions a scan is made with; all give the same result. */
export type VectorKernel = 'avx512-vnni' | 'avx2' | 'neon-dotprod' | 'neon' | 'scalar';

export interface VectorScanOptions {
  /** At most this many hits, 1 to 100,000. */
  count: number;
  /**
   * Looks only at rows whose bit is set: bit `row % 8` of byte `row / 8`. Rows beyond its end are left out.
   * It is also how rows are deleted: the file keeps no account of that, so that none can disagree with the
   * records that say what a row stands for.
   */
  filter?: Uint8Array;
  /** For tests and benchmarks; absent: the fastest. */
  kernel?: VectorKernel;
}

/**
 * An append-only file of vectors, kept as directions in int8 with one scale each, and searched exactly: a
 * scan looks at every row. It is mapped, not read into memory. Typed arrays are copied when handed over.
 * To get the true nearest by cosine, scan for four times as many as wanted and hand their float vectors to
 * `rerankVectors`. Reading and writing happen on Node's pool, never on the engine thread.
 */
export class VectorIndex {
  /** Use `open`. */
  private constructor();

  /**
   * Opens the file or makes it, for this process alone. What a write that never ended left behind its last
   * row is cut off. `dimensions`: 1 to 8192.
   * @throws `vectors.broken` where it is not such a file, of that width and whole; then it is left as it is
   * @throws `vectors.in-use`, `vectors.failed`, `storage.full`
   */
  static open(request: { path: string; dimensions: number }): Promise<VectorIndex>;

  readonly dimensions: number;
  /** Rows on disk: those of appends that have resolved. */
  readonly rowCount: number;

  /**
   * Adds whole vectors, one after another; resolves to the row of the first. They lie on the disk then,
   * whatever happens. Rows are numbered in the order of the calls. A failed append adds none.
   * @throws `vectors.not-finite`, `storage.full`, `vectors.failed`, `cancelled` after `close`
   */
  append(vectors: Float32Array): Promise<number>;

  /**
   * The rows closest to `query` among those there were at the call; of equally close ones the lower row.
   * @throws `vectors.not-finite`, `vectors.broken`, `vectors.failed`, `cancelled` after `close`
   */
  scan(query: Float32Array, options: VectorScanOptions): Promise<VectorHits>;

  /** Resolves once what was begun has ended and the file is closed. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * The `count` candidates closest to `query` by the cosine of their float vectors, in double precision; of
 * equally close ones the lower row. `vectors` holds one vector for each of `rows`.
 * Runs at once: some hundred candidates take well under a millisecond.
 * @throws `vectors.not-finite`
 */
export function rerankVectors(
  query: Float32Array,
  candidates: { rows: Uint32Array; vectors: Float32Array; count: number },
): VectorHits;

/** What this processor can run, the fastest first; `scalar` is always last. */
export function vectorKernels(): VectorKernel[];

/**
 * The multiplication by itself, for tests: the dot product of `query` with each row of its length. The
 * length is a multiple of 64; the query holds no -128.
 */
export function int8Dots(request: {
  kernel: VectorKernel;
  query: Int8Array;
  rows: Int8Array;
}): Int32Array;
