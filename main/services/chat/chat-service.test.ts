import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { type ConversationId, type MessageId, textOf } from '../../../contract/chat/message.ts';
import { siblingsOf } from '../../../contract/chat/message-tree.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import { ChatBench, caller } from './testing/chat-bench.fixture.ts';
import { FakeClock, settled } from './testing/fake-clock.fixture.ts';
import {
  ended,
  FedScript,
  type Script,
  ScriptedEngine,
  usage,
} from './testing/scripted-engine.fixture.ts';

const open: ChatBench[] = [];
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.dispose();
});

function start(script: Script) {
  const clock = new FakeClock();
  const engine = new ScriptedEngine(script);
  const bench = new ChatBench(engine, clock);
  open.push(bench);
  return { bench, engine, clock };
}

function startFed() {
  const fed = new FedScript();
  return { ...start(fed.script), fed };
}

const echo: Script = async function* ({ messages }) {
  yield { type: 'text', text: `You said: ${messages.at(-1)?.text}` };
  return ended;
};

test('has the message and its answer’s row on disk before the engine is asked', async () => {
  const seen: unknown[] = [];
  const { bench } = start(async function* () {
    const other = new Database(bench.storage.path, { readonly: true });
    seen.push(...other.prepare('SELECT role, status, parts FROM messages ORDER BY sequence').all());
    other.close();
    yield { type: 'text', text: 'Hi' };
    return ended;
  });
  await bench.send('Hello');
  await settled();
  expect(seen).toEqual([
    { role: 'user', status: 'complete', parts: '[{"type":"text","text":"Hello"}]' },
    { role: 'assistant', status: 'streaming', parts: '[]' },
  ]);
});

test('answers: system prompt and history go in, text, usage and model come out', async () => {
  const { bench, engine } = start(echo);
  const first = await bench.send('Hello there');
  await settled();
  await bench.send('and again', first.conversationId);
  await settled();
  expect(engine.requests[1]).toMatchObject({
    sequenceKey: first.conversationId,
    sampling: { temperature: 0.7, topP: 0.8, topK: 20, minP: 0 },
    enableThinking: false,
    messages: [
      { role: 'system', text: 'Be calm.' },
      { role: 'user', text: 'Hello there' },
      { role: 'assistant', text: 'You said: Hello there' },
      { role: 'user', text: 'and again' },
    ],
  });
  const stored = bench.stored(first.conversationId);
  expect(stored.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3]);
  expect(stored.map(({ parentId }) => parentId)).toEqual(
    [null, ...stored.map(({ id }) => id)].slice(0, 4),
  );
  expect(stored[1]).toMatchObject({
    status: 'complete',
    usage,
    modelName: 'Scripted 1B',
    error: null,
  });
  expect(engine.successes).toEqual(['scripted', 'scripted']);
  expect(bench.changed.map(({ isAnswering }) => isAnswering)).toEqual([true, false, true, false]);
  expect(bench.changed[0]?.title).toBe('Hello there');
});

test('clears the draft together with the message it became', async () => {
  const { bench } = start(echo);
  const { handlers } = bench.conversations;
  await handlers.saveDraft({ conversationId: null, text: 'Hel' }, caller);
  const { conversationId } = await bench.send('Hello');
  expect(await handlers.draft({ conversationId: null }, caller)).toMatchObject({ text: '' });
  await settled();
  await handlers.saveDraft({ conversationId, text: 'nex' }, caller);
  await bench.send('next', conversationId);
  expect(await handlers.draft({ conversationId }, caller)).toMatchObject({ text: '' });
});

test('stops on request, keeping what is there, and is free at once', async () => {
  const { bench, fed, engine } = startFed();
  const { conversationId, answerId } = await bench.send('Hello');
  fed.feed('One', ' two');
  await settled();
  await bench.chat.handlers.stop({ conversationId }, caller);
  expect(bench.storedMessage(answerId)).toMatchObject({ status: 'stopped', error: null });
  expect(bench.stored(conversationId).map(textOf)).toEqual(['Hello', 'One two']);
  expect(engine.successes).toEqual([]);
  await bench.chat.handlers.stop({ conversationId }, caller);
  await bench.send('again', conversationId);
});

test('stops while the model still loads', async () => {
  const { bench, engine } = startFed();
  engine.beforeReady = ({ signal, onProgress }) => {
    onProgress(0.5);
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  };
  const { conversationId, answerId } = await bench.send('Hello');
  const view = bench.watch(conversationId);
  await settled();
  expect(view.phases).toEqual(['loading-model']);
  await bench.chat.handlers.stop({ conversationId }, caller);
  expect(bench.storedMessage(answerId)?.status).toBe('stopped');
  expect(engine.requests).toEqual([]);
});

