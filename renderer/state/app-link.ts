import type { AppClient } from '../../contract/app-contract.ts';
import type { FileRef } from '../../contract/models/models.ts';

/** How a dropped file becomes something the app can open. */
export interface ReferOptions {
  /** 0 to 1, while a file has to be copied; never called where the shell knows paths. */
  onProgress(fraction: number): void;
  signal: AbortSignal;
}

/** What a shell gives the window: the app, whether it is there, and a way to name files. */
export interface AppLink {
  readonly client: AppClient;
  /** Tells when the app goes and comes back; returns how to stop listening. */
  onConnection(listener: (isConnected: boolean) => void): () => void;
  /**
   * Names `file` for the app: its path, or an upload where a window knows no paths.
   * @throws AppError `storage.full`, `storage.failed`, `connection.lost`
   * Aborting the signal ends the upload; nothing is left behind.
   */
  refer(file: File, options: ReferOptions): Promise<FileRef>;
}
