import { afterEach, expect, test } from 'vitest';
import type { MessageId } from '../../../contract/chat/message.ts';
import { answerEnd, loadedModel } from '../../testing/engine-replies.fixture.ts';
import { ChatBench, caller } from './testing/chat-bench.fixture.ts';
import { FakeClock, settled } from './testing/fake-clock.fixture.ts';
import { type Script, ScriptedEngine } from './testing/scripted-engine.fixture.ts';

const open: ChatBench[] = [];
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.dispose();
});

const ids = Uint32Array.of(11, 12, 13);
const hello: Script = async function* () {
  yield { type: 'text', text: 'Hi' };
  return answerEnd({ answerTokenIds: ids });
};
const system = { role: 'system', text: 'Be calm.' };
const greeting = [system, { role: 'user', text: 'Hello' }];
const answer = { role: 'assistant', text: 'Hi', tokens: ids };

function start(script: Script = hello) {
  const clock = new FakeClock();
  const engine = new ScriptedEngine(script);
  const bench = new ChatBench(engine, clock);
  open.push(bench);
  return { bench, engine, clock };
}

async function typeDraft(bench: ChatBench, text: string, conversationId: string | null) {
  await bench.conversations.handlers.saveDraft(
    { conversationId: conversationId as never, text },
    caller,
  );
  await settled();
}

test('the engine is told never to cut, and keeps state unless a chat is ephemeral', async () => {
  const { bench, engine } = start();
  await bench.send('Hello');
  await settled();
  expect(engine.requests[0]).toMatchObject({ overflow: 'refuse', ephemeral: false });
});

test('an answer goes back as the tokens it was written as, also after a restart', async () => {
  const { bench, engine } = start();
  const { conversationId } = await bench.send('Hello');
  await settled();
  bench.reopen();
  await bench.send('And?', conversationId);
  await settled();
  expect(engine.requests[1]?.messages).toEqual([
    ...greeting,
    answer,
    { role: 'user', text: 'And?' },
  ]);
});

test('a model of another vocabulary gets the text alone', async () => {
  const { bench, engine } = start();
  const { conversationId } = await bench.send('Hello');
  await settled();
  engine.loaded = loadedModel({ fingerprint: 'cd'.repeat(32) });
  await bench.send('And?', conversationId);
  await settled();
  expect(engine.requests[1]?.messages[2]).toEqual({ role: 'assistant', text: 'Hi' });
});

test('windows never see token ids', async () => {
  const { bench } = start();
  const { conversationId, answerId } = await bench.send('Hello');
  await settled();
  const view = bench.watch(conversationId);
  await settled();
  expect(view.messages.get(answerId)).not.toHaveProperty('tokens');
  expect(JSON.stringify([...view.messages.values()])).not.toContain('11,12,13');
  await view.leave();
});

test('after an answer its whole history is settled, and sent again as it was settled', async () => {
  const { bench, engine, clock } = start();
  const { conversationId } = await bench.send('Hello');
  await clock.advance(500);
  expect(engine.warmed).toEqual([
    {
      sequenceKey: conversationId,
      kind: 'settled',
      messages: [...greeting, answer],
      enableThinking: false,
      ephemeral: false,
    },
  ]);
  await bench.send('And?', conversationId);
  await settled();
  expect(engine.requests[1]?.messages.slice(0, 3)).toEqual([...greeting, answer]);
});

test('an answer without a word is not settled', async () => {
  // biome-ignore lint/correctness/useYield: it says nothing
  const { bench, engine, clock } = start(async function* () {
    return answerEnd();
  });
  await bench.send('Hello');
  await clock.advance(1000);
  expect(engine.warmed).toEqual([]);
});

test('what is typed is read ahead, below the history', async () => {
  const { bench, engine } = start();
  const { conversationId } = await bench.send('Hello');
  await settled();
  await typeDraft(bench, 'And what', conversationId);
  expect(engine.warmed).toMatchObject([
    {
      sequenceKey: conversationId,
      kind: 'typing',
      messages: [...greeting, answer, { role: 'user', text: 'And what' }],
    },
  ]);
});

test('a chat not begun is read ahead under the id that it will have', async () => {
  const { bench, engine } = start();
  await engine.load();
  await typeDraft(bench, 'Hel', null);
  const { conversationId } = await bench.send('Hello');
  await settled();
  expect(engine.warmed).toMatchObject([
    { sequenceKey: conversationId, messages: [system, { role: 'user', text: 'Hel' }] },
  ]);
  expect(engine.requests[0]?.sequenceKey).toBe(conversationId);
  await typeDraft(bench, 'Another', null);
  expect(engine.warmed.at(-1)?.sequenceKey).not.toBe(conversationId);
});

