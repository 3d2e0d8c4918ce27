import type { EngineHandlers } from '../../contract/engine-contract.ts';
import type { EngineServiceOptions } from './engine-service-options.ts';
import { Follower } from './follow.ts';
import { ModelLoading } from './load-model.ts';
import type { EngineThread } from './native-binding.ts';
import { Resting } from './resting.ts';
import { runHandlers } from './run-requests.ts';

/** What this process does for main: answers `engineContract` with the addon. */
export class EngineService {
  readonly #engine: EngineThread;
  readonly #loading: ModelLoading;
  readonly #resting: Resting;
  readonly handlers: EngineHandlers;

  constructor(options: EngineServiceOptions) {
    const { addon, threads, log } = options;
    const engine = new addon.Engine({ threads, onLog: log });
    const follower = new Follower();
    const loading = new ModelLoading({ ...options, engine, follower });
    this.#engine = engine;
    this.#loading = loading;
    this.#resting = new Resting({
      nowMs: () => performance.now(),
      isBusy: () => follower.isBusy,
      isLoaded: () => loading.isLoaded,
      installedMemoryBytes: options.installedMemoryBytes,
      freeMemoryBytes: () => options.freeMemoryBytes(),
      shrinkCache: (request) => engine.shrinkCache(request),
      unload: () => loading.unload(),
      onUnloaded: (reason) => {
        log('info', `the model is freed: ${reason}`);
        options.onUnloaded(reason);
      },
    });
    this.handlers = {
      engine: {
        describe: async () => {
          await follower.settled();
          return { ...addon.describe(), threads, pid: process.pid };
        },
        counters: () => engine.counters(),
        shrinkCache: async (input) => {
          await engine.shrinkCache(input);
          return {};
        },
      },
      model: {
        inspect: ({ path }) => addon.inspectGguf(path),
        load: (input, { signal }) => loading.load(input, signal),
        unload: async () => {
          await loading.unload();
          return {};
        },
      },
      run: runHandlers(engine, follower),
    };
  }

  /** Frees what nobody needs now; to be called every few seconds, one call at a time. */
  async rest(): Promise<void> {
    this.#resting.idleMinutes = this.#loading.idleMinutes;
    await this.#resting.look();
  }

  /** Ends all work and frees everything. */
  async close(): Promise<void> {
    await this.#engine.dispose();
  }
}
