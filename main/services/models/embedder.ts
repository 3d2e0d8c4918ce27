import type { LoadedEmbedder } from '../../../contract/engine/embeddings.ts';
import type { EngineClient } from '../../../contract/engine-contract.ts';
import { AppError, isCancel } from '../../../contract/errors/app-error.ts';
import type { Engine } from '../../ports/engine.ts';
import type { Log } from '../../ports/log.ts';
import { asRead, cutTowards, surelyFits, type TextRole } from './e5-protocol.ts';
import { directionBetween, passagePairs, withoutLanguage } from './language-direction.ts';
import type { KeptModel } from './library.ts';

/** Deaths of the engine in a row, while it embeds, after which no more is embedded until the next start. */
const mostDeaths = 3;

/** Whether passages can be found by meaning. `ready`: the file is there; it is loaded when it is needed. */
export type EmbedderState = 'absent' | 'loading' | 'ready' | 'failed';

/** Vectors of texts, in the order of the texts. */
export interface EmbeddedTexts {
  /** `dimensions` floats for each text, of length 1: the dot product is the cosine. */
  vectors: Float32Array;
  dimensions: number;
  /** Only vectors with the same one can be compared. */
  fingerprint: string;
}

/**
 * Turns text into vectors by the embedding model, beside the chat model. Scores of its vectors lie close
 * together (right ones 0.76 to 0.90): they rank, a threshold on them means nothing.
 */
export interface Embedder {
  readonly state: EmbedderState;
  /** `listener` is called when `state` may have changed. The function returned stops it. */
  onChanged(listener: () => void): () => void;
  /** The loaded model, loaded first if it is not. @throws as `embedPassages` */
  ready(signal: AbortSignal): Promise<LoadedEmbedder>;
  /**
   * Vectors of what may answer; at most 4096 texts. Longer ones than `ready().contextTokens` are cut there.
   * Loads the model first where needed; a load that failed is tried again.
   * @throws AppError `embedding.not-loaded` where there is no model, `model.*`, and the errors of the
   * engine's process
   * Aborting gives nothing.
   */
  embedPassages(texts: readonly string[], signal: AbortSignal): Promise<EmbeddedTexts>;
  /**
   * The vector of what is asked, with most of its language taken out, so that it also finds passages in the
   * other one. @throws as `embedPassages`
   */
  embedQuery(text: string, signal: AbortSignal): Promise<EmbeddedTexts>;
  /** Tokens of each text as a passage, everything that the model adds included. @throws as `embedPassages` */
  countPassageTokens(texts: readonly string[], signal: AbortSignal): Promise<Uint32Array>;
}

export interface EmbedderOptions {
  engine: Engine;
  log: Log;
  /** The file, where there is one. */
  model(): KeptModel | undefined;
  /** File for what the engine finds out about models on this computer. */
  notesPath: string;
  /** Minutes without use after which the engine frees it; 0: never. */
  idleMinutes(): number;
}

interface Loaded {
  readonly client: EngineClient;
  readonly modelId: string;
  readonly loaded: LoadedEmbedder;
}

/** Keeps the embedding model in the engine while it is used: one load at a time, again after a death. */
export class EngineEmbedder implements Embedder {
  readonly #options: EmbedderOptions;
  readonly #listeners = new Set<() => void>();
  readonly #listenedTo = new WeakSet<EngineClient>();
  readonly #stopListening: () => void;
  readonly #closing = new AbortController();
  #loaded: Loaded | undefined;
  #loading: Promise<Loaded> | undefined;
  #hasFailed = false;
  #direction: { fingerprint: string; vector: Float32Array } | undefined;
  #isEmbedding = 0;
  #deaths = 0;

  constructor(options: EmbedderOptions) {
    this.#options = options;
    this.#stopListening = options.engine.onDeath(() => this.#onDeath());
  }

  get state(): EmbedderState {
    if (!this.#options.model()) return 'absent';
    if (this.#loading) return 'loading';
    return this.#hasFailed ? 'failed' : 'ready';
  }

  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async ready(signal: AbortSignal): Promise<LoadedEmbedder> {
    return (await this.#get(signal)).loaded;
  }

  embedPassages(texts: readonly string[], signal: AbortSignal): Promise<EmbeddedTexts> {
    return this.#embed({ role: 'passage', texts, priority: 'background', signal });
  }

  async embedQuery(text: string, signal: AbortSignal): Promise<EmbeddedTexts> {
    const embedded = await this.#embed({
      ...{ role: 'query', texts: [text], priority: 'visible', signal },
    });
    const direction = await this.#languageDirection(embedded.fingerprint, signal);
    return { ...embedded, vectors: withoutLanguage(embedded.vectors, direction) };
  }

  async countPassageTokens(texts: readonly string[], signal: AbortSignal): Promise<Uint32Array> {
    const { client } = await this.#get(signal);
    const asked = texts.map((text) => asRead('passage', text));
    return (await client.embedding.countTokens({ texts: asked }, { signal })).counts;
  }

  /** The file came, went, or is to be tried again. */
  modelChanged(): void {
    this.#hasFailed = false;
    this.#deaths = 0;
    if (this.#loaded?.modelId !== this.#options.model()?.id) this.#loaded = undefined;
    this.#tell();
  }

  async close(): Promise<void> {
    this.#stopListening();
    this.#closing.abort();
    await this.#loading?.catch(() => undefined);
  }

  /** Found once for each model: about a thousand tokens. */
  async #languageDirection(fingerprint: string, signal: AbortSignal): Promise<Float32Array> {
    if (this.#direction?.fingerprint === fingerprint) return this.#direction.vector;
    const texts = [0, 1].flatMap((side) => passagePairs.map((pair) => pair[side] ?? ''));
    const { vectors, dimensions } = await this.#embed({
      ...{ role: 'passage', texts, priority: 'visible', signal },
    });
    const half = passagePairs.length * dimensions;
    const sides = { english: vectors.subarray(0, half), chinese: vectors.subarray(half) };
    const vector = directionBetween(sides, dimensions);
    this.#direction = { fingerprint, vector };
    return vector;
  }

