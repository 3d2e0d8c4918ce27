import type { EngineHandlers } from '../../contract/engine-contract.ts';
import type { EngineServiceOptions } from './engine-service-options.ts';
import { Follower } from './follow.ts';
import { ModelLoading } from './load-model.ts';
import type { EngineThread } from './native-binding.ts';
import { runHandlers } from './run-requests.ts';

/** What this process does for main: answers `engineContract` with the addon. */
export class EngineService {
  readonly #engine: EngineThread;
  readonly handlers: EngineHandlers;

  constructor(options: EngineServiceOptions) {
    const { addon, threads, log } = options;
    const engine = new addon.Engine({ threads, onLog: log });
    const follower = new Follower();
    const loading = new ModelLoading({ ...options, engine, follower });
    this.#engine = engine;
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

  /** Ends all work and frees everything. */
  async close(): Promise<void> {
    await this.#engine.dispose();
  }
}
