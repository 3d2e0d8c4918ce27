import type { DocumentId } from '../../../contract/documents/documents.ts';
import type { Storage } from '../../storage/index.ts';

/** A file below a watched folder, as it was when it was last looked at. */
export interface WatchedFile {
  /** Below its folder, with `/` between names. */
  path: string;
  fileBytes: number;
  modifiedAtMs: number;
  /** Null where it could not be taken in. */
  documentId: DocumentId | null;
  /** The code of the error that it was refused with. */
  error: string | null;
}

/** The files of watched folders. Throws AppError `storage.full`, `storage.failed`. */
export interface WatchedFilesStore {
  list(folderId: number): WatchedFile[];
  find(folderId: number, path: string): WatchedFile | undefined;
  save(folderId: number, file: WatchedFile): void;
  move(folderId: number, from: string, to: string): void;
  remove(folderId: number, path: string): void;
}

const columns = `path, file_bytes AS fileBytes, modified_at_ms AS modifiedAtMs,
  document_id AS documentId, error`;

/** Prepares the statements over `storage`. */
export function createWatchedFilesStore(storage: Storage): WatchedFilesStore {
  const { database } = storage;
  const list = database.prepare<[number], WatchedFile>(
    `SELECT ${columns} FROM watched_files WHERE folder_id = ? ORDER BY path`,
  );
  const find = database.prepare<[number, string], WatchedFile>(
    `SELECT ${columns} FROM watched_files WHERE folder_id = ? AND path = ?`,
  );
  const save = database.prepare(
    `INSERT OR REPLACE INTO watched_files (folder_id, path, file_bytes, modified_at_ms, document_id, error)
     VALUES (@folderId, @path, @fileBytes, @modifiedAtMs, @documentId, @error)`,
  );
  const move = database.prepare<[string, number, string]>(
    'UPDATE OR REPLACE watched_files SET path = ? WHERE folder_id = ? AND path = ?',
  );
  const remove = database.prepare<[number, string]>(
    'DELETE FROM watched_files WHERE folder_id = ? AND path = ?',
  );
  return {
    list: (folderId) => storage.read(() => list.all(folderId)),
    find: (folderId, path) => storage.read(() => find.get(folderId, path)),
    save: (folderId, file) => void storage.write(() => save.run({ folderId, ...file })),
    move: (folderId, from, to) => void storage.write(() => move.run(to, folderId, from)),
    remove: (folderId, path) => void storage.write(() => remove.run(folderId, path)),
  };
}
