import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ConversationId, type MessageId, usage } from '../../../contract/chat/message.ts';
import { openStorage, type Storage } from '../../storage/index.ts';
import { migrations } from '../../storage/migrations/index.ts';
import { createMessageStore } from './message-store.ts';
import { createTokenStore } from './token-store.ts';

const conversationId = 'c' as ConversationId;
const id = 'm' as MessageId;
const vocabulary = 'ab'.repeat(32);
const ids = Uint32Array.of(0, 1, 4_294_967_295, 151_643);
const clock = { nowMs: () => 1 };
let folder = '';
let storage: Storage;

function writeAnswer(): void {
  storage.write(() => {
    storage.database.exec(
      `INSERT INTO conversations (id, title, title_source, created_at_ms, updated_at_ms)
       VALUES ('c', 't', 'person', 1, 1)`,
    );
    createMessageStore(storage, () => {}).insert({
      ...{ id, conversationId, parentId: null, role: 'assistant', status: 'complete' },
      ...{ createdAtMs: 1, modelName: 'M', error: null, parts: [{ type: 'text', text: 'Hi' }] },
      usage: usage.parse({
        ...{ promptTokens: 9, reusedTokens: 4, answerTokens: 2, promptMs: 1, answerMs: 1 },
      }),
    });
  });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-tokens-'));
});
afterEach(() => {
  storage.close();
  rmSync(folder, { recursive: true });
});

test('gives the ids of an answer back, for the model they are of only', () => {
  storage = openStorage({ folder, clock });
  writeAnswer();
  const store = createTokenStore(storage);
  store.save(id, { vocabulary, ids });
  expect(store.list(conversationId, vocabulary)).toEqual(new Map([[id, ids]]));
  expect(store.list(conversationId, 'cd'.repeat(32))).toEqual(new Map());
  expect(store.list('d' as ConversationId, vocabulary)).toEqual(new Map());
});

test('an answer of 4,096 tokens takes 16 KiB', () => {
  storage = openStorage({ folder, clock });
  writeAnswer();
  const long = Uint32Array.from({ length: 4096 }, (_, index) => index);
  createTokenStore(storage).save(id, { vocabulary, ids: long });
  const stored = storage.database.prepare('SELECT length(token_ids) FROM messages').pluck().get();
  expect(stored).toBe(16_384);
});

test('ids whose text changed, or of which a bit flipped, are not used; the message is no worse', () => {
  storage = openStorage({ folder, clock });
  writeAnswer();
  const store = createTokenStore(storage);
  const messages = createMessageStore(storage, () => {});
  store.save(id, { vocabulary, ids });
  storage.database.exec('UPDATE messages SET token_ids = zeroblob(16)');
  expect(store.list(conversationId, vocabulary).size).toBe(0);
  store.save(id, { vocabulary, ids });
  const [message] = messages.list(conversationId);
  expect(message?.isDamaged).toBe(false);
  if (!message) throw new Error('lost');
  messages.finish(message, { ...message, parts: [{ type: 'text', text: 'Hello' }] });
  expect(store.list(conversationId, vocabulary).size).toBe(0);
});

test('ids of a message that is not there are not kept', () => {
  storage = openStorage({ folder, clock });
  createTokenStore(storage).save(id, { vocabulary, ids });
  expect(createTokenStore(storage).list(conversationId, vocabulary).size).toBe(0);
});

test('usage from before there was a cache reads as nothing restored', () => {
  storage = openStorage({ folder, clock, migrations: migrations.slice(0, 1) });
  writeAnswer();
  storage.database.exec(
    `UPDATE messages SET usage = '{"promptTokens":9,"reusedTokens":4,"answerTokens":2,"promptMs":1,"answerMs":1}'`,
  );
  storage.close();
  storage = openStorage({ folder, clock });
  const after = createMessageStore(storage, () => {}).list(conversationId);
  expect(after[0]?.usage).toMatchObject({
    ...{ restoredTokens: 0, computedTokens: 5, firstTokenMs: null },
  });
  expect(createTokenStore(storage).list(conversationId, vocabulary).size).toBe(0);
});

test('a row written with the schema before keeps its checksum over the migration', () => {
  storage = openStorage({ folder, clock, migrations: migrations.slice(0, 1) });
  writeAnswer();
  storage.close();
  storage = openStorage({ folder, clock });
  const [message] = createMessageStore(storage, () => {}).list(conversationId);
  expect(message).toMatchObject({ isDamaged: false, parts: [{ type: 'text', text: 'Hi' }] });
});
