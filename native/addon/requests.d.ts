/** What the engine is asked and what it answers: part of the addon's surface, see `index.d.ts`. */

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
  /** Of these, weights in the mapped file: systems count such memory as free. */
  mappedBytes: number;
  loadMs: number;
}

export interface EmbedRequest {
  texts: string[];
  /**
   * Who waits. `background` goes on only while no visible chat does, and gives way within a batch; `visible`
   * goes before it, also beside a chat. Absent: `background`.
   */
  priority?: 'visible' | 'background';
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