test.each([
  ['length', 'cut', 1],
  ['cancelled', 'stopped', 0],
  ['end', 'complete', 1],
] as const)('marks an answer that ended by %s as %s', async (stopReason, status, successes) => {
  const { bench, fed, engine } = startFed();
  const { answerId } = await bench.send('Hello');
  fed.feed('Text', { ...ended, stopReason });
  await settled();
  expect(bench.storedMessage(answerId)).toMatchObject({ status, usage });
  expect(engine.successes).toHaveLength(successes);
});

test('keeps the text when the engine dies, says how it died, and answers the next message', async () => {
  const { bench, fed, engine } = startFed();
  const { conversationId, answerId } = await bench.send('Hello');
  fed.feed('Half an');
  await settled();
  engine.die({ exitCode: 139, signal: null, lastLogLines: ['ouch'] });
  await settled();
  const dead = bench.storedMessage(answerId);
  expect(dead).toMatchObject({
    status: 'interrupted',
    error: { code: 'engine.crashed', data: { exitCode: 139, lastLogLines: ['ouch'] } },
  });
  expect(dead && textOf(dead)).toBe('Half an');
  const next = await bench.send('again', conversationId);
  fed.feed('Whole', ended);
  await settled();
  expect(bench.storedMessage(next.answerId)?.status).toBe('complete');
});

test('does not wait long for news of a death', async () => {
  const { bench, engine, clock } = startFed();
  const { answerId } = await bench.send('Hello');
  await settled();
  engine.die();
  await clock.advance(1000);
  expect(bench.storedMessage(answerId)).toMatchObject({
    status: 'interrupted',
    error: { code: 'connection.lost' },
  });
});

test.each([
  new AppError('model.not-loaded', {}),
  new AppError('model.out-of-memory', { neededBytes: 2, availableBytes: 1 }),
  new AppError('model.set-aside', { modelId: 'm', deaths: 3 }),
])('says why there is no answer when the model is not ready: $code', async (error) => {
  const { bench, engine } = startFed();
  engine.beforeReady = () => Promise.reject(error);
  const { conversationId, answerId } = await bench.send('Hello');
  await settled();
  expect(bench.storedMessage(answerId)).toMatchObject({ status: 'failed', error: error.toWire() });
  expect(bench.stored(conversationId)).toHaveLength(2);
});

test('asks again when the model made way between being ready and being asked', async () => {
  const { bench, fed, engine } = startFed();
  const { answerId } = await bench.send('Hello');
  await settled();
  fed.feed(new AppError('model.not-loaded', {}));
  await settled();
  fed.feed('Here', ended);
  await settled();
  expect(engine.requests).toHaveLength(2);
  expect(bench.storedMessage(answerId)).toMatchObject({ status: 'complete', error: null });
});

test('says why the engine refused', async () => {
  const { bench, fed } = startFed();
  const { answerId } = await bench.send('Hello');
  fed.feed(new AppError('prompt.too-long', { promptTokens: 9, contextTokens: 5 }));
  await settled();
  expect(bench.storedMessage(answerId)).toMatchObject({
    status: 'failed',
    error: { code: 'prompt.too-long', data: { promptTokens: 9, contextTokens: 5 } },
  });
});

test('turns a bug into an incident, and the conversation goes on', async () => {
  const { bench, engine } = startFed();
  engine.beforeReady = () => Promise.reject(new TypeError('a bug'));
  const { conversationId, answerId } = await bench.send('Hello');
  await settled();
  expect(bench.storedMessage(answerId)).toMatchObject({
    status: 'failed',
    error: { code: 'internal', data: { incidentId: 'incident-1' } },
  });
  expect(bench.incidents).toHaveLength(1);
  await bench.send('again', conversationId);
});

test('ends an engine that is silent for a minute, but not one that is busy with another run', async () => {
  const { bench, fed, engine, clock } = startFed();
  const first = await bench.send('first');
  await settled();
  const second = await bench.send('second');
  for (let minute = 0; minute < 5; minute += 1) {
    fed.feed('.');
    await clock.advance(55_000);
  }
  expect(engine.kills).toBe(0);
  await clock.advance(75_000);
  expect(engine.kills).toBe(1);
  for (const { answerId } of [first, second]) {
    expect(bench.storedMessage(answerId)).toMatchObject({
      status: 'interrupted',
      error: { code: 'engine.silent', data: { silentMs: 60_000 } },
    });
  }
});

