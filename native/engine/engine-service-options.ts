import type { EngineOptions } from '../addon/index.d.ts';
import type { Addon } from './native-binding.ts';
import type { RestReason } from './resting.ts';

/** What the engine's process gives its service. */
export interface EngineServiceOptions {
  addon: Addon;
  /** Compute threads, 1 or more. */
  threads: number;
  installedMemoryBytes: number;
  freeMemoryBytes(): Promise<number>;
  /** One log line; never text of a conversation. */
  log: NonNullable<EngineOptions['onLog']>;
  /** Told right before a model is freed that nobody asked to free. */
  onUnloaded(reason: RestReason): void;
}
