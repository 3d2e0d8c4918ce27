import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { type Message, type MessageId, textOf } from '../../../contract/chat/message.ts';
import { openStorage } from '../../storage/index.ts';
import { createMessageStore } from './message-store.ts';
import { ChatBench, caller } from './testing/chat-bench.fixture.ts';
import { FakeClock, settled } from './testing/fake-clock.fixture.ts';
import { ended, FedScript, ScriptedEngine } from './testing/scripted-engine.fixture.ts';

const open: ChatBench[] = [];
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.dispose();
});

function start() {
  const fed = new FedScript();
  const clock = new FakeClock();
  const bench = new ChatBench(new ScriptedEngine(fed.script), clock);
  open.push(bench);
  return { bench, fed, clock };
}

/** From now on SQLite finds no room for another page. */
function fillDisk(bench: ChatBench): void {
  const { database } = bench.storage;
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.pragma(`max_page_count = ${database.pragma('page_count', { simple: true })}`);
}

function freeDisk(bench: ChatBench): void {
  bench.storage.database.pragma('max_page_count = 1000000');
}

test('refuses a message that finds no room, before anything of it is lost', async () => {
  const { bench, fed } = start();
  const { conversationId } = await bench.send('Hello');
  fed.feed('Hi', ended);
  await settled();
  await bench.conversations.handlers.saveDraft({ conversationId, text: 'half' }, caller);
  fillDisk(bench);
  const text = 'x'.repeat(100_000);
  await expect(bench.send(text, conversationId)).rejects.toMatchObject({
    code: 'storage.full',
    data: { path: bench.storage.path },
  });
  await expect(bench.send(text)).rejects.toMatchObject({ code: 'storage.full' });
  await settled();
  expect(bench.engine.requests).toHaveLength(1);
  expect(bench.stored(conversationId).map(textOf)).toEqual(['Hello', 'Hi']);
  expect(await bench.conversations.handlers.list({}, caller)).toHaveLength(1);
  const draft = await bench.conversations.handlers.draft({ conversationId }, caller);
  expect(draft.text).toBe('half');
  freeDisk(bench);
  await bench.send(text, conversationId);
  expect(bench.stored(conversationId)).toHaveLength(4);
});

test('stops an answer that finds no room, says so, and stores it when there is room again', async () => {
  const { bench, fed, clock } = start();
  const { conversationId, answerId } = await bench.send('Hello');
  const view = bench.watch(conversationId);
  fed.feed('start ');
  await clock.advance(300);
  fillDisk(bench);
  const long = 'word '.repeat(20_000);
  fed.feed(long);
  await clock.advance(300);
  const shown = view.messages.get(answerId);
  expect(shown).toMatchObject({
    status: 'failed',
    error: { code: 'storage.full', data: { path: bench.storage.path } },
  });
  expect(shown && textOf(shown)).toBe(`start ${long}`);
  expect(bench.storedMessage(answerId)?.status).toBe('streaming');
  const late = bench.watch(conversationId);
  await settled();
  expect(late.messages.get(answerId)).toEqual(shown);
  await clock.advance(20_000);
  expect(bench.storedMessage(answerId)?.status).toBe('streaming');
  freeDisk(bench);
  await clock.advance(5000);
  expect(bench.storedMessage(answerId)).toEqual(shown);
});

test('loses only what found no room when the app dies before there is room', async () => {
  const { bench, fed, clock } = start();
  const { conversationId, answerId } = await bench.send('Hello');
  fed.feed('start ');
  await clock.advance(300);
  fillDisk(bench);
  fed.feed('word '.repeat(20_000));
  await clock.advance(300);
  bench.reopen();
  expect(bench.storedMessage(answerId)?.status).toBe('interrupted');
  expect(bench.stored(conversationId).map(textOf)).toEqual(['Hello', 'start ']);
});

test('marks what a death left streaming as interrupted, with the text that was on disk', async () => {
  const { bench, fed, clock } = start();
  const { conversationId, answerId } = await bench.send('Hello');
  fed.feed({ reasoning: 'Hm.' }, 'One');
  await clock.advance(300);
  fed.feed(' two');
  await clock.advance(300);
  bench.reopen();
  expect(bench.storedMessage(answerId)).toMatchObject({
    status: 'interrupted',
    modelName: 'Scripted 1B',
    error: null,
    isDamaged: false,
    parts: [
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'One two' },
    ],
  });
  const left = bench.storage.database.prepare('SELECT count(*) FROM message_tails').pluck().get();
  expect(left).toBe(0);
  const next = await bench.send('go on', conversationId);
  expect(bench.storedMessage(next.userMessageId)?.parentId).toBe(answerId);
});

test('says why when the database fails in the middle of an answer, and keeps the text in memory', async () => {
  const { bench, fed, clock } = start();
  const { conversationId, answerId } = await bench.send('Hello');
  const view = bench.watch(conversationId);
  fed.feed('One');
  await clock.advance(300);
  bench.storage.database.exec(`CREATE TRIGGER refuse BEFORE INSERT ON message_tails
    BEGIN SELECT raise(ABORT, 'no'); END`);
  fed.feed(' two');
  await clock.advance(300);
  const shown = view.messages.get(answerId);
  expect(shown).toMatchObject({ status: 'failed', error: { code: 'storage.failed' } });
  expect(shown && textOf(shown)).toBe('One two');
  expect(bench.incidents).toHaveLength(1);
  expect(bench.storedMessage(answerId)).toEqual(shown);
});