test('runs one answer in a conversation at a time, and several conversations at once', async () => {
  const { bench } = startFed();
  const { conversationId, answerId, userMessageId } = await bench.send('Hello');
  const busy = expect.objectContaining({ code: 'conversation.busy', data: { conversationId } });
  const { send, edit, regenerate } = bench.chat.handlers;
  expect(() => send({ conversationId, text: 'x' }, caller)).toThrow(busy);
  expect(() => regenerate({ messageId: answerId }, caller)).toThrow(busy);
  expect(() => edit({ messageId: userMessageId, text: 'x' }, caller)).toThrow(busy);
  expect(bench.stored(conversationId)).toHaveLength(2);
  await bench.send('elsewhere');
});

test('makes siblings of an edited message and of an answer made anew, and switches between them', async () => {
  const { bench } = start(echo);
  const first = await bench.send('one');
  await settled();
  const { conversationId } = first;
  const again = await bench.chat.handlers.regenerate({ messageId: first.answerId }, caller);
  await settled();
  expect(again.userMessageId).toBeNull();
  const edited = await bench.chat.handlers.edit(
    { messageId: first.userMessageId, text: 'two' },
    caller,
  );
  await settled();
  const stored = bench.stored(conversationId);
  const find = (id: string | null) => stored.filter((message) => message.id === id);
  expect(stored.map(textOf)).toEqual([
    'one',
    'You said: one',
    'You said: one',
    'two',
    'You said: two',
  ]);
  expect(find(again.answerId).flatMap((found) => siblingsOf(stored, found))).toHaveLength(2);
  expect(find(edited.userMessageId).flatMap((found) => siblingsOf(stored, found))).toHaveLength(2);
  const view = bench.watch(conversationId);
  await settled();
  expect(view.activeLeafId).toBe(edited.answerId);
  const shown = await bench.chat.handlers.showBranch({ messageId: first.userMessageId }, caller);
  await settled();
  expect(shown.activeLeafId).toBe(again.answerId);
  expect(view.activeLeafId).toBe(again.answerId);
  const next = await bench.send('three', conversationId);
  await settled();
  expect(bench.storedMessage(next.userMessageId)?.parentId).toBe(again.answerId);
});

test('refuses what is not there, is of the wrong side, or lies in the trash', async () => {
  const { bench } = start(echo);
  const { conversationId, answerId, userMessageId } = await bench.send('Hello');
  await settled();
  const { send, edit, regenerate, showBranch, watch } = bench.chat.handlers;
  const missing = expect.objectContaining({ code: 'message.not-found' });
  const gone = expect.objectContaining({ code: 'conversation.not-found' });
  expect(() => edit({ messageId: answerId, text: 'x' }, caller)).toThrow(missing);
  expect(() => regenerate({ messageId: userMessageId }, caller)).toThrow(missing);
  expect(() => showBranch({ messageId: 'nothing' as MessageId }, caller)).toThrow(missing);
  await bench.conversations.handlers.trash({ conversationId }, caller);
  expect(() => regenerate({ messageId: answerId }, caller)).toThrow(missing);
  expect(() => send({ conversationId, text: 'x' }, caller)).toThrow(gone);
  await expect(watch({ conversationId }, caller).next()).rejects.toEqual(gone);
  const nobody = 'nobody' as ConversationId;
  await expect(watch({ conversationId: nobody }, caller).next()).rejects.toEqual(gone);
});

test('stops the answer of a conversation that goes to the trash, which restore brings back whole', async () => {
  const { bench, fed } = startFed();
  const { conversationId, answerId } = await bench.send('Hello');
  fed.feed('Half');
  await settled();
  await bench.conversations.handlers.trash({ conversationId }, caller);
  expect(bench.storedMessage(answerId)?.status).toBe('stopped');
  await bench.conversations.handlers.restore({ conversationId }, caller);
  expect(bench.stored(conversationId).map(textOf)).toEqual(['Hello', 'Half']);
});

test('marks what streams as interrupted when the app ends, with all its text', async () => {
  const { bench, fed } = startFed();
  const { answerId } = await bench.send('Hello');
  fed.feed('Half', ' an', ' answer');
  await settled();
  await bench.chat.close();
  const left = bench.storedMessage(answerId);
  expect(left?.status).toBe('interrupted');
  expect(left && textOf(left)).toBe('Half an answer');
});
