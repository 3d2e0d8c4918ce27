import type { Migration } from '../migrate.ts';
import { conversations } from './0001-conversations.ts';

/** All migrations, in order; an applied one is never edited. */
export const migrations: readonly Migration[] = [conversations];
