import { createRequire } from 'node:module';
import { AppError, type ErrorCode } from '../../contract/errors/app-error.ts';
import { errorCatalog } from '../../contract/errors/catalog.ts';
import type * as addonSurface from '../addon/index.d.ts';

/** The addon as this process uses it. */
export type Addon = Pick<typeof addonSurface, 'inspectGguf' | 'estimateMemory' | 'describe'> & {
  Engine: new (options: addonSurface.EngineOptions) => EngineThread;
};

/** The addon's engine: one thread that owns llama.cpp. */
export type EngineThread = Pick<
  addonSurface.Engine,
  | 'load'
  | 'unload'
  | 'generate'
  | 'warm'
  | 'forget'
  | 'shrinkCache'
  | 'counters'
  | 'tokenize'
  | 'detokenize'
  | 'tokenizePrompt'
  | 'dispose'
>;

/** Beside the bundle `dist/engine/engine.js`; development and tests name another by PARLEY_ADDON. */
const bundledAddon = '../native/addon.node';

/**
 * Turns what the addon threw, an `Error` with `code` and `data`, into our own error.
 * Whatever does not fit the catalogue is a bug and comes back as it was.
 */
export function translateError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const { code } = error;
  if (typeof code !== 'string' || !Object.hasOwn(errorCatalog, code)) return error;
  const data = 'data' in error ? error.data : {};
  const parsed = errorCatalog[code as ErrorCode].safeParse(data);
  if (!parsed.success) return error;
  return new AppError(code as ErrorCode, parsed.data as never, { cause: error });
}

function rethrow(error: unknown): never {
  throw translateError(error);
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return rethrow(error);
  }
}

async function guardedCall<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    return rethrow(error);
  }
}

function guardedJob<T>(start: () => addonSurface.Job<T>): addonSurface.Job<T> {
  const job = guarded(start);
  const done = job.done.catch(rethrow);
  // Whoever started the job reads `done` later; until then its failure is not "unhandled".
  done.catch(() => {});
  return { done, cancel: () => job.cancel() };
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

    async counters() {
      return await guardedCall(() => this.#engine.counters());
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
    describe: () => guarded(() => addon.describe()),
    Engine: TranslatedEngine,
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
