import type { Migration } from '../migrate.ts';

/**
 * Conversations as trees of messages, drafts and the trash.
 * Foreign keys that point along the tree are deferred: a conversation is purged in one statement, and a
 * cascade from parent to child would meet SQLite's recursion limit in a chat of a thousand turns.
 */
export const conversations: Migration = {
  version: 1,
  name: 'conversations',
  sql: `
    CREATE TABLE conversations (
      id TEXT PRIMARY KEY,
      title TEXT NOT NULL,
      title_source TEXT NOT NULL CHECK (title_source IN ('first-words', 'model', 'person')),
      active_leaf_id TEXT REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
      created_at_ms INTEGER NOT NULL,
      updated_at_ms INTEGER NOT NULL,
      trashed_at_ms INTEGER,
      draft TEXT NOT NULL DEFAULT ''
    ) STRICT;

    CREATE INDEX conversations_by_use ON conversations (trashed_at_ms, updated_at_ms);

    CREATE TABLE messages (
      id TEXT PRIMARY KEY,
      conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      parent_id TEXT,
      role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
      status TEXT NOT NULL,
      sequence INTEGER NOT NULL CHECK (sequence >= 0),
      created_at_ms INTEGER NOT NULL,
      model_name TEXT,
      usage TEXT,
      error TEXT,
      parts TEXT NOT NULL,
      checksum BLOB NOT NULL,
      UNIQUE (conversation_id, sequence),
      UNIQUE (conversation_id, id),
      FOREIGN KEY (conversation_id, parent_id) REFERENCES messages (conversation_id, id)
        DEFERRABLE INITIALLY DEFERRED
    ) STRICT;

    CREATE INDEX messages_by_parent ON messages (conversation_id, parent_id);
    CREATE INDEX messages_streaming ON messages (status) WHERE status = 'streaming';

    -- What a running answer has gained since its row was written; folded into the row at its end, so
    -- that a flush costs the new text and not the whole answer again.
    CREATE TABLE message_tails (
      message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
      ordinal INTEGER NOT NULL,
      parts TEXT NOT NULL,
      checksum BLOB NOT NULL,
      PRIMARY KEY (message_id, ordinal)
    ) STRICT, WITHOUT ROWID;

    -- What stands in the composer of the chat that is not begun yet.
    CREATE TABLE opening_draft (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      text TEXT NOT NULL
    ) STRICT;
  `,
};
