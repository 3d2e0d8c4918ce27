import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { AppError } from '../../contract/errors/app-error.ts';
import type { EngineLauncher, EngineProcess } from '../ports/engine-launcher.ts';
import { forkedProcess } from './forked-process.ts';

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

export interface ForkLauncherOptions {
  /** The engine's bundle, `dist/engine/engine.js`. */
  entryPath: string;
  /** Variables beside those passed on. */
  env?: Record<string, string>;
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
    return forkedProcess(child);
  }
}
