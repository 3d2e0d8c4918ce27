import * as z from 'zod';
import {
  type DocumentId,
  type DocumentState,
  type DocumentSummary,
  documentState,
} from '../../../contract/documents/documents.ts';
import { extractedSummary, fileFormat } from '../../../contract/documents/extracted.ts';
import type { Storage } from '../../storage/index.ts';

/** What is to be done to a document that waits. */
export type Wanted = 'text' | 'recognition';

/** A document as stored. How far its reading has come is not: after a death it begins anew. */
export interface StoredDocument extends Omit<DocumentSummary, 'state'> {
  state: Exclude<DocumentState, { state: 'reading' }> | { state: 'reading' };
  wanted: Wanted;
  isPatient: boolean;
  /** Characters of its file's own name that cannot be seen, and are not in `name`. */
  hiddenNameChars: number;
}

/** What reading a document came to. */
export type ReadOutcome = Pick<
  StoredDocument,
  'state' | 'format' | 'summary' | 'textTokens' | 'passageCount' | 'embeddedCount'
>;

interface Row {
  id: string;
  name: string;
  contentHash: string;
  fileBytes: number;
  addedAtMs: number;
  state: DocumentState['state'];
  format: string | null;
  error: string | null;
  summary: string | null;
  textTokens: number | null;
  passageCount: number;
  embeddedCount: number;
  wanted: Wanted;
  isPatient: number;
  hiddenNameChars: number;
}

function parsedJson<T>(text: string | null, schema: z.ZodType<T>): T | null {
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // Written by a version that knew other words: what was read of it is still there.
    return null;
  }
}

function stateOf(row: Row): StoredDocument['state'] {
  if (row.state !== 'failed') return { state: row.state } as StoredDocument['state'];
  const stored = parsedJson(row.error, z.object({ code: z.string(), data: z.unknown() }));
  const parsed = documentState.safeParse({ state: 'failed', error: stored });
  if (parsed.success) return parsed.data as StoredDocument['state'];
  return { state: 'failed', error: { code: 'internal', data: { incidentId: 'unreadable-error' } } };
}

function documentOf(row: Row): StoredDocument {
  return {
    ...row,
    id: row.id as DocumentId,
    state: stateOf(row),
    format: fileFormat.safeParse(row.format).data ?? null,
    summary: parsedJson(row.summary, extractedSummary),
    isPatient: row.isPatient === 1,
  };
}

const columns = `id, name, content_hash AS contentHash, file_bytes AS fileBytes,
  added_at_ms AS addedAtMs, state, format, error, summary, text_tokens AS textTokens,
  passage_count AS passageCount, embedded_count AS embeddedCount, wanted, is_patient AS isPatient,
  hidden_name_chars AS hiddenNameChars`;

/** The rows of documents. All of it throws AppError `storage.full` or `storage.failed`. */
export interface DocumentStore {
  find(id: DocumentId): StoredDocument | undefined;
  findByContent(contentHash: string, name: string): StoredDocument | undefined;
  /** All, oldest first. */
  list(): StoredDocument[];
  /** Those that were not read to the end, oldest first. */
  unread(): StoredDocument[];
  insert(
    document: Pick<
      StoredDocument,
      'id' | 'name' | 'contentHash' | 'fileBytes' | 'addedAtMs' | 'hiddenNameChars'
    >,
  ): void;
  rename(id: DocumentId, name: string): void;
  /** It is to be read, or read again. */
  want(id: DocumentId, wanted: Wanted, isPatient: boolean): void;
  begin(id: DocumentId): void;
  finish(id: DocumentId, outcome: ReadOutcome): void;
  setEmbedded(id: DocumentId, embeddedCount: number): void;
  remove(id: DocumentId): void;
  /** Nobody wants it: no message, no composer, no collection, no watched folder; and it was added before that moment. */
  unwanted(addedBeforeMs: number): DocumentId[];
  /** Every content that a document has. */
  contentHashes(): Set<string>;
}

/** Prepares the statements over `storage`. */
export function createDocumentStore(storage: Storage): DocumentStore {
  const { database } = storage;
  const select = (rest: string) =>
    database.prepare<string[], Row>(`SELECT ${columns} FROM documents ${rest}`);
  const find = select('WHERE id = ?');
  const findByContent = select('WHERE content_hash = ? AND name = ?');
  const list = select('ORDER BY added_at_ms, id');
  const unread = select(`WHERE state IN ('waiting', 'reading') ORDER BY added_at_ms, id`);
  const insert = database.prepare(
    `INSERT INTO documents (id, name, content_hash, file_bytes, added_at_ms, hidden_name_chars, state)
     VALUES (@id, @name, @contentHash, @fileBytes, @addedAtMs, @hiddenNameChars, 'waiting')`,
  );
  const rename = database.prepare('UPDATE documents SET name = ? WHERE id = ?');
  const want = database.prepare(
    `UPDATE documents SET state = 'waiting', error = NULL, wanted = ?, is_patient = ? WHERE id = ?`,
  );
  const begin = database.prepare(`UPDATE documents SET state = 'reading' WHERE id = ?`);
  const finish = database.prepare(
    `UPDATE documents SET state = @state, error = @error, format = @format, summary = @summary,
       text_tokens = @textTokens, passage_count = @passageCount, embedded_count = @embeddedCount
     WHERE id = @id`,
  );
  const setEmbedded = database.prepare('UPDATE documents SET embedded_count = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM documents WHERE id = ?');
  const unwanted = database
    .prepare<[number], DocumentId>(
      `SELECT id FROM documents AS d WHERE added_at_ms < ?
         AND NOT EXISTS (SELECT 1 FROM message_documents WHERE document_id = d.id)
         AND NOT EXISTS (SELECT 1 FROM collection_documents WHERE document_id = d.id)
         AND NOT EXISTS (SELECT 1 FROM watched_files WHERE document_id = d.id)
         AND NOT EXISTS (SELECT 1 FROM conversations WHERE instr(draft_files, d.id) > 0)
         AND NOT EXISTS (SELECT 1 FROM opening_draft WHERE instr(draft_files, d.id) > 0)`,
    )
    .pluck();
  const hashes = database
    .prepare<[], string>('SELECT DISTINCT content_hash FROM documents')
    .pluck();
  const one = (row: Row | undefined) => (row === undefined ? undefined : documentOf(row));
  return {
    find: (id) => storage.read(() => one(find.get(id))),
    findByContent: (contentHash, name) =>
      storage.read(() => one(findByContent.get(contentHash, name))),
    list: () => storage.read(() => list.all().map(documentOf)),
    unread: () => storage.read(() => unread.all().map(documentOf)),
    insert: (document) => void storage.write(() => insert.run(document)),
    rename: (id, name) => void storage.write(() => rename.run(name, id)),
    want: (id, wanted, isPatient) =>
      void storage.write(() => want.run(wanted, isPatient ? 1 : 0, id)),
    begin: (id) => void storage.write(() => begin.run(id)),
    finish: (id, { state, summary, ...rest }) =>
      void storage.write(() =>
        finish.run({
          ...rest,
          id,
          state: state.state,
          error: state.state === 'failed' ? JSON.stringify(state.error) : null,
          summary: summary === null ? null : JSON.stringify(summary),
        }),
      ),
    setEmbedded: (id, embeddedCount) =>
      void storage.write(() => setEmbedded.run(embeddedCount, id)),
    remove: (id) => void storage.write(() => remove.run(id)),
    unwanted: (addedBeforeMs) => storage.read(() => unwanted.all(addedBeforeMs)),
    contentHashes: () => storage.read(() => new Set(hashes.all())),
  };
}
