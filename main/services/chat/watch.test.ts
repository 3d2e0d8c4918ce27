import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { type ConversationId, type MessageId, textOf } from '../../../contract/chat/message.ts';
import { ChatBench, caller, type View } from './testing/chat-bench.fixture.ts';
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

function streamedText(view: View, id: MessageId): string {
  return textOf({ parts: view.streamed.get(id) ?? [] });
}

/** Characters of the answer on the screen, and on disk. */
function lengths(bench: ChatBench, view: View, id: MessageId) {
  const stored = bench.storedMessage(id);
  return { shown: streamedText(view, id).length, stored: stored ? textOf(stored).length : 0 };
}

test('tells a window the phases, the messages and the text of an answer', async () => {
  const { bench, fed, clock } = start();
  const first = await bench.send('Hello');
  const view = bench.watch(first.conversationId);
  fed.feed({ prompt: 4 }, { prompt: 8 }, { reasoning: 'Hm.' }, 'One', ' two', ended);
  await clock.advance(100);
  expect(view.phases).toEqual(['queued', 'reading', 'reading', 'writing']);
  const answer = view.messages.get(first.answerId);
  expect(answer).toMatchObject({ status: 'complete', modelName: 'Scripted 1B' });
  expect(answer?.parts).toEqual([
    { type: 'reasoning', text: 'Hm.' },
    { type: 'text', text: 'One two' },
  ]);
  expect(view.streamed.get(first.answerId)).toEqual(answer?.parts);
  const next = await bench.send('again', first.conversationId);
  await settled();
  expect(view.activeLeafId).toBe(next.answerId);
  expect(view.messages.get(next.userMessageId)?.parts).toEqual([{ type: 'text', text: 'again' }]);
});

test('shows a window that joins in the middle what there is, then the rest, and another one the same', async () => {
  const { bench, fed, clock } = start();
  const { conversationId, answerId } = await bench.send('Hello');
  const early = bench.watch(conversationId);
  fed.feed('One', ' two');
  await clock.advance(10);
  // ` two` waits for its frame: the newcomer gets it with everyone else.
  const late = bench.watch(conversationId);
  await settled();
  expect(streamedText(late, answerId)).toBe('One');
  fed.feed(' three', ended);
  await clock.advance(100);
  for (const view of [early, late]) {
    expect(streamedText(view, answerId)).toBe('One two three');
    expect(view.messages.get(answerId)?.status).toBe('complete');
  }
});

test('goes on when the window that began it closes', async () => {
  const { bench, fed, clock } = start();
  const { conversationId, answerId } = await bench.send('Hello');
  const view = bench.watch(conversationId);
  fed.feed('One');
  await settled();
  await view.leave();
  fed.feed(' two', ended);
  await clock.advance(100);
  const stored = bench.storedMessage(answerId);
  expect(stored?.status).toBe('complete');
  expect(stored && textOf(stored)).toBe('One two');
  expect(streamedText(view, answerId)).toBe('One');
});

test('lets a window that hears of the end send at once', async () => {
  const { bench, fed, clock } = start();
  const { conversationId, answerId } = await bench.send('Hello');
  const chunks = bench.chat.handlers.watch({ conversationId }, caller);
  fed.feed('Hi', ended);
  void clock.advance(100);
  for await (const chunk of chunks) {
    const isEnd = chunk.type === 'message' && chunk.message.status === 'complete';
    if (!isEnd || chunk.message.id !== answerId) continue;
    await bench.send('again', conversationId as never);
    break;
  }
  expect(bench.stored(conversationId)).toHaveLength(4);
});

test('joins what a slow window did not read yet, instead of piling it up', async () => {
  const { bench, fed, clock } = start();
  const { conversationId } = await bench.send('Hello');
  const chunks = bench.chat.handlers.watch({ conversationId }, caller);
  await chunks.next();
  for (let index = 0; index < 100; index += 1) {
    fed.feed('x');
    await clock.advance(30);
  }
  const kinds: string[] = [];
  for (let taken = 0; !kinds.includes('delta'); taken += 1) {
    const step = await chunks.next();
    if (step.done || taken > 20) break;
    kinds.push(step.value.type);
    if (step.value.type === 'delta') expect(step.value.text).toBe('x'.repeat(100));
  }
  expect(kinds.at(-1)).toBe('delta');
  await chunks.return({});
});

