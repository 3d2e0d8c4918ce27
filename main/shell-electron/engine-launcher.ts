import { existsSync } from 'node:fs';
import type { utilityProcess } from 'electron';
import { AppError } from '../../contract/errors/app-error.ts';
import type { EngineLauncher, EngineProcess } from '../ports/engine-launcher.ts';
import { utilityProcessOf } from './utility-process.ts';

/**
 * Starts the engine as a utility process: a process of its own, so that a crash of llama.cpp ends it alone.
 * It holds no state worth a slow end, so closing its port ends it at once.
 */
export function utilityLauncher(options: {
  fork: (typeof utilityProcess)['fork'];
  entryPath: string;
  env: Record<string, string>;
}): EngineLauncher {
  return {
    launch(): EngineProcess {
      const { entryPath, env, fork } = options;
      if (!existsSync(entryPath)) {
        throw new AppError('engine.unavailable', { reason: `missing: ${entryPath}` });
      }
      const child = fork(entryPath, [], {
        serviceName: 'Parley engine',
        stdio: ['ignore', 'ignore', 'pipe'],
        env,
        execArgv: [],
      });
      return utilityProcessOf(child);
    },
  };
}
