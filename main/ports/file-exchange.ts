import type { FileRef } from '../../contract/models/models.ts';

/** A file that a window handed over. */
export interface TakenFile {
  path: string;
  name: string;
  /** It was copied to us and is ours to move or remove; else it is the person's own file. */
  isOurs: boolean;
}

/** Turns a window's reference into a file on this computer. */
export interface FileExchange {
  /** Each upload can be taken once. @throws AppError `file.not-found` */
  take(file: FileRef): Promise<TakenFile>;
}
