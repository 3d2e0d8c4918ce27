import type { EngineHandlers } from '../../contract/engine-contract.ts';
import type { EngineOptions } from '../addon/index.d.ts';
import { Follower } from './follow.ts';
import { ModelLoading } from './load-model.ts';
import type { Addon, EngineThread } from './native-binding.ts';
import { runHandlers } from './run-requests.ts';

export interface EngineServiceOptions {
  addon: Addon;
  /** Compute threads, 1 or more. */
  threads: number;
  installedMemoryBytes: number;
  freeMemoryBytes(): Promise<number>;
  /** One log line; never text of a conversation. */
  log: NonNullable<EngineOptions['onLog']>;
}

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
