import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../contract/errors/app-error.ts';
import { childProcessPort } from '../engine-host/child-process-port.ts';
import { lineCutter } from '../engine-host/last-lines.ts';
import type { EngineLauncher, EngineProcess } from '../ports/engine-launcher.ts';

/** What the engine's process may know of ours: places, which devices to use, its own two settings. */
const passedOn = [
  'PATH',
  'HOME',
  'USERPROFILE',
  'LANG',
  'TMPDIR',
  'TEMP',
  'SystemRoot',
  'LD_LIBRARY_PATH',
  'CUDA_VISIBLE_DEVICES',
  'PARLEY_ADDON',
  'PARLEY_ENGINE_THREADS',
];

/** How long to wait, after the process has ended, for what it still had to say on stderr. */
const lastWordsMs = 500;

export interface ForkLauncherOptions {
  /** The engine's bundle, `dist/engine/engine.js`. */
  entryPath: string;
  /** Variables beside those passed on. */
  env?: Record<string, string>;
}

function processOf(child: ChildProcess): EngineProcess {
  const lineListeners: ((line: string) => void)[] = [];
  const tell = (line: string): void => {
    for (const listener of lineListeners) listener(line);
  };
  const cut = lineCutter(tell);
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', cut);
  const { promise: stderrEnd, resolve: endStderr } = Promise.withResolvers<void>();
  child.stderr?.on('close', () => {
    cut(null);
    endStderr();
  });
  return {
    pid: child.pid,
    port: childProcessPort(child),
    onLogLine: (listener) => {
      lineListeners.push(listener);
    },
    onExit: (listener) => {
      child.once('exit', (exitCode, signal) => {
        // Its last lines may still be on their way. (`close`, which would wait for them, never comes
        // once we disconnected.)
        void Promise.race([stderrEnd, pause(lastWordsMs, undefined, { ref: false })]).then(() =>
          listener(exitCode, signal),
        );
      });
      child.once('error', (error) => {
        // Without a pid it never started; other errors are of messages to a process that lives.
        if (child.pid !== undefined) return;
        tell(error.message);
        listener(null, null);
      });
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}

/** Starts the engine as a forked Node: our own binary, no flags, few variables, stderr to us. */
export class ForkLauncher implements EngineLauncher {
  readonly #options: ForkLauncherOptions;

  constructor(options: ForkLauncherOptions) {
    this.#options = options;
  }

  launch(): EngineProcess {
    const { entryPath, env: extra } = this.#options;
    if (!existsSync(entryPath)) {
      throw new AppError('engine.unavailable', { reason: `missing: ${entryPath}` });
    }
    const env: Record<string, string> = {};
    for (const name of passedOn) {
      const value = process.env[name];
      if (value !== undefined) env[name] = value;
    }
    const child = fork(entryPath, [], {
      execPath: process.execPath,
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...env, ...extra },
    });
    return processOf(child);
  }
}