test('removes a conversation of thousands of turns from the trash for good, and no other', {
  timeout: 60_000,
}, async () => {
  const { bench, fed } = start();
  const kept = await bench.send('kept');
  fed.feed(ended);
  const { conversationId, answerId } = await bench.send('long');
  fed.feed(ended);
  await settled();
  const store = createMessageStore(bench.storage, () => {});
  bench.storage.write(() => {
    let parentId = answerId;
    for (let turn = 0; turn < 3000; turn += 1) {
      const id = `turn-${turn}` as MessageId;
      const last = store.find(parentId);
      if (last) store.insert({ ...last, id, parentId });
      parentId = id;
    }
    bench.conversations.book.store.setActiveLeaf(conversationId, parentId);
  });
  await bench.conversations.handlers.trash({ conversationId }, caller);
  bench.storage.database.exec('UPDATE conversations SET trashed_at_ms = 0 WHERE trashed_at_ms > 0');
  bench.reopen();
  expect(bench.stored(conversationId)).toEqual([]);
  expect(bench.storedMessage('turn-2999' as MessageId)).toBeUndefined();
  expect(bench.stored(kept.conversationId)).toHaveLength(2);
  expect(bench.storage.database.pragma('foreign_key_check')).toEqual([]);
});

/** A conversation of text that is easy to find in the raw file. */
async function written() {
  const { bench, fed } = start();
  const texts = ['The quick brown fox', '敏捷的棕色狐狸跳過了懶狗', 'jumps over, 🦊 and all'];
  const first = await bench.send(texts[0] ?? '');
  fed.feed(texts[1] ?? '', ended);
  await settled();
  await bench.send(texts[2] ?? '', first.conversationId);
  fed.feed(texts[0] ?? '', ended);
  await settled();
  bench.storage.close();
  return { bench, conversationId: first.conversationId, bytes: readFileSync(bench.storage.path) };
}

/** Every place of a stored `parts` value in the raw file. */
function textRanges(bytes: Buffer): [number, number][] {
  const ranges: [number, number][] = [];
  const begin = '[{"type":"text","text":"';
  for (let at = bytes.indexOf(begin); at >= 0; at = bytes.indexOf(begin, at + 1)) {
    ranges.push([at, bytes.indexOf('"}]', at) + 3]);
  }
  return ranges;
}

test('notices a flipped bit in a message’s text wherever it is, and still shows the message', {
  timeout: 120_000,
}, async () => {
  const { bench, conversationId, bytes } = await written();
  const before = openStorage({ folder: bench.folder, clock: bench.clock });
  const whole = createMessageStore(before, () => {}).list(conversationId);
  before.close();
  expect(whole.map(({ isDamaged }) => isDamaged)).toEqual([false, false, false, false]);
  const ranges = textRanges(bytes);
  expect(ranges).toHaveLength(4);
  let flips = 0;
  let noticed = 0;
  for (const [begin, end] of ranges) {
    for (let bit = begin * 8; bit < end * 8; bit += 5) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(bench.storage.path, flipped);
      const reported: MessageId[] = [];
      const storage = openStorage({ folder: bench.folder, clock: bench.clock });
      const read = createMessageStore(storage, (id) => reported.push(id)).list(conversationId);
      storage.close();
      expect(read.map(({ id }) => id)).toEqual(whole.map(({ id }) => id));
      const damaged = read.filter(({ isDamaged }) => isDamaged);
      expect(reported).toEqual(damaged.map(({ id }) => id));
      flips += 1;
      if (damaged.length === 1) noticed += 1;
    }
  }
  expect(flips).toBeGreaterThan(300);
  expect(noticed / flips).toBeGreaterThanOrEqual(0.999);
});

test.each([
  ['role', 'usez'],
  ['status', 'complets'],
  ['status', 'streamjng'],
  ['model_name', 'Scripted 2B'],
  ['usage', '{"promptTokens":"x"}'],
  ['usage', '{'],
  ['parts', 'no JSON'],
  ['parts', '[{"type":"text"}]'],
  ['created_at_ms', 5],
])('shows a message whose %s became %j, marked as damaged', async (column, value) => {
  const { bench, conversationId } = await written();
  bench.reopen();
  const [, answer] = bench.stored(conversationId) as [Message, Message];
  const { database } = bench.storage;
  database.pragma('ignore_check_constraints = ON');
  database.prepare(`UPDATE messages SET ${column} = ? WHERE id = ?`).run(value, answer.id);
  const view = bench.watch(conversationId);
  await settled();
  const shown = view.messages.get(answer.id);
  expect(shown?.isDamaged).toBe(true);
  expect(shown && textOf(shown)).toBe(column === 'parts' ? value : textOf(answer));
  expect(bench.logged).toContain(`message ${answer.id} is damaged`);
  expect([...view.messages.values()].filter(({ isDamaged }) => isDamaged)).toHaveLength(1);
});

test('keeps the mark of damage on an answer that a death left streaming', async () => {
  const { bench, fed, clock } = start();
  const { answerId } = await bench.send('Hello');
  fed.feed('One two');
  await clock.advance(300);
  bench.storage.database
    .prepare("UPDATE message_tails SET parts = replace(parts, 'two', 'tvo')")
    .run();
  bench.reopen();
  const left = bench.storedMessage(answerId);
  expect(left && textOf(left)).toBe('One tvo');
  expect(left).toMatchObject({ status: 'interrupted', isDamaged: true });
});
