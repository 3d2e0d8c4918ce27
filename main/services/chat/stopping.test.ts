import { afterEach, expect, test } from 'vitest';
import { textOf } from '../../../contract/chat/message.ts';
import { ChatBench, caller } from './testing/chat-bench.fixture.ts';
import { FakeClock, settled } from './testing/fake-clock.fixture.ts';
import {
  ended,
  FedScript,
  type Script,
  ScriptedEngine,
  usage,
} from './testing/scripted-engine.fixture.ts';
import { createTokenStore } from './token-store.ts';

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

test('a stopped answer keeps the tokens it was written as, and what they cost', async () => {
  const tokens = Uint32Array.of(7, 8, 9);
  const { bench, engine } = start(async function* (_request, { signal }) {
    yield { type: 'text', text: 'One two' };
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    yield { type: 'text', text: ' three' };
    return { ...ended, stopReason: 'cancelled', answerTokenIds: tokens };
  });
  const { conversationId, answerId } = await bench.send('Hello');
  await settled();
  await bench.chat.handlers.stop({ conversationId }, caller);
  expect(bench.storedMessage(answerId)).toMatchObject({ status: 'stopped', usage, error: null });
  expect(bench.stored(conversationId).map(textOf)).toEqual(['Hello', 'One two three']);
  const kept = createTokenStore(bench.storage).list(conversationId, engine.loaded.fingerprint);
  expect(kept.get(answerId)).toEqual(tokens);
});

test.each([
  ['says nothing', () => new Promise<never>(() => {})],
  ['fails', () => Promise.reject(new Error('a bug'))],
])('an engine that %s when it is to stop is not waited for', async (_name, stop) => {
  const fed = new FedScript();
  const { bench, engine, clock } = start(fed.script);
  engine.stop = stop;
  const { conversationId, answerId } = await bench.send('Hello');
  fed.feed('One');
  await settled();
  const stopping = bench.chat.handlers.stop({ conversationId }, caller);
  await clock.advance(1000);
  await stopping;
  expect(bench.storedMessage(answerId)).toMatchObject({ status: 'stopped', usage: null });
  expect(bench.stored(conversationId).map(textOf)).toEqual(['Hello', 'One']);
});

test('an answer that ends by itself while it is to stop is whole', async () => {
  const fed = new FedScript();
  const { bench, engine } = start(fed.script);
  engine.stop = () => {
    fed.feed(' two', ended);
    return {};
  };
  const { conversationId, answerId } = await bench.send('Hello');
  fed.feed('One');
  await settled();
  await bench.chat.handlers.stop({ conversationId }, caller);
  expect(bench.storedMessage(answerId)?.status).toBe('complete');
  expect(bench.stored(conversationId).map(textOf)).toEqual(['Hello', 'One two']);
});
