import type { Migration } from '../migrate.ts';

/**
 * Files that were attached or belong to a collection, and which of them anybody still wants. What was read of
 * them is not here but in a database of its own, which can always be made again from the files: it is large,
 * and this one is copied whole before each migration and looked through at each start.
 */
export const documents: Migration = {
  version: 3,
  name: 'documents',
  sql: `
    CREATE TABLE documents (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      content_hash TEXT NOT NULL,
      file_bytes INTEGER NOT NULL CHECK (file_bytes >= 0),
      added_at_ms INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('waiting', 'reading', 'ready', 'failed')),
      format TEXT,
      error TEXT,
      summary TEXT,
      text_tokens INTEGER,
      passage_count INTEGER NOT NULL DEFAULT 0,
      embedded_count INTEGER NOT NULL DEFAULT 0,
      -- What is still to be done to it when it is read: 'text', or 'recognition' of its scanned pages.
      wanted TEXT NOT NULL DEFAULT 'text' CHECK (wanted IN ('text', 'recognition')),
      is_patient INTEGER NOT NULL DEFAULT 0 CHECK (is_patient IN (0, 1)),
      UNIQUE (content_hash, name)
    ) STRICT;
    CREATE INDEX documents_unread ON documents (added_at_ms) WHERE state IN ('waiting', 'reading');

    -- Which files a question came with. A trigger writes it, so that no way of writing a message forgets it;
    -- no foreign key to documents: a message outlives a file that is gone.
    CREATE TABLE message_documents (
      message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
      document_id TEXT NOT NULL,
      PRIMARY KEY (message_id, document_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX message_documents_by_document ON message_documents (document_id);
    CREATE TRIGGER messages_name_documents AFTER INSERT ON messages
      WHEN NEW.role = 'user' AND json_valid(NEW.parts)
    BEGIN
      INSERT OR IGNORE INTO message_documents (message_id, document_id)
        SELECT NEW.id, json_extract(value, '$.documentId') FROM json_each(NEW.parts)
        WHERE json_type(value, '$.documentId') = 'text';
    END;

    CREATE TABLE collections (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      created_at_ms INTEGER NOT NULL,
      trashed_at_ms INTEGER
    ) STRICT;
    CREATE TABLE collection_documents (
      collection_id TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
      document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
      PRIMARY KEY (collection_id, document_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX collection_documents_by_document ON collection_documents (document_id);

    CREATE TABLE watched_folders (
      id INTEGER PRIMARY KEY,
      collection_id TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
      path TEXT NOT NULL,
      is_missing INTEGER NOT NULL DEFAULT 0 CHECK (is_missing IN (0, 1)),
      UNIQUE (collection_id, path)
    ) STRICT;
    -- One row a file below a watched folder. A file that could not be taken in has no document but an error.
    CREATE TABLE watched_files (
      folder_id INTEGER NOT NULL REFERENCES watched_folders (id) ON DELETE CASCADE,
      path TEXT NOT NULL,
      file_bytes INTEGER NOT NULL,
      modified_at_ms REAL NOT NULL,
      document_id TEXT REFERENCES documents (id) ON DELETE SET NULL,
      error TEXT,
      PRIMARY KEY (folder_id, path)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX watched_files_by_document ON watched_files (document_id);
  `,
};
