import type { Port } from '../../contract/rpc/port.ts';

/** One process that reads one foreign file. */
export interface SandboxProcess {
  readonly pid: number | undefined;
  readonly port: Port;
  /** Lines it wrote to stderr. They may say anything: a file may have taken the process over. */
  onLogLine(listener: (line: string) => void): void;
  /** Once, when it is gone for whatever reason. */
  onExit(listener: (exitCode: number | null, signal: string | null) => void): void;
  kill(): void;
  /** Memory it has resident; undefined where the system does not tell or it is gone. */
  residentBytes(): number | undefined;
}

/** What a process is started with. */
export interface SandboxLimits {
  /** Most that its JavaScript may keep; its own restriction and the watchdogs count everything. */
  readonly heapBytes: number;
}

/**
 * Starts extractor processes: a forked Node in the browser shell, a utility process in Electron. They restrict
 * themselves before they read anything.
 */
export interface Sandbox {
  /** @throws AppError `extractor.unavailable` when the entry file is not there */
  launch(limits: SandboxLimits): SandboxProcess;
}