  async #embed(asked: {
    role: TextRole;
    texts: readonly string[];
    /** `visible`: somebody waits for the answer to a question; passages have time. */
    priority: 'visible' | 'background';
    signal: AbortSignal;
  }): Promise<EmbeddedTexts> {
    const { role, texts, priority, signal } = asked;
    const { client, loaded } = await this.#get(signal);
    this.#isEmbedding += 1;
    try {
      const fitting = await this.#cut(client, {
        texts: texts.map((text) => asRead(role, text)),
        ...{ limit: loaded.contextTokens, signal },
      });
      const steps = client.embedding.embed({ texts: fitting, priority }, { signal });
      let step = await steps.next();
      while (!step.done) step = await steps.next();
      this.#deaths = 0;
      const { vectors, dimensions } = step.value;
      return { vectors, dimensions, fingerprint: loaded.fingerprint };
    } catch (error) {
      // Freed while we asked: the next call loads it again.
      if (AppError.is(error, 'embedding.not-loaded')) this.#loaded = undefined;
      throw error;
    } finally {
      this.#isEmbedding -= 1;
    }
  }

  /** Cuts what is too long for the model, since the engine never does. */
  async #cut(
    client: EngineClient,
    asked: { texts: readonly string[]; limit: number; signal: AbortSignal },
  ): Promise<string[]> {
    const { limit, signal } = asked;
    const texts = [...asked.texts];
    let doubtful = [...texts.keys()].filter((index) => !surelyFits(texts[index] ?? '', limit));
    while (doubtful.length > 0) {
      const { counts } = await client.embedding.countTokens(
        { texts: doubtful.map((index) => texts[index] ?? '') },
        { signal },
      );
      const tokensOf = new Map(doubtful.map((index, place) => [index, counts[place] ?? 0]));
      doubtful = doubtful.filter((index) => (tokensOf.get(index) ?? 0) > limit);
      for (const index of doubtful) {
        texts[index] = cutTowards(texts[index] ?? '', tokensOf.get(index) ?? limit, limit);
      }
    }
    return texts;
  }

  async #get(signal: AbortSignal): Promise<Loaded> {
    signal.throwIfAborted();
    if (this.#loaded) return this.#loaded;
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
      this.#tell();
    });
    this.#tell();
    const loaded = await this.#loading;
    signal.throwIfAborted();
    return loaded;
  }

  async #load(): Promise<Loaded> {
    const model = this.#options.model();
    if (!model || this.#deaths >= mostDeaths) throw new AppError('embedding.not-loaded', {});
    const { engine, log, notesPath, idleMinutes } = this.#options;
    this.#isEmbedding += 1;
    try {
      const client = await engine.client();
      this.#listenTo(client);
      const signal = this.#closing.signal;
      const request = { path: model.path, notesPath, idleMinutes: idleMinutes() };
      const steps = client.embedding.load(request, { signal });
      let step = await steps.next();
      while (!step.done) step = await steps.next();
      this.#hasFailed = false;
      this.#loaded = { client, modelId: model.id, loaded: step.value };
      return this.#loaded;
    } catch (error) {
      if (!isCancel(error)) {
        this.#hasFailed = true;
        log.warn(`models: the embedding model was not loaded: ${String(error)}`);
      }
      throw error;
    } finally {
      this.#isEmbedding -= 1;
    }
  }

  #listenTo(client: EngineClient): void {
    if (this.#listenedTo.has(client)) return;
    this.#listenedTo.add(client);
    client.embedding.unloaded(({ reason }) => {
      this.#options.log.info(`the engine freed the embedding model: ${reason}`);
      if (this.#loaded?.client === client) this.#loaded = undefined;
    });
  }

  /** Whose fault a death is nobody can say: only those while it embeds are counted here. */
  #onDeath(): void {
    this.#loaded = undefined;
    if (this.#isEmbedding === 0) return;
    this.#deaths += 1;
    if (this.#deaths >= mostDeaths) this.#hasFailed = true;
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
