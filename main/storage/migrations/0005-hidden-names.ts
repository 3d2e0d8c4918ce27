import type { Migration } from '../migrate.ts';

/** How many characters of a file's own name cannot be seen: a document's name is stored without them. */
export const hiddenNames: Migration = {
  version: 5,
  name: 'hidden-names',
  sql: `
    ALTER TABLE documents ADD COLUMN hidden_name_chars INTEGER NOT NULL DEFAULT 0;
  `,
};
