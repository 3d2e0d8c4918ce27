import type { PromptMessage } from '../../../native/addon/index.d.ts';

/** A prompt in the three forms that contestants take; all are the same tokens. */
export interface Prompt {
  messages: PromptMessage[];
  tokens: number[];
  text: string;
  /** Those of `tokens` that mark turns: an answer that may not write them does not end by itself. */
  marks: number[];
}

/** What one request took, by the clock of whoever called the contestant. */
export interface Answer {
  /** From the call to the first token, whatever had to be restored first included. */
  firstTokenMs: number;
  totalMs: number;
  tokens: number[];
  text: string;
  /** Prompt tokens that were computed, by the contestant's own account; null where it gives none. */
  computedTokens: number | null;
}

/** What to answer, and how. Always greedy. */
export interface Ask {
  prompt: Prompt;
  maxTokens: number;
  /** The chat it belongs to; those of one chat begin alike. */
  conversation: string;
}

/** Where and how large a contestant runs. */
export interface Place {
  model: string;
  threads: number;
  contextTokens: number;
  /** A folder of its own that outlives its process. */
  folder: string;
}

/** One engine in a process of its own. Every method rejects with what went wrong. */
export interface Contestant {
  readonly name: string;
  /** Starts its process and loads the model. */
  start(): Promise<void>;
  answer(ask: Ask): Promise<Answer>;
  /**
   * What its person would do in the idle time after an answer: makes the best of keeping the chat.
   * `messages` end with the answer, as it stands in the history from then on.
   */
  keep(conversation: string, messages: PromptMessage[]): Promise<void>;
  /** What its person would call first after a restart; counts as time to the first token. */
  reopen(conversation: string): Promise<void>;
  /** Ends its process, in order first where that matters to what it keeps. */
  stop(): Promise<void>;
  /** Token ids that it makes of a prompt by itself; null where it cannot be asked. */
  tokensOf(prompt: Prompt): Promise<number[] | null>;
}

/** Milliseconds that `work` took, and what it gave. */
export async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const startMs = performance.now();
  const result = await work();
  return { ms: performance.now() - startMs, result };
}
