import * as z from 'zod';
import type { ConversationId } from '../../../contract/chat/message.ts';
import {
  type Attachment,
  attachment,
  type CollectionId,
  collectionId,
} from '../../../contract/documents/documents.ts';
import type { Storage } from '../../storage/index.ts';

/**
 * What a conversation takes from outside: files in its composer, collections it asks. Null names the chat not
 * begun yet. All of it throws AppError `storage.full` or `storage.failed`.
 */
export interface SourcesStore {
  draftFiles(id: ConversationId | null): Attachment[];
  saveDraftFiles(id: ConversationId | null, files: readonly Attachment[]): void;
  collectionIds(id: ConversationId | null): CollectionId[];
  saveCollectionIds(id: ConversationId | null, ids: readonly CollectionId[]): void;
}

/** What the column holds; what cannot be read of it counts as nothing, so that the chat still opens. */
function parsed<S extends z.ZodType>(schema: S, json: string | undefined): z.output<S>[] {
  try {
    return z.array(schema).parse(JSON.parse(json ?? '[]'));
  } catch {
    return [];
  }
}

/** Prepares the statements over `storage`. */
export function createSourcesStore(storage: Storage): SourcesStore {
  const column = (name: 'draft_files' | 'collection_ids') => {
    const { database } = storage;
    const read = database
      .prepare<[string], string>(`SELECT ${name} FROM conversations WHERE id = ?`)
      .pluck();
    const readOpening = database
      .prepare<[], string>(`SELECT ${name} FROM opening_draft WHERE id = 1`)
      .pluck();
    const save = database.prepare<[string, string]>(
      `UPDATE conversations SET ${name} = ? WHERE id = ?`,
    );
    const saveOpening = database.prepare<[string]>(
      `INSERT INTO opening_draft (id, text, ${name}) VALUES (1, '', ?)
       ON CONFLICT (id) DO UPDATE SET ${name} = excluded.${name}`,
    );
    return {
      read: (id: ConversationId | null) =>
        storage.read(() => (id === null ? readOpening.get() : read.get(id))),
      save: (id: ConversationId | null, json: string) =>
        void storage.write(() => (id === null ? saveOpening.run(json) : save.run(json, id))),
    };
  };
  const files = column('draft_files');
  const collections = column('collection_ids');
  return {
    draftFiles: (id) => parsed(attachment, files.read(id)),
    saveDraftFiles: (id, list) => files.save(id, JSON.stringify(list)),
    collectionIds: (id) => parsed(collectionId, collections.read(id)),
    saveCollectionIds: (id, list) => collections.save(id, JSON.stringify(list)),
  };
}
