import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Raised with every change of the schema or of how texts are cut: an older index is made anew. */
const version = 1;

/**
 * A document has a number; its blocks and passages have the numbers from `number * rowsPerDocument` on, so that
 * they lie together and one range names them all.
 */
export const rowsPerDocument = 2 ** 22;

/** How far a document of the index is: `whole` is the one that is searched; `dead` is being swept away. */
export const documentState = { partial: 0, whole: 1, dead: 2 } as const;

const schema = `
  CREATE TABLE documents (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    state INTEGER NOT NULL,
    block_count INTEGER NOT NULL DEFAULT 0,
    passage_count INTEGER NOT NULL DEFAULT 0,
    text_chars INTEGER NOT NULL DEFAULT 0,
    text_tokens INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE UNIQUE INDEX documents_whole ON documents (id) WHERE state = 1;
  CREATE TABLE blocks (
    row INTEGER PRIMARY KEY,
    start INTEGER NOT NULL,
    body TEXT NOT NULL,
    checksum BLOB NOT NULL
  ) STRICT;
  CREATE TABLE passages (
    row INTEGER PRIMARY KEY,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    first_block INTEGER NOT NULL,
    last_block INTEGER NOT NULL,
    page INTEGER,
    part TEXT,
    heading_path TEXT NOT NULL,
    table_header TEXT,
    is_hidden INTEGER NOT NULL,
    is_embedded INTEGER NOT NULL DEFAULT 0,
    text TEXT NOT NULL,
    checksum BLOB NOT NULL
  ) STRICT;
  CREATE INDEX passages_to_embed ON passages (row) WHERE is_embedded = 0;
  CREATE VIRTUAL TABLE passage_words USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'porter ascii'
  );
  CREATE TABLE recognised_pages (
    document_id TEXT NOT NULL,
    page INTEGER NOT NULL,
    blocks TEXT NOT NULL,
    PRIMARY KEY (document_id, page)
  ) STRICT, WITHOUT ROWID;
  -- One passage has several where it is too long for the model. \`row\` is the row in the file of vectors.
  CREATE TABLE vectors (
    row INTEGER PRIMARY KEY,
    passage INTEGER NOT NULL,
    vector BLOB NOT NULL
  ) STRICT;
  CREATE INDEX vectors_by_passage ON vectors (passage);
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

function configure(database: Database.Database): void {
  database.pragma('journal_mode = WAL');
  // All of it can be read again from the files: a power cut may cost the last batches, never order.
  database.pragma('synchronous = NORMAL');
  database.pragma('secure_delete = ON');
  database.pragma('cache_size = -16000');
  database.pragma('temp_store = MEMORY');
}

function openAt(path: string): Database.Database {
  const database = new Database(path, { timeout: 5000 });
  try {
    configure(database);
    const found = Number(database.pragma('user_version', { simple: true }));
    if (found !== 0 && found !== version) throw new Error('an index of another version');
    if (found === 0) {
      database.transaction(() => {
        database.exec(schema);
        database.pragma(`user_version = ${version}`);
      })();
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function isDisposable(error: unknown): boolean {
  if (!(error instanceof Database.SqliteError)) return true;
  const { code } = error;
  return code === 'SQLITE_NOTADB' || code === 'SQLITE_ERROR' || code.startsWith('SQLITE_CORRUPT');
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Opens the index in `folder`, making it where it is missing. One that is damaged, or of another version, is
 * thrown away and begun anew: `isNew` then says that every document must be read again.
 */
export function openIndexDatabase(folder: string): { database: Database.Database; isNew: boolean } {
  const path = join(folder, 'passages.sqlite');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let database: Database.Database;
  try {
    database = openAt(path);
  } catch (error) {
    if (!isDisposable(error)) throw error;
    remove(folder);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    database = openAt(path);
  }
  const count = Number(database.prepare('SELECT count(*) FROM documents').pluck().get());
  return { database, isNew: count === 0 };
}
