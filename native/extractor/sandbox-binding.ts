import { createRequire } from 'node:module';
import { AppError } from '../../contract/errors/app-error.ts';
import { extractorExitCode, type Restrictions } from '../../contract/extractor-contract.ts';
import type * as sandboxSurface from './sandbox/index.d.ts';

/** Beside the bundle `dist/extractor/extractor.js`; development and tests name another by PARLEY_SANDBOX. */
const bundledAddon = '../native/sandbox.node';

/** How this process gives up its rights, and what it asks to see whether it has. */
export interface Sandbox {
  /** For good, once. Says what the system did of it. */
  restrict(limits: { cpuSeconds: number; dataBytes: number }): Restrictions;
  isExecRefused(): boolean;
  isPtraceRefused(): boolean;
  /** Ends the process at once; a usual exit is not possible once it is restricted. */
  end(exitCode: number): never;
}

function unavailable(cause: unknown): AppError {
  // Node's message goes on with a stack of requires; its first line says what is the matter.
  const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
  return new AppError('extractor.unavailable', { reason }, { cause });
}

/**
 * Loads the addon, from `path` where given, else from beside the bundle.
 * @throws AppError `extractor.unavailable` when it is missing or does not fit this computer
 */
export function loadSandbox(path: string | undefined): Sandbox {
  let addon: typeof sandboxSurface;
  try {
    addon = createRequire(import.meta.url)(path ?? bundledAddon) as typeof sandboxSurface;
  } catch (error) {
    throw unavailable(error);
  }
  return {
    restrict: ({ cpuSeconds, dataBytes }) =>
      addon.restrict({
        cpuSeconds,
        dataBytes,
        tooHeavyExitCode: extractorExitCode.tooHeavy,
        tooSlowExitCode: extractorExitCode.tooSlow,
      }),
    isExecRefused: () => addon.isExecRefused(),
    isPtraceRefused: () => addon.isPtraceRefused(),
    end: (exitCode) => addon.end(exitCode),
  };
}
