import { existsSync } from 'node:fs';
import type { UtilityProcess, utilityProcess } from 'electron';
import { AppError } from '../../contract/errors/app-error.ts';
import type { Port } from '../../contract/rpc/port.ts';
import { lineCutter } from '../engine-host/last-lines.ts';
import type { EngineLauncher, EngineProcess } from '../ports/engine-launcher.ts';

function processPort(child: UtilityProcess, end: () => void): Port {
  const closers: (() => void)[] = [];
  let reader: ((frame: unknown) => void) | undefined;
  let isClosed = false;
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    for (const closer of closers.splice(0)) closer();
  };
  child.once('exit', close);
  return {
    post: (frame) => {
      if (!isClosed) child.postMessage(frame);
    },
    onFrame: (listener) => {
      if (reader) child.off('message', reader);
      reader = listener;
      child.on('message', reader);
    },
    onClose: (listener) => {
      if (isClosed) listener();
      else closers.push(listener);
    },
    close: () => {
      close();
      end();
    },
  };
}

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
      const lineListeners: ((line: string) => void)[] = [];
      const cut = lineCutter((line) => {
        for (const listener of lineListeners) listener(line);
      });
      child.stderr?.on('data', (chunk: Buffer) => cut(chunk.toString()));
      child.stderr?.on('end', () => cut(null));
      const kill = (): void => {
        child.kill();
      };
      return {
        get pid() {
          return child.pid;
        },
        port: processPort(child, kill),
        onLogLine: (listener) => {
          lineListeners.push(listener);
        },
        onExit: (listener) => {
          child.once('exit', (exitCode) => listener(exitCode, null));
        },
        kill,
      };
    },
  };
}
