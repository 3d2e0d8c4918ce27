import { basename, join } from 'node:path';
import type { DocumentId } from '../../../contract/documents/documents.ts';
import { AppError, isCancel } from '../../../contract/errors/app-error.ts';
import type { Documents } from '../documents/index.ts';
import type { WatchedFolder } from './collection-store.ts';
import { type FolderScan, type FoundFile, isBelowUnreadable, scanFolder } from './folder-scan.ts';
import type { WatchedFile, WatchedFilesStore } from './watched-files-store.ts';
import { mostWatchedBytes } from './worth-reading.ts';

export interface FolderSyncOptions {
  store: WatchedFilesStore;
  documents: Pick<Documents, 'takeIn' | 'release'>;
}

/** What one look at a folder came to. */
export interface SyncOutcome {
  isMissing: boolean;
  hasChanged: boolean;
  /** A file changed while it was read: look again soon. */
  isUnsettled: boolean;
}

function isSame(file: FoundFile, known: WatchedFile): boolean {
  return file.fileBytes === known.fileBytes && file.modifiedAtMs === known.modifiedAtMs;
}

/** Documents of files that are gone and were as large: one of them may have been moved here. */
function formerIds(file: FoundFile, gone: ReadonlyMap<string, WatchedFile>): DocumentId[] {
  return [...gone.values()].flatMap(({ fileBytes, documentId }) =>
    fileBytes === file.fileBytes && documentId !== null ? [documentId] : [],
  );
}

/**
 * Brings what is known of a folder in line with what lies there: new and changed files are taken in, files
 * that moved keep their document, those that are gone leave. A folder that is not there changes nothing.
 */
export class FolderSync {
  readonly #options: FolderSyncOptions;

  constructor(options: FolderSyncOptions) {
    this.#options = options;
  }

  /** @throws AppError `storage.full`, `storage.failed`; what was done until then stays */
  async run(folder: WatchedFolder, signal: AbortSignal): Promise<SyncOutcome> {
    const scan = await scanFolder(folder.path, signal);
    if (scan.isMissing) return { isMissing: true, hasChanged: false, isUnsettled: false };
    const known = new Map(this.#options.store.list(folder.id).map((file) => [file.path, file]));
    const gone = this.#gone(scan, known);
    const outcome: SyncOutcome = { isMissing: false, hasChanged: false, isUnsettled: false };
    for (const file of scan.files) {
      signal.throwIfAborted();
      const before = known.get(file.path);
      if (before && isSame(file, before)) continue;
      outcome.hasChanged = true;
      const after = await this.#take(folder, file, formerIds(file, gone), signal);
      if (after.error === 'file.changing') outcome.isUnsettled = true;
      await this.#settle(folder, { before, after, gone });
    }
    for (const { path, documentId } of gone.values()) {
      outcome.hasChanged = true;
      this.#options.store.remove(folder.id, path);
      await this.#release(documentId);
    }
    return outcome;
  }

  #gone(scan: FolderScan, known: ReadonlyMap<string, WatchedFile>): Map<string, WatchedFile> {
    const there = new Set(scan.files.map(({ path }) => path));
    const isGone = ({ path }: WatchedFile) =>
      !there.has(path) && !isBelowUnreadable(path, scan.unreadable);
    return new Map([...known.values()].filter(isGone).map((file) => [file.path, file]));
  }

  /** Keeps the file. One that cannot be is noted with the reason; a full disk ends the look. */
  async #take(
    folder: WatchedFolder,
    file: FoundFile,
    formerIds: readonly DocumentId[],
    signal: AbortSignal,
  ): Promise<WatchedFile> {
    const none = { ...file, documentId: null };
    if (file.fileBytes > mostWatchedBytes) return { ...none, error: 'document.too-large' };
    const path = join(folder.path, file.path);
    try {
      const taken = { path, name: basename(file.path), isOurs: false };
      const { id } = await this.#options.documents.takeIn({ file: taken, formerIds, signal });
      return { ...file, documentId: id, error: null };
    } catch (error) {
      if (isCancel(error) || !(error instanceof AppError)) throw error;
      if (error.code === 'storage.full' || error.code === 'storage.failed') throw error;
      return { ...none, error: error.code };
    }
  }

  async #settle(
    folder: WatchedFolder,
    change: { before: WatchedFile | undefined; after: WatchedFile; gone: Map<string, WatchedFile> },
  ): Promise<void> {
    const { store } = this.#options;
    const { before, after, gone } = change;
    // Modified times tell of a change that was missed: the next look tries it again.
    const isRetried = after.error === 'file.changing';
    store.save(folder.id, isRetried ? { ...after, modifiedAtMs: 0 } : after);
    this.#adopt(folder, after, gone);
    if (before?.documentId && before.documentId !== after.documentId)
      await this.#release(before.documentId);
  }

  /** A file that was moved here took its document with it. */
  #adopt(folder: WatchedFolder, { documentId }: WatchedFile, gone: Map<string, WatchedFile>): void {
    for (const [path, old] of gone) {
      if (documentId === null || old.documentId !== documentId) continue;
      gone.delete(path);
      this.#options.store.remove(folder.id, path);
    }
  }

  async #release(documentId: DocumentId | null): Promise<void> {
    if (documentId !== null) await this.#options.documents.release([documentId]);
  }
}
