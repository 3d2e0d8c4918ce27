import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ConversationSummary } from '../../../contract/app-contract.ts';
import type { ConversationId } from '../../../contract/chat/message.ts';
import type { CollectionId, DocumentId } from '../../../contract/documents/documents.ts';
import { openStorage, type Storage } from '../../storage/index.ts';
import { createConversations } from './index.ts';

const dayMs = 24 * 60 * 60 * 1000;
const caller = { signal: new AbortController().signal };
const unknownId = 'nobody' as ConversationId;
let folder: string;
let storage: Storage;
let nowMs = Date.UTC(2026, 10, 24);
const clock = { nowMs: () => nowMs };
const changed: ConversationSummary[] = [];
const removed: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-conversations-'));
  storage = openStorage({ folder, clock });
  changed.length = 0;
  removed.length = 0;
});
afterEach(() => {
  storage.close();
  rmSync(folder, { recursive: true, force: true });
});

let lastId = 0;
function start() {
  return createConversations({
    storage,
    clock,
    ids: {
      next: () => {
        lastId += 1;
        return `id-${lastId}`;
      },
    },
    emit: {
      changed: (summary) => changed.push(summary as ConversationSummary),
      removed: ({ conversationId }) => removed.push(conversationId),
    },
  });
}

test('lists the last used first, titled by its first words', async () => {
  const { handlers, book } = start();
  const first = book.begin('# The first\nand more');
  nowMs += 1;
  const second = book.begin('The second');
  nowMs += 1;
  book.store.setUpdated(first.id, nowMs);
  const list = await handlers.list({}, caller);
  expect(list.map(({ title }) => title)).toEqual(['The first', 'The second']);
  expect(list[1]).toEqual({
    id: second.id,
    title: 'The second',
    titleSource: 'first-words',
    createdAtMs: second.createdAtMs,
    updatedAtMs: second.createdAtMs,
    isAnswering: false,
  });
});

test('renames, and marks the title as the person’s own', async () => {
  const { handlers, book } = start();
  const { id } = book.begin('Hello');
  const renamed = await handlers.rename({ conversationId: id, title: '旅行' }, caller);
  expect(renamed).toMatchObject({ title: '旅行', titleSource: 'person' });
  expect(changed).toEqual([renamed]);
  expect(() => handlers.rename({ conversationId: unknownId, title: 'x' }, caller)).toThrow(
    expect.objectContaining({ code: 'conversation.not-found' }),
  );
});

test('moves to the trash, after those who must stop first, and back', async () => {
  const { handlers, book } = start();
  const { id } = book.begin('Hello');
  const stopped: string[] = [];
  book.onTrashing(async (trashedId) => {
    await Promise.resolve();
    expect(book.get(id).id).toBe(trashedId);
    stopped.push(trashedId);
  });
  await handlers.trash({ conversationId: id }, caller);
  expect(stopped).toEqual([id]);
  expect(removed).toEqual([id]);
  expect(await handlers.list({}, caller)).toEqual([]);
  expect(() => book.get(id)).toThrow(expect.objectContaining({ code: 'conversation.not-found' }));
  await expect(handlers.trash({ conversationId: id }, caller)).rejects.toMatchObject({
    code: 'conversation.not-found',
  });
  const restored = await handlers.restore({ conversationId: id }, caller);
  expect(restored.title).toBe('Hello');
  expect(await handlers.list({}, caller)).toEqual([restored]);
  expect(() => handlers.restore({ conversationId: unknownId }, caller)).toThrow(
    expect.objectContaining({ code: 'conversation.not-found' }),
  );
});

test('removes for good at start what was in the trash for 30 days, and nothing younger', async () => {
  const first = start();
  const old = first.book.begin('old');
  const young = first.book.begin('young');
  const kept = first.book.begin('kept');
  await first.handlers.trash({ conversationId: old.id }, caller);
  nowMs += 2 * dayMs;
  await first.handlers.trash({ conversationId: young.id }, caller);
  nowMs += 29 * dayMs;
  const second = start();
  expect(() => second.handlers.restore({ conversationId: old.id }, caller)).toThrow(
    expect.objectContaining({ code: 'conversation.not-found' }),
  );
  expect((await second.handlers.restore({ conversationId: young.id }, caller)).title).toBe('young');
  expect(second.book.get(kept.id).title).toBe('kept');
});

test('keeps a draft for each conversation and one for the chat not begun, over a restart', async () => {
  const { handlers, book } = start();
  const { id } = book.begin('Hello');
  expect(await handlers.draft({ conversationId: id }, caller)).toEqual({
    text: '',
    attachments: [],
  });
  await handlers.saveDraft({ conversationId: id, text: '半句' }, caller);
  await handlers.saveDraft({ conversationId: null, text: 'first' }, caller);
  await handlers.saveDraft({ conversationId: null, text: 'second' }, caller);
  await handlers.saveDraft({ conversationId: unknownId, text: 'lost' }, caller);
  storage.close();
  storage = openStorage({ folder, clock });
  const again = start();
  expect(await again.handlers.draft({ conversationId: id }, caller)).toMatchObject({
    text: '半句',
  });
  expect(await again.handlers.draft({ conversationId: null }, caller)).toMatchObject({
    text: 'second',
  });
  expect(await again.handlers.draft({ conversationId: unknownId }, caller)).toEqual({
    text: '',
    attachments: [],
  });
});

test('says that the disk is full, and keeps what was there', async () => {
  const { handlers, book } = start();
  const { id } = book.begin('Hello');
  await handlers.saveDraft({ conversationId: id, text: 'short' }, caller);
  const pages = Number(storage.database.pragma('page_count', { simple: true }));
  storage.database.pragma(`max_page_count = ${pages}`);
  expect(() =>
    handlers.saveDraft({ conversationId: id, text: 'x'.repeat(100_000) }, caller),
  ).toThrow(expect.objectContaining({ code: 'storage.full', data: { path: storage.path } }));
  expect(await handlers.draft({ conversationId: id }, caller)).toMatchObject({ text: 'short' });
});

test('keeps the files of a draft beside its text, and forgets both apart', async () => {
  const { handlers, book } = start();
  const { id } = book.begin('Hello');
  const files = [{ documentId: 'd-1' as DocumentId, mode: 'passages' as const }];
  await handlers.saveDraft({ conversationId: id, text: 'About this:', attachments: files }, caller);
  await handlers.saveDraft({ conversationId: id, text: 'About this' }, caller);
  expect(await handlers.draft({ conversationId: id }, caller)).toEqual({
    text: 'About this',
    attachments: files,
  });
  await handlers.saveDraft({ conversationId: id, text: '', attachments: [] }, caller);
  expect(await handlers.draft({ conversationId: id }, caller)).toEqual({
    text: '',
    attachments: [],
  });
});

test('a chat that begins takes the collections chosen for it, and leaves none for the next', async () => {
  const { handlers, book, sources } = start();
  const collectionIds = ['k-1' as CollectionId];
  await handlers.saveCollections({ conversationId: null, collectionIds }, caller);
  const { id } = book.begin('Hello');
  expect(sources.collectionIds(id)).toEqual(collectionIds);
  expect(await handlers.collections({ conversationId: null }, caller)).toEqual({
    collectionIds: [],
  });
  expect(await handlers.collections({ conversationId: id }, caller)).toEqual({ collectionIds });
  expect(() => handlers.collections({ conversationId: unknownId }, caller)).toThrow(
    expect.objectContaining({ code: 'conversation.not-found' }),
  );
});
