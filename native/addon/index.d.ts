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

export interface LoadRequest {
  path: string;
  projectorPath: string | null;
  /** Tokens of context shared by all sequences, 512 or more; already chosen to fit. */
  contextTokens: number;
}

export interface LoadedModel {
  description: string;
  contextTokens: number;
  trainedContextTokens: number;
  canSee: boolean;
  canThink: boolean;
  deviceName: string;
  /** Weights, state and compute buffers, as llama.cpp accounts for them. */
  memoryBytes: number;
  loadMs: number;
}

export interface PromptMessage {
  role: 'system' | 'user' | 'assistant';
  text: string;
  reasoning?: string;
}

export interface Sampling {
  temperature: number;
  topP: number;
  topK: number;
  minP: number;
  seed?: number;
}

export interface GenerateRequest {
  /** Names the sequence, so that a later request with the same start reads only what is new. */
  sequenceKey: string;
  messages: PromptMessage[];
  sampling: Sampling;
  /** 1 or more. */
  maxAnswerTokens?: number;
  enableThinking: boolean;
}

/** What became known since the last batch; text is whole code points, already parsed from the template's form. */
export interface Batch {
  readTokens: number;
  promptTokens: number;
  text: string;
  reasoning: string;
}

export interface GenerateResult {
  stopReason: 'end' | 'length' | 'cancelled';
  promptTokens: number;
  reusedTokens: number;
  answerTokens: number;
  promptMs: number;
  answerMs: number;
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
   * is its error. Requests run one after the other.
   * @throws `model.not-loaded`, `prompt.too-long`, `model.template-broken`
   */
  generate(request: GenerateRequest, onBatch: (batch: Batch) => void): Job<GenerateResult>;

  /**
   * The prompt as the engine would read it, for tests and for the person who asks.
   * `isControl[i]` says whether token i is a control token of the vocabulary.
   */
  tokenizePrompt(request: Pick<GenerateRequest, 'messages' | 'enableThinking'>): Promise<{
    tokens: number[];
    isControl: boolean[];
    text: string;
  }>;

  /** Ends all jobs, frees everything, joins the thread. Later jobs end as cancelled. Safe to call twice. */
  dispose(): Promise<void>;
}
