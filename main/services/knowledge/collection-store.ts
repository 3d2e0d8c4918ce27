import type { CollectionSummary } from '../../../contract/app/knowledge.ts';
import type { CollectionId, DocumentId } from '../../../contract/documents/documents.ts';
import type { Storage } from '../../storage/index.ts';

/** A folder whose files belong to a collection. */
export interface WatchedFolder {
  id: number;
  collectionId: CollectionId;
  path: string;
  isMissing: boolean;
}

interface Counts {
  documentCount: number;
  passageCount: number;
  embeddedCount: number;
  failedCount: number;
}

interface CollectionRow extends Counts {
  id: CollectionId;
  name: string;
  createdAtMs: number;
}

interface FolderRow extends Omit<WatchedFolder, 'isMissing'> {
  isMissing: number;
}

/** Collections, what is in them, and the folders they follow. Throws AppError `storage.full`, `storage.failed`. */
export interface CollectionStore {
  /** Not in the trash, oldest first. */
  list(): CollectionSummary[];
  find(id: CollectionId): CollectionSummary | undefined;
  insert(collection: { id: CollectionId; name: string; createdAtMs: number }): void;
  rename(id: CollectionId, name: string): void;
  trash(id: CollectionId, trashedAtMs: number): void;
  /** False when it is not there at all. */
  restore(id: CollectionId): boolean;
  /** Removes for good what is in the trash; returns the documents that were in it. */
  purge(): DocumentId[];
  /** Those of the collection, by hand or by its folders, in the order in which they came. */
  documentIds(id: CollectionId): DocumentId[];
  /** Collections, not in the trash, that the document is in. */
  collectionsOf(id: DocumentId): CollectionId[];
  addDocument(id: CollectionId, documentId: DocumentId): void;
  removeDocument(id: CollectionId, documentId: DocumentId): void;
  /** Of collections that are not in the trash. */
  folders(): WatchedFolder[];
  addFolder(id: CollectionId, path: string): WatchedFolder;
  removeFolder(folderId: number): void;
  setMissing(folderId: number, isMissing: boolean): void;
}

const members = `
  SELECT document_id FROM collection_documents WHERE collection_id = c.id
  UNION SELECT w.document_id FROM watched_files AS w JOIN watched_folders AS f ON f.id = w.folder_id
    WHERE f.collection_id = c.id AND w.document_id IS NOT NULL`;

const summary = `
  SELECT c.id, c.name, c.created_at_ms AS createdAtMs, count(d.id) AS documentCount,
    coalesce(sum(d.passage_count), 0) AS passageCount,
    coalesce(sum(d.embedded_count), 0) AS embeddedCount,
    coalesce(sum(d.state = 'failed'), 0) + (
      SELECT count(*) FROM watched_files AS w JOIN watched_folders AS f ON f.id = w.folder_id
      WHERE f.collection_id = c.id AND w.error IS NOT NULL
    ) AS failedCount
  FROM collections AS c LEFT JOIN documents AS d ON d.id IN (${members})
  WHERE c.trashed_at_ms IS NULL`;

const folderColumns = 'f.id, collection_id AS collectionId, path, is_missing AS isMissing';

function folderOf(row: FolderRow): WatchedFolder {
  return { ...row, isMissing: row.isMissing === 1 };
}

