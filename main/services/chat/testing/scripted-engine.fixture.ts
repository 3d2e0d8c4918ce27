import {
  type EngineClient,
  type EngineHandlers,
  engineContract,
  type GenerateResult,
  type WarmRequest,
} from '../../../../contract/engine-contract.ts';
import { connect } from '../../../../contract/rpc/connect.ts';
import { type Port, portPair } from '../../../../contract/rpc/port.ts';
import { serve } from '../../../../contract/rpc/serve.ts';
import type { Engine, EngineDeath } from '../../../ports/engine.ts';
import {
  answerEnd,
  loadedModel,
  unscripted,
  usage,
} from '../../../testing/engine-replies.fixture.ts';
import type { ModelRuntime } from '../../models/index.ts';

/** What the scripted engine does with one request. */
export type Script = EngineHandlers['run']['generate'];
export type EngineRequest = Parameters<Script>[0];
export type EngineReply = GenerateResult;

/** An end that the model chose. */
export const ended: EngineReply = answerEnd();
export { usage };

/** A vocabulary of four characters a token. */
function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

/** An engine behind a real port, whose answers a test writes; also the models service over it. */
export class ScriptedEngine implements Engine, ModelRuntime {
  readonly requests: EngineRequest[] = [];
  readonly warmed: WarmRequest[] = [];
  readonly forgotten: string[] = [];
  readonly successes: string[] = [];
  /** How a warm request goes; at once unless a test says otherwise. */
  warm: EngineHandlers['run']['warm'] = () => ({
    ...{ promptTokens: 5, reusedTokens: 0, restoredTokens: 0, computedTokens: 5 },
  });
  forget: EngineHandlers['run']['forget'] = ({ sequenceKey }) => {
    this.forgotten.push(sequenceKey);
    return {};
  };
  /** How it stops an answer: as the script says where its signal aborts. */
  stop: EngineHandlers['run']['stop'] = ({ sequenceKey }) => {
    this.#stopping.get(sequenceKey)?.abort();
    return {};
  };
  /** What it does with state of a model that is not loaded; that it cannot unless a test says otherwise. */
  forgetKept: EngineHandlers['engine']['forgetKept'] = () => ({ isDone: false });
  loaded = loadedModel();
  isLoading: () => boolean = () => false;
  wakes = 0;
  kills = 0;
  /** Set to make `ready` fail, or wait. */
  beforeReady: (options: Parameters<ModelRuntime['ready']>[0]) => Promise<void> = async () => {};
  readonly #script: Script;
  readonly #listeners = new Set<(death: EngineDeath) => void>();
  readonly #settledListeners = new Set<() => void>();
  readonly #stopping = new Map<string, AbortController>();
  #port: Port | undefined;
  #client: EngineClient | undefined;

  constructor(script: Script) {
    this.#script = script;
  }

  async client(): Promise<EngineClient> {
    if (this.#client) return this.#client;
    const [near, far] = portPair();
    const handlers: EngineHandlers = {
      ...unscripted,
      engine: {
        ...unscripted.engine,
        forgetKept: (request, caller) => this.forgetKept(request, caller),
      },
      run: {
        ...unscripted.run,
        generate: (request, caller) => {
          this.requests.push(request);
          const stopping = new AbortController();
          this.#stopping.set(request.sequenceKey, stopping);
          const signal = AbortSignal.any([caller.signal, stopping.signal]);
          return this.#script(request, { signal });
        },
        stop: (request, caller) => this.stop(request, caller),
        warm: (request, caller) => {
          this.warmed.push(request);
          return this.warm(request, caller);
        },
        forget: (request, caller) => this.forget(request, caller),
        tokenize: ({ text }) => ({ tokens: new Uint32Array(tokensOf(text)) }),
        preview: ({ messages }) => {
          const text = messages.map((message) => message.text).join('');
          const count = tokensOf(text);
          const tokens = Array.from({ length: count }, () => 1);
          return { tokens, isControl: tokens.map(() => false), text, spans: [] };
        },
      },
    };
    serve(engineContract, handlers, far, () => 'scripted-incident');
    this.#port = near;
    this.#client = connect(engineContract, near);
    return this.#client;
  }

  onDeath(listener: (death: EngineDeath) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The process goes; with `death` the news of it comes after the connection broke. */
  die(death?: EngineDeath): void {
    this.#client = undefined;
    this.#port?.close();
    if (death) for (const listener of this.#listeners) listener(death);
  }

  kill(): void {
    this.kills += 1;
    this.die({ exitCode: null, signal: 'SIGKILL', lastLogLines: [] });
  }

  async close(): Promise<void> {
    this.die();
  }

  async ready(options: Parameters<ModelRuntime['ready']>[0]) {
    await this.beforeReady(options);
    options.signal.throwIfAborted();
    return this.#asReady(await this.client());
  }

  current() {
    return this.#client && this.#asReady(this.#client);
  }

  onSettled(listener: () => void): () => void {
    this.#settledListeners.add(listener);
    return () => this.#settledListeners.delete(listener);
  }

  /** As after a load. */
  async load(): Promise<void> {
    await this.client();
    for (const listener of this.#settledListeners) listener();
  }

  #asReady(client: EngineClient) {
    return { client, modelId: 'scripted', name: 'Scripted 1B', loaded: this.loaded };
  }

  wake(): void {
    this.wakes += 1;
  }

  noteSuccess(modelId: string): void {
    this.successes.push(modelId);
  }
}

/** A script that is fed from outside, piece by piece. */
export class FedScript {
  readonly #waiting: (string | { reasoning: string } | { prompt: number } | EngineReply | Error)[] =
    [];
  #wake = (): void => {};

  feed(
    ...pieces: (string | { reasoning: string } | { prompt: number } | EngineReply | Error)[]
  ): void {
    this.#waiting.push(...pieces);
    this.#wake();
  }

  readonly script: Script = async function* (
    this: FedScript,
    _request: unknown,
    caller: { signal: AbortSignal },
  ) {
    const { signal } = caller;
    signal.addEventListener('abort', () => this.#wake());
    for (;;) {
      const piece = this.#waiting.shift();
      if (signal.aborted) return answerEnd({ stopReason: 'cancelled' });
      if (piece === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else if (piece instanceof Error) throw piece;
      else if (typeof piece === 'string') yield { type: 'text' as const, text: piece };
      else if ('reasoning' in piece) yield { type: 'reasoning' as const, text: piece.reasoning };
      else if ('prompt' in piece) {
        yield { type: 'prompt' as const, readTokens: piece.prompt, promptTokens: 8 };
      } else return piece;
    }
  }.bind(this);
}
