import type { Migration } from '../migrate.ts';

/** Files that stand in a composer, and the collections a conversation asks: JSON, as the contract has them. */
export const conversationSources: Migration = {
  version: 4,
  name: 'conversation-sources',
  sql: `
    ALTER TABLE conversations ADD COLUMN draft_files TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE conversations ADD COLUMN collection_ids TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE opening_draft ADD COLUMN draft_files TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE opening_draft ADD COLUMN collection_ids TEXT NOT NULL DEFAULT '[]';
  `,
};
