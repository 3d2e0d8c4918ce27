import type { EngineOptions } from '../addon/index.d.ts';
import type { Addon } from './native-binding.ts';
import type { RestReason } from './resting.ts';

/** What the engine's process gives its service. */
export interface EngineServiceOptions {
  addon: Addon;
  /** Compute threads, 1 or more. */
  threads: number;
  /** Whether the best settings for a model are found out by measuring, while nobody waits. */
  isCalibrating: boolean;
  installedMemoryBytes: number;
  freeMemoryBytes(): Promise<number>;
  /** Whether that counts pages of mapped files. */
  countsMappedAsFree: boolean;
  /** One log line; never text of a conversation. */
  log: NonNullable<EngineOptions['onLog']>;
  /** Told right before the chat model is freed that nobody asked to free. */
  onUnloaded(reason: RestReason): void;
  /** As `onUnloaded`, of the embedder. */
  onEmbedderUnloaded(reason: RestReason): void;
  /** The loaded chat model computes with so many threads from now on: measured as the fastest. */
  onThreads(threads: number): void;
}
