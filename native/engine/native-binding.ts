import { createRequire } from 'node:module';
import { AppError } from '../../contract/errors/app-error.ts';
import type * as addonSurface from '../addon/index.d.ts';
import { guarded, guardedCall, guardedJob, rethrow } from './translate-error.ts';

/** The addon as this process uses it. */
export type Addon = Pick<
  typeof addonSurface,
  'inspectGguf' | 'estimateMemory' | 'estimateEmbedderMemory' | 'forgetKept' | 'describe'
> & {
  Engine: new (options: addonSurface.EngineOptions) => EngineThread;
  VectorIndex: { open(request: { path: string; dimensions: number }): Promise<VectorFile> };
};

/** One open file of vectors. */
export type VectorFile = Pick<
  addonSurface.VectorIndex,
  'dimensions' | 'rowCount' | 'append' | 'scan' | 'close'
>;

/** The addon's engine: one thread that owns llama.cpp. */
export type EngineThread = Pick<
  addonSurface.Engine,
  | 'load'
  | 'unload'
  | 'generate'
  | 'warm'
  | 'forget'
  | 'shrinkCache'
  | 'loadEmbedder'
  | 'unloadEmbedder'
  | 'embed'
  | 'countTokens'
  | 'counters'
  | 'measure'
  | 'setThreads'
  | 'tokenize'
  | 'detokenize'
  | 'tokenizePrompt'
  | 'dispose'
>;

/** Beside the bundle `dist/engine/engine.js`; development and tests name another by PARLEY_ADDON. */
const bundledAddon = '../native/addon.node';

function translatedVectors(file: VectorFile): VectorFile {
  return {
    dimensions: file.dimensions,
    get rowCount() {
      return file.rowCount;
    },
    append: (vectors) => guardedCall(() => file.append(vectors)),
    scan: (query, options) => guardedCall(() => file.scan(query, options)),
    close: () => guardedCall(() => file.close()),
  };
}

/** The same surface, with every error translated. */
export function translated(addon: Addon): Addon {
  class TranslatedEngine implements EngineThread {
    readonly #engine: EngineThread;

    constructor(options: addonSurface.EngineOptions) {
      this.#engine = guarded(() => new addon.Engine(options));
    }

    load(request: addonSurface.LoadRequest, onProgress: (fraction: number) => void) {
      return guardedJob(() => this.#engine.load(request, onProgress));
    }

    async unload(): Promise<void> {
      await this.#engine.unload().catch(rethrow);
    }

    generate(request: addonSurface.GenerateRequest, onBatch: (batch: addonSurface.Batch) => void) {
      return guardedJob(() => this.#engine.generate(request, onBatch));
    }

    warm(request: addonSurface.WarmRequest) {
      return guardedJob(() => this.#engine.warm(request));
    }

    async forget(request: Parameters<EngineThread['forget']>[0]) {
      await guardedCall(() => this.#engine.forget(request));
    }

    async shrinkCache(request: Parameters<EngineThread['shrinkCache']>[0]) {
      await guardedCall(() => this.#engine.shrinkCache(request));
    }

    loadEmbedder(request: addonSurface.EmbedderRequest, onProgress: (fraction: number) => void) {
      return guardedJob(() => this.#engine.loadEmbedder(request, onProgress));
    }

    async unloadEmbedder(): Promise<void> {
      await this.#engine.unloadEmbedder().catch(rethrow);
    }

    embed(request: addonSurface.EmbedRequest, onProgress?: (fraction: number) => void) {
      return guardedJob(() => this.#engine.embed(request, onProgress));
    }

    countTokens(request: addonSurface.EmbedRequest) {
      return guardedJob(() => this.#engine.countTokens(request));
    }

    async counters() {
      return await guardedCall(() => this.#engine.counters());
    }

    measure(request: addonSurface.MeasureRequest) {
      return guardedJob(() => this.#engine.measure(request));
    }

    async setThreads(request: Parameters<EngineThread['setThreads']>[0]) {
      await guardedCall(() => this.#engine.setThreads(request));
    }

    async tokenize(request: Parameters<EngineThread['tokenize']>[0]) {
      return await guardedCall(() => this.#engine.tokenize(request));
    }

    async detokenize(request: Parameters<EngineThread['detokenize']>[0]) {
      return await guardedCall(() => this.#engine.detokenize(request));
    }

    async tokenizePrompt(request: Parameters<EngineThread['tokenizePrompt']>[0]) {
      return await guardedCall(() => this.#engine.tokenizePrompt(request));
    }

    async dispose(): Promise<void> {
      await this.#engine.dispose().catch(rethrow);
    }
  }
  return {
    inspectGguf: async (path) => await addon.inspectGguf(path).catch(rethrow),
    estimateMemory: async (request) => await addon.estimateMemory(request).catch(rethrow),
    estimateEmbedderMemory: async (request) =>
      await addon.estimateEmbedderMemory(request).catch(rethrow),
    forgetKept: (request) => guardedCall(() => addon.forgetKept(request)),
    describe: () => guarded(() => addon.describe()),
    Engine: TranslatedEngine,
    VectorIndex: {
      open: async (request) =>
        translatedVectors(await guardedCall(() => addon.VectorIndex.open(request))),
    },
  };
}

function unavailable(cause: unknown): AppError {
  // Node's message goes on with a stack of requires; its first line says what is the matter.
  const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
  return new AppError('engine.unavailable', { reason }, { cause });
}

/**
 * Loads the addon, from `path` where given, else from beside the bundle.
 * @throws AppError `engine.unavailable` when it is missing or does not fit this computer
 */
export function loadAddon(path: string | undefined): Addon {
  try {
    return translated(createRequire(import.meta.url)(path ?? bundledAddon) as Addon);
  } catch (error) {
    throw unavailable(error);
  }
}
