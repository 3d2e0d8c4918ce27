import type { EngineClient } from '../../contract/engine-contract.ts';

/** Why the engine's process ended. */
export interface EngineDeath {
  exitCode: number | null;
  signal: string | null;
  lastLogLines: string[];
}

/** The engine's process as services see it: always there; it starts when first asked and after a death. */
export interface Engine {
  /** The client of the process that runs now. @throws AppError `engine.unavailable` */
  client(): Promise<EngineClient>;
  /** Called after each death that we did not ask for. The function returned stops listening. */
  onDeath(listener: (death: EngineDeath) => void): () => void;
  /** Ends a process that does not answer; `onDeath` follows. */
  kill(): void;
  /** Ends it cleanly; nothing starts it again. */
  close(): Promise<void>;
}
