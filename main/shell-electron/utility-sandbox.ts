import type { UtilityProcess, utilityProcess } from 'electron';
import {
  type ExtractorStart,
  extractorArguments,
  extractorEnv,
  requireExtractor,
} from '../adapters/extractor-start.ts';
import { residentBytesOf } from '../adapters/resident-memory.ts';
import type { Sandbox } from '../ports/sandbox.ts';
import { utilityProcessOf } from './utility-process.ts';

/** By a signal that cannot be ignored: a file may have taken the process over. */
function endByForce(child: UtilityProcess): void {
  if (child.pid === undefined || process.platform === 'win32') {
    child.kill();
    return;
  }
  try {
    process.kill(child.pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/** Starts extractors as utility processes, which are Node processes like any: they restrict themselves. */
export function utilitySandbox(
  options: ExtractorStart & {
    fork: (typeof utilityProcess)['fork'];
    env: Record<string, string | undefined>;
  },
): Sandbox {
  return {
    launch(limits) {
      requireExtractor(options);
      const child = options.fork(options.entryPath, [], {
        serviceName: 'Parley extractor',
        stdio: ['ignore', 'ignore', 'pipe'],
        env: extractorEnv(options, options.env),
        execArgv: extractorArguments(limits),
      });
      const { port, onLogLine, onExit } = utilityProcessOf(child);
      return {
        ...{ port, onLogLine, onExit },
        kill: () => endByForce(child),
        // Not known until it runs.
        get pid() {
          return child.pid;
        },
        residentBytes: () => residentBytesOf(child.pid),
      };
    },
  };
}
