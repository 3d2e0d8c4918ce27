import type { ConversationSummary } from '../../../contract/app-contract.ts';
import type { ConversationId, MessageId } from '../../../contract/chat/message.ts';
import type { Storage } from '../../storage/index.ts';

/** A conversation as stored. */
export interface StoredConversation {
  id: ConversationId;
  title: string;
  titleSource: ConversationSummary['titleSource'];
  activeLeafId: MessageId | null;
  /** Instructions for this conversation, after the app's own; empty for none. */
  systemText: string;
  createdAtMs: number;
  updatedAtMs: number;
}

/**
 * The rows of conversations and drafts. All of it throws AppError `storage.full` or `storage.failed`;
 * what returned is on disk, or joins the transaction it was called in.
 */
export interface ConversationStore {
  /** Not in the trash, last used first. */
  list(): StoredConversation[];
  /** Undefined also for one in the trash. */
  find(id: ConversationId): StoredConversation | undefined;
  insert(conversation: StoredConversation): void;
  rename(id: ConversationId, title: string, source: ConversationSummary['titleSource']): void;
  setUpdated(id: ConversationId, updatedAtMs: number): void;
  setActiveLeaf(id: ConversationId, leafId: MessageId): void;
  /** False when it is not there, or in the trash already. */
  trash(id: ConversationId, trashedAtMs: number): boolean;
  /** False when it is not there at all. */
  restore(id: ConversationId): boolean;
  /** Removes for good what went to the trash before `trashedBeforeMs`; returns how many. */
  purge(trashedBeforeMs: number): number;
  draft(id: ConversationId | null): string;
  saveDraft(id: ConversationId | null, text: string): void;
  /** The instructions that stand ready for the chat not begun yet. */
  openingSystemText(): string;
  /** Null names the chat not begun yet. */
  saveSystemText(id: ConversationId | null, text: string): void;
}

const columns = `id, title, title_source AS titleSource, active_leaf_id AS activeLeafId,
  system_text AS systemText, created_at_ms AS createdAtMs, updated_at_ms AS updatedAtMs`;

/** Prepares the statements over `storage`. */
export function createConversationStore(storage: Storage): ConversationStore {
  const { database } = storage;
  const list = database.prepare<[], StoredConversation>(
    `SELECT ${columns} FROM conversations WHERE trashed_at_ms IS NULL
     ORDER BY updated_at_ms DESC, id DESC`,
  );
  const find = database.prepare<[string], StoredConversation>(
    `SELECT ${columns} FROM conversations WHERE id = ? AND trashed_at_ms IS NULL`,
  );
  const insert = database.prepare<[StoredConversation]>(
    `INSERT INTO conversations (id, title, title_source, active_leaf_id, system_text,
       created_at_ms, updated_at_ms)
     VALUES (@id, @title, @titleSource, @activeLeafId, @systemText, @createdAtMs, @updatedAtMs)`,
  );
  const rename = database.prepare<[string, string, string]>(
    'UPDATE conversations SET title = ?, title_source = ? WHERE id = ?',
  );
  const setUpdated = database.prepare<[number, string]>(
    'UPDATE conversations SET updated_at_ms = ? WHERE id = ?',
  );
  const setActiveLeaf = database.prepare<[string, string]>(
    'UPDATE conversations SET active_leaf_id = ? WHERE id = ?',
  );
  const trash = database.prepare<[number, string]>(
    'UPDATE conversations SET trashed_at_ms = ? WHERE id = ? AND trashed_at_ms IS NULL',
  );
  const restore = database.prepare<[string]>(
    'UPDATE conversations SET trashed_at_ms = NULL WHERE id = ?',
  );
  const purge = database.prepare<[number]>('DELETE FROM conversations WHERE trashed_at_ms < ?');
  const draft = database
    .prepare<[string], string>('SELECT draft FROM conversations WHERE id = ?')
    .pluck();
  const saveDraft = database.prepare<[string, string]>(
    'UPDATE conversations SET draft = ? WHERE id = ?',
  );
  const openingDraft = database
    .prepare<[], string>('SELECT text FROM opening_draft WHERE id = 1')
    .pluck();
  const saveOpeningDraft = database.prepare<[string]>(
    `INSERT INTO opening_draft (id, text) VALUES (1, ?)
     ON CONFLICT (id) DO UPDATE SET text = excluded.text`,
  );
  const openingSystemText = database
    .prepare<[], string>('SELECT system_text FROM opening_draft WHERE id = 1')
    .pluck();
  const saveSystemText = database.prepare<[string, string]>(
    'UPDATE conversations SET system_text = ? WHERE id = ?',
  );
  const saveOpeningSystemText = database.prepare<[string]>(
    `INSERT INTO opening_draft (id, text, system_text) VALUES (1, '', ?)
     ON CONFLICT (id) DO UPDATE SET system_text = excluded.system_text`,
  );
  return {
    list: () => storage.read(() => list.all()),
    find: (id) => storage.read(() => find.get(id)),
    insert: (conversation) => void storage.write(() => insert.run(conversation)),
    rename: (id, title, source) => void storage.write(() => rename.run(title, source, id)),
    setUpdated: (id, updatedAtMs) => void storage.write(() => setUpdated.run(updatedAtMs, id)),
    setActiveLeaf: (id, leafId) => void storage.write(() => setActiveLeaf.run(leafId, id)),
    trash: (id, trashedAtMs) => storage.write(() => trash.run(trashedAtMs, id).changes > 0),
    restore: (id) => storage.write(() => restore.run(id).changes > 0),
    purge: (trashedBeforeMs) => storage.write(() => purge.run(trashedBeforeMs).changes),
    draft: (id) => storage.read(() => (id === null ? openingDraft.get() : draft.get(id)) ?? ''),
    saveDraft: (id, text) =>
      void storage.write(() =>
        id === null ? saveOpeningDraft.run(text) : saveDraft.run(text, id),
      ),
    openingSystemText: () => storage.read(() => openingSystemText.get() ?? ''),
    saveSystemText: (id, text) =>
      void storage.write(() =>
        id === null ? saveOpeningSystemText.run(text) : saveSystemText.run(text, id),
      ),
  };
}
