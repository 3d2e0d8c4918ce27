import { join } from 'node:path';
import type {
  EngineCounters,
  GenerateRequest,
  LoadedModel,
  PromptCost,
  PromptMessage,
  WarmRequest,
} from '../../../native/addon/index.d.ts';
import { BenchChild } from '../child-process.ts';
import type { Answer, Ask, Contestant, Place, Prompt } from './contestant.ts';
import type { ParleyAnswer, ParleyMemory, ParleyPlace } from './parley-child.ts';

const script = join(import.meta.dirname, 'parley-child.ts');
const mebibyte = 1024 * 1024;

type Rendered = { tokens: number[]; isControl: boolean[]; text: string };

/** How our engine differs from its usual self in one cell. */
export interface ParleyOptions {
  /** Budgets of the cache in bytes; the default is what the app gives on a machine of this size. */
  ramBytes?: number;
  diskBytes?: number;
  /** Random weights write no words: the engine's own clock says when the first token came. */
  hasRandomWeights?: boolean;
}

/** A greedy request of one chat. */
export function greedy(
  messages: PromptMessage[],
  sequenceKey: string,
  maxAnswerTokens: number,
): GenerateRequest {
  return {
    sequenceKey,
    messages,
    sampling: { temperature: 0, topP: 1, topK: 0, minP: 0 },
    maxAnswerTokens,
    enableThinking: false,
  };
}

/** Our addon. */
export class Parley implements Contestant {
  readonly name = 'Parley';
  readonly #place: ParleyPlace;
  readonly #hasRandomWeights: boolean;
  #child: BenchChild | null = null;
  #loaded: LoadedModel | null = null;

  constructor(place: Place, options: ParleyOptions = {}) {
    const { ramBytes = 512 * mebibyte, diskBytes = 4096 * mebibyte } = options;
    this.#place = { ...place, ramBytes, diskBytes };
    this.#hasRandomWeights = options.hasRandomWeights ?? false;
  }

  get child(): BenchChild {
    if (!this.#child) throw new Error('it was not started');
    return this.#child;
  }

  /** Where its cache lies. */
  get folder(): string {
    return this.#place.folder;
  }

  /** What loading said. */
  get loaded(): LoadedModel {
    if (!this.#loaded) throw new Error('no model was loaded');
    return this.#loaded;
  }

  async start(): Promise<void> {
    await this.open();
    await this.load();
  }

  /** The process and the engine, without a model. */
  async open(): Promise<void> {
    this.#child = new BenchChild(script);
    await this.#child.call('open', { threads: this.#place.threads });
  }

  async load(): Promise<void> {
    this.#loaded = await this.child.call<LoadedModel>('load', this.#place);
  }

  async answer({ prompt, maxTokens, conversation }: Ask): Promise<Answer> {
    const answer = await this.generate(greedy(prompt.messages, conversation, maxTokens));
    const { result } = answer;
    if (result.promptTokens !== prompt.tokens.length) {
      throw new Error(`it read ${result.promptTokens} tokens, not ${prompt.tokens.length}`);
    }
    return {
      firstTokenMs: this.#hasRandomWeights ? result.firstTokenMs : answer.firstTokenMs,
      totalMs: answer.totalMs,
      tokens: [...(result.answerTokenIds ?? [])],
      text: answer.batches.map(({ text }) => text).join(''),
      computedTokens: result.computedTokens ?? result.promptTokens - result.reusedTokens,
    };
  }

  generate(request: GenerateRequest): Promise<ParleyAnswer> {
    return this.child.call('generate', request);
  }

  cancel(request: GenerateRequest, afterMs: number): Promise<{ endMs: number }> {
    return this.child.call('cancel', { request, afterMs });
  }

  /** Waits until all of the prefix is computed. */
  warm(request: WarmRequest): Promise<PromptCost> {
    return this.child.call('warm', { request, mustWait: true });
  }

  /** Begins, and abandons what was begun before. */
  async beginWarm(request: WarmRequest): Promise<void> {
    await this.child.call('warm', { request, mustWait: false });
  }

  /** Bytes of attention state that one more token takes. */
  async stateBytesPerToken(): Promise<number> {
    const bytes = (contextTokens: number): Promise<{ contextBytes: number }> => {
      const request = { path: this.#place.model, projectorPath: null, contextTokens };
      return this.child.call('estimateMemory', request);
    };
    const [small, large] = [await bytes(2048), await bytes(4096)];
    return (large.contextBytes - small.contextBytes) / 2048;
  }

  counters(): Promise<EngineCounters> {
    return this.child.call('counters');
  }

  memory(): Promise<ParleyMemory> {
    return this.child.call('memory');
  }

  /** Settles, as the app does after each answer. */
  async keep(sequenceKey: string, messages: PromptMessage[]): Promise<void> {
    await this.warm({ sequenceKey, kind: 'settled', messages, enableThinking: false });
  }

  async reopen(): Promise<void> {}

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child) return;
    try {
      await child.call('dispose');
    } finally {
      await child.end();
    }
  }

  async tokensOf({ messages }: Prompt): Promise<number[]> {
    return (await this.prompt(messages)).tokens;
  }

  /** The prompt that it would read. */
  async prompt(messages: PromptMessage[]): Promise<Prompt> {
    const request = { messages, enableThinking: false };
    const { tokens, isControl, text } = await this.child.call<Rendered>('tokenizePrompt', request);
    const marks = [...new Set(tokens.filter((_, index) => isControl[index]))];
    return { messages, tokens: [...tokens], text, marks };
  }
}