test('a new chat that comes up has its instructions read before a letter is typed', async () => {
  const { bench, engine } = start();
  await engine.load();
  const save = { conversationId: null, text: 'You are Luna.' };
  await bench.conversations.handlers.saveSystemText(save, caller);
  await settled();
  await bench.conversations.handlers.draft({ conversationId: null }, caller);
  await settled();
  const messages = [
    { role: 'system', text: 'Be calm.\n\nYou are Luna.' },
    { role: 'user', text: '' },
  ];
  expect(engine.warmed).toMatchObject([{ messages }, { messages }]);
});

test('an opened conversation is brought back, and opening does not wait for it', async () => {
  const { bench, engine, clock } = start();
  const { conversationId } = await bench.send('Hello');
  await clock.advance(500);
  bench.reopen();
  engine.warm = () => new Promise(() => {});
  const view = bench.watch(conversationId);
  await settled();
  expect(view.messages.size).toBe(2);
  expect(engine.warmed.at(-1)).toMatchObject({ kind: 'settled', messages: [...greeting, answer] });
  await view.leave();
});

test('what is noted as cached before an answer is there when the app dies in it', async () => {
  const noted: unknown[] = [];
  const { bench } = start(async function* () {
    const rows = bench.storage.database.prepare('SELECT * FROM cache_places').all();
    noted.push(...rows);
    yield { type: 'text', text: 'Hi' };
    return answerEnd();
  });
  const { conversationId } = await bench.send('Hello');
  await settled();
  expect(noted).toEqual([
    { conversation_id: conversationId, fingerprint: 'ab'.repeat(32), is_forgotten: 0 },
  ]);
});

test('the instructions of a chat come after the app’s own, and stay with the chat', async () => {
  const { bench, engine } = start();
  const { saveSystemText, systemText } = bench.conversations.handlers;
  await saveSystemText({ conversationId: null, text: 'You are Luna.' }, caller);
  const { conversationId } = await bench.send('Hello');
  await settled();
  expect(engine.requests[0]?.messages[0]).toEqual({
    role: 'system',
    text: 'Be calm.\n\nYou are Luna.',
  });
  expect(await systemText({ conversationId }, caller)).toEqual({ text: 'You are Luna.' });
  expect(await systemText({ conversationId: null }, caller)).toEqual({ text: '' });
  await saveSystemText({ conversationId, text: '' }, caller);
  await bench.send('And?', conversationId);
  await settled();
  expect(engine.requests[1]?.messages[0]).toEqual(system);
  expect(await bench.conversations.handlers.draft({ conversationId: null }, caller)).toMatchObject({
    text: '',
  });
});

test('instructions of a conversation that is not there are refused', async () => {
  const { bench } = start();
  const { saveSystemText, systemText } = bench.conversations.handlers;
  const gone = { conversationId: 'gone' as never };
  const refused = expect.objectContaining({ code: 'conversation.not-found' });
  expect(() => saveSystemText({ ...gone, text: 'x' }, caller)).toThrow(refused);
  expect(() => systemText(gone, caller)).toThrow(refused);
});

test('an edit writes a message without the old answer’s tokens', async () => {
  const { bench, engine } = start();
  const { conversationId, userMessageId } = await bench.send('Hello');
  await settled();
  await bench.chat.handlers.edit({ messageId: userMessageId as MessageId, text: 'Bye' }, caller);
  await settled();
  expect(engine.requests[1]?.messages).toEqual([system, { role: 'user', text: 'Bye' }]);
  expect(bench.stored(conversationId)).toHaveLength(4);
});

test('trash ends what was warming', async () => {
  const { bench, engine, clock } = start();
  const { conversationId } = await bench.send('Hello');
  await settled();
  await bench.conversations.handlers.trash({ conversationId }, caller);
  await clock.advance(5000);
  expect(engine.warmed).toEqual([]);
});

test('idle waits for every answer', async () => {
  let finish = (): void => {};
  const { bench } = start(async function* () {
    yield { type: 'text', text: 'Hi' };
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return answerEnd();
  });
  await bench.send('Hello');
  await settled();
  let isIdle = false;
  const waiting = bench.chat.idle().then(() => {
    isIdle = true;
  });
  await settled();
  expect(isIdle).toBe(false);
  finish();
  await waiting;
});
