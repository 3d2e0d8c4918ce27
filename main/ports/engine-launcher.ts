import type { Port } from '../../contract/rpc/port.ts';

/** One process of the engine. */
export interface EngineProcess {
  readonly pid: number | undefined;
  readonly port: Port;
  /** Lines it wrote to stderr. */
  onLogLine(listener: (line: string) => void): void;
  /** Once, when it is gone for whatever reason. */
  onExit(listener: (exitCode: number | null, signal: string | null) => void): void;
  kill(): void;
}

/** Starts the engine's process: a forked Node in the browser shell, a utility process in Electron. */
export interface EngineLauncher {
  /** @throws AppError `engine.unavailable` when the addon or the entry file is not there */
  launch(): EngineProcess;
}
