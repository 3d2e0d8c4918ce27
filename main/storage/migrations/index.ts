import type { Migration } from '../migrate.ts';
import { conversations } from './0001-conversations.ts';
import { tokenIds } from './0002-token-ids.ts';
import { documents } from './0003-documents.ts';
import { conversationSources } from './0004-conversation-sources.ts';
import { hiddenNames } from './0005-hidden-names.ts';

/** All migrations, in order; an applied one is never edited. */
export const migrations: readonly Migration[] = [
  conversations,
  tokenIds,
  documents,
  conversationSources,
  hiddenNames,
];