test('stores the first text before any window sees it, and never falls 250 ms behind', {
  timeout: 60_000,
}, async () => {
  const { bench, fed, clock } = start();
  const { conversationId, answerId } = await bench.send('Hello');
  const view = bench.watch(conversationId);
  await settled();
  /** What the window had, by time. */
  const history: { atMs: number; shown: number }[] = [];
  let isFirst = true;
  for (let step = 0; step < 400; step += 1) {
    if (step % 40 < 30) fed.feed('ab');
    await clock.advance(10);
    const { shown, stored } = lengths(bench, view, answerId);
    if (isFirst && shown > 0) {
      expect(stored).toBeGreaterThanOrEqual(shown);
      isFirst = false;
    }
    history.push({ atMs: clock.monotonicMs(), shown });
    const due = history.filter(({ atMs }) => atMs <= clock.monotonicMs() - 200).at(-1);
    expect(stored).toBeGreaterThanOrEqual(due?.shown ?? 0);
  }
  expect(lengths(bench, view, answerId).shown).toBe(600);
});

test('coalesces: far fewer chunks and commits than tokens', { timeout: 60_000 }, async () => {
  const { bench, fed, clock } = start();
  const { conversationId, answerId } = await bench.send('Hello');
  const chunks: unknown[] = [];
  void (async () => {
    for await (const chunk of bench.chat.handlers.watch({ conversationId }, caller))
      chunks.push(chunk);
  })();
  for (let index = 0; index < 1000; index += 1) {
    fed.feed('x');
    await clock.advance(1);
  }
  const commits = bench.storage.database
    .prepare('SELECT count(*) FROM message_tails WHERE message_id = ?')
    .pluck()
    .get(answerId);
  expect(chunks.length).toBeLessThan(60);
  expect(Number(commits)).toBeLessThanOrEqual(8);
});

interface Stage extends ReturnType<typeof start> {
  conversationId: ConversationId;
  here: View[];
}

/** One thing that may happen while an answer streams. */
const event = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }).map(
    (text) =>
      async ({ fed }: Stage) =>
        fed.feed(text),
  ),
  fc.string({ minLength: 1, maxLength: 4 }).map(
    (reasoning) =>
      async ({ fed }: Stage) =>
        fed.feed({ reasoning }),
  ),
  fc.integer({ min: 1, max: 90 }).map(
    (ms) =>
      ({ clock }: Stage) =>
        clock.advance(ms),
  ),
  fc.constant(async ({ bench, here, conversationId }: Stage) => {
    here.push(bench.watch(conversationId));
  }),
  fc.constant(async ({ here }: Stage) => here.shift()?.leave()),
);

const ends = {
  complete: async ({ fed }: Stage) => fed.feed(ended),
  stop: async ({ bench, conversationId }: Stage) => {
    await bench.chat.handlers.stop({ conversationId }, caller);
  },
  die: async ({ bench }: Stage) =>
    bench.engine.die({ exitCode: 1, signal: null, lastLogLines: [] }),
};

test('gives every window the whole text once, whenever it joins and however tokens come', {
  timeout: 120_000,
}, async () => {
  const anyEnd = fc.constantFrom(...(Object.keys(ends) as (keyof typeof ends)[]));
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 40 }), anyEnd, async (events, end) => {
      const begun = start();
      const { conversationId, answerId } = await begun.bench.send('Hello');
      const stage = { ...begun, conversationId, here: [begun.bench.watch(conversationId)] };
      for (const happens of events) await happens(stage);
      await ends[end](stage);
      await stage.clock.advance(100);
      const stored = stage.bench.storedMessage(answerId);
      expect(stored?.status).not.toBe('streaming');
      for (const view of stage.here) {
        expect(view.streamed.get(answerId)).toEqual(stored?.parts);
        expect(view.messages.get(answerId)).toEqual(stored);
      }
      await stage.bench.dispose();
      open.splice(0);
    }),
    { numRuns: 60 },
  );
});
