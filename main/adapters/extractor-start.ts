import { existsSync } from 'node:fs';
import { AppError } from '../../contract/errors/app-error.ts';
import type { SandboxLimits } from '../ports/sandbox.ts';

/** What both shells start an extractor with. */
export interface ExtractorStart {
  /** The extractor's bundle, `dist/extractor/extractor.js`. */
  readonly entryPath: string;
  /** The extractor's addon, `dist/native/sandbox.node`. */
  readonly sandboxPath: string;
}

/** @throws AppError `extractor.unavailable` when the bundle is not there */
export function requireExtractor({ entryPath }: ExtractorStart): void {
  if (existsSync(entryPath)) return;
  throw new AppError('extractor.unavailable', { reason: `missing: ${entryPath}` });
}

/**
 * Its own variables and none of ours: no home, no search path. One thread each for libuv and pictures, since a
 * stack of 8 MB counts as data, and its time is counted over all threads.
 */
export function extractorEnv(
  { sandboxPath }: ExtractorStart,
  ours: Record<string, string | undefined>,
): Record<string, string> {
  const { SystemRoot } = ours;
  return {
    PARLEY_SANDBOX: sandboxPath,
    UV_THREADPOOL_SIZE: '1',
    VIPS_CONCURRENCY: '1',
    // Windows programs need the one variable to start.
    ...(SystemRoot === undefined ? {} : { SystemRoot }),
  };
}

/** V8's own limit, and one helper thread. */
export function extractorArguments({ heapBytes }: SandboxLimits): string[] {
  return [`--max-old-space-size=${Math.round(heapBytes / 2 ** 20)}`, '--v8-pool-size=1'];
}
