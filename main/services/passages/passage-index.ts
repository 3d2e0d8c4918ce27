import { join } from 'node:path';
import type { DocumentId } from '../../../contract/documents/documents.ts';
import type { Log } from '../../ports/log.ts';
import { closedIndexThread, type IndexThread, startIndexThread } from './search-index/thread.ts';

/** Where what was read of documents is kept: the index of passages, and the files of vectors beside it. */
export function indexFolder(dataFolder: string): string {
  return join(dataFolder, 'index');
}

/**
 * Opens the index below the data folder. Where that fails the app starts all the same: every call then rejects
 * with the reason, AppError `storage.full` or `storage.failed`, and the next start tries again.
 */
export async function openPassageIndex(options: {
  /** The script of its thread. */
  entry: string | URL;
  dataFolder: string;
  log: Log;
  /** Stored text of this document was found damaged: it is to be read again. */
  onDamaged(id: DocumentId): void;
}): Promise<IndexThread> {
  const { entry, dataFolder, log, onDamaged } = options;
  try {
    return await startIndexThread({ entry, folder: indexFolder(dataFolder), onDamaged });
  } catch (error) {
    log.incident(error, 'passages.open');
    return closedIndexThread(error);
  }
}