/** Prepares the statements over `storage`. */
export function createCollectionStore(storage: Storage): CollectionStore {
  const { database } = storage;
  const list = database.prepare<[], CollectionRow>(
    `${summary} GROUP BY c.id ORDER BY c.created_at_ms, c.id`,
  );
  const find = database.prepare<[string], CollectionRow>(`${summary} AND c.id = ? GROUP BY c.id`);
  const insert = database.prepare(
    'INSERT INTO collections (id, name, created_at_ms) VALUES (@id, @name, @createdAtMs)',
  );
  const rename = database.prepare('UPDATE collections SET name = ? WHERE id = ?');
  const setTrashed = database.prepare('UPDATE collections SET trashed_at_ms = ? WHERE id = ?');
  const trashed = database
    .prepare<[], DocumentId>(
      `SELECT DISTINCT d.id FROM collections AS c JOIN documents AS d ON d.id IN (${members})
       WHERE c.trashed_at_ms IS NOT NULL`,
    )
    .pluck();
  const purge = database.prepare('DELETE FROM collections WHERE trashed_at_ms IS NOT NULL');
  const documentIds = database
    .prepare<[string], DocumentId>(
      `SELECT d.id FROM collections AS c JOIN documents AS d ON d.id IN (${members})
       WHERE c.id = ? ORDER BY d.added_at_ms, d.id`,
    )
    .pluck();
  const collectionsOf = database
    .prepare<[string], CollectionId>(
      `SELECT c.id FROM collections AS c WHERE c.trashed_at_ms IS NULL AND ? IN (${members})`,
    )
    .pluck();
  const addDocument = database.prepare(
    'INSERT OR IGNORE INTO collection_documents (collection_id, document_id) VALUES (?, ?)',
  );
  const removeDocument = database.prepare(
    'DELETE FROM collection_documents WHERE collection_id = ? AND document_id = ?',
  );
  const folders = database.prepare<[], FolderRow>(
    `SELECT ${folderColumns} FROM watched_folders AS f JOIN collections AS c ON c.id = f.collection_id
     WHERE c.trashed_at_ms IS NULL ORDER BY f.id`,
  );
  const foldersOf = database.prepare<[string], FolderRow>(
    `SELECT ${folderColumns} FROM watched_folders AS f WHERE collection_id = ? ORDER BY f.id`,
  );
  const addFolder = database.prepare(
    'INSERT OR IGNORE INTO watched_folders (collection_id, path) VALUES (?, ?)',
  );
  const folderAt = database.prepare<[string, string], FolderRow>(
    `SELECT ${folderColumns} FROM watched_folders AS f WHERE collection_id = ? AND path = ?`,
  );
  const removeFolder = database.prepare('DELETE FROM watched_folders WHERE id = ?');
  const setMissing = database.prepare('UPDATE watched_folders SET is_missing = ? WHERE id = ?');
  const summaryOf = (row: CollectionRow): CollectionSummary => ({
    ...row,
    folders: foldersOf
      .all(row.id)
      .map(({ path, isMissing }) => ({ path, isMissing: isMissing === 1 })),
  });
  return {
    list: () => storage.read(() => list.all().map(summaryOf)),
    find: (id) =>
      storage.read(() => {
        const row = find.get(id);
        return row && summaryOf(row);
      }),
    insert: (collection) => void storage.write(() => insert.run(collection)),
    rename: (id, name) => void storage.write(() => rename.run(name, id)),
    trash: (id, trashedAtMs) => void storage.write(() => setTrashed.run(trashedAtMs, id)),
    restore: (id) => storage.write(() => setTrashed.run(null, id).changes > 0),
    purge: () =>
      storage.write(() => {
        const ids = trashed.all();
        purge.run();
        return ids;
      }),
    documentIds: (id) => storage.read(() => documentIds.all(id)),
    collectionsOf: (id) => storage.read(() => collectionsOf.all(id)),
    addDocument: (id, documentId) => void storage.write(() => addDocument.run(id, documentId)),
    removeDocument: (id, documentId) =>
      void storage.write(() => removeDocument.run(id, documentId)),
    folders: () => storage.read(() => folders.all().map(folderOf)),
    addFolder: (id, path) =>
      storage.write(() => {
        addFolder.run(id, path);
        const row = folderAt.get(id, path);
        if (!row) throw new Error('a folder that was just written is not there');
        return folderOf(row);
      }),
    removeFolder: (folderId) => void storage.write(() => removeFolder.run(folderId)),
    setMissing: (folderId, isMissing) =>
      void storage.write(() => setMissing.run(isMissing ? 1 : 0, folderId)),
  };
}
