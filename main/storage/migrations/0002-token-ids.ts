import type { Migration } from '../migrate.ts';

/**
 * What makes a prompt the same to the token each time: the ids that an answer was generated as, and the
 * text a conversation begins with. Also where the engine may have kept state of which conversation.
 * The ids have a checksum of their own: those of the rows that are there already stay as they are, and
 * ids that no longer belong to their text are no damage, only slower.
 */
export const tokenIds: Migration = {
  version: 2,
  name: 'token-ids',
  sql: `
    -- Unsigned 32-bit integers, least significant byte first.
    ALTER TABLE messages ADD COLUMN token_ids BLOB;
    -- Whose ids they are: the fingerprint of the model.
    ALTER TABLE messages ADD COLUMN token_vocabulary TEXT;
    ALTER TABLE messages ADD COLUMN token_checksum BLOB;

    ALTER TABLE conversations ADD COLUMN system_text TEXT NOT NULL DEFAULT '';
    ALTER TABLE opening_draft ADD COLUMN system_text TEXT NOT NULL DEFAULT '';

    -- No foreign key: what a conversation left in the cache has to be found after it is gone.
    CREATE TABLE cache_places (
      conversation_id TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      is_forgotten INTEGER NOT NULL DEFAULT 0 CHECK (is_forgotten IN (0, 1)),
      PRIMARY KEY (conversation_id, fingerprint)
    ) STRICT, WITHOUT ROWID;
  `,
};
