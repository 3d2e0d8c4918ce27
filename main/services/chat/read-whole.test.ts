import { afterEach, expect, test } from 'vitest';
import { isPart, type MessageId, textOf } from '../../../contract/chat/message.ts';
import type { DocumentId } from '../../../contract/documents/documents.ts';
import { answerEnd, loadedModel } from '../../testing/engine-replies.fixture.ts';
import { ChatBench, caller } from './testing/chat-bench.fixture.ts';
import { FakeClock, settled } from './testing/fake-clock.fixture.ts';
import {
  type EngineRequest,
  ended,
  type Script,
  ScriptedEngine,
  usage,
} from './testing/scripted-engine.fixture.ts';

const open: ChatBench[] = [];
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.dispose();
});

type Reader = (request: EngineRequest, step: number) => string | Promise<string>;

/** An engine that answers each request by what it is given. */
function start(read: Reader) {
  const clock = new FakeClock();
  let step = 0;
  const script: Script = async function* (request) {
    step += 1;
    const text = await read(request, step);
    yield { type: 'prompt', readTokens: 1, promptTokens: 2 };
    yield { type: 'text', text };
    return ended;
  };
  const engine = new ScriptedEngine(script);
  engine.loaded = loadedModel({ contextTokens: 2048 });
  const bench = new ChatBench(engine, clock);
  open.push(bench);
  return { bench, engine, clock };
}

/** Passages of 800 tokens, so that each is a step of its own. */
function book(bench: ChatBench, name = 'book.pdf', count = 3): DocumentId {
  const passages = Array.from({ length: count }, (_, index) => ({
    text: `Chapter ${index + 1}. ${'word '.repeat(640)}`,
    page: index + 1,
  }));
  return bench.shelf.put(name, { format: 'pdf', passages });
}

async function readWhole(
  bench: ChatBench,
  kind: 'summary' | 'list',
  documentIds: DocumentId[],
  text = 'Summarise it.',
) {
  const request = { conversationId: null, kind, text, documentIds };
  const started = await bench.chat.handlers.readWhole(request, caller);
  for (let turn = 0; turn < 8; turn += 1) await settled();
  return started as { conversationId: never; userMessageId: MessageId; answerId: MessageId };
}

const given = (request: EngineRequest | undefined) => request?.messages.at(-1)?.text ?? '';
const chapters = (text: string) => [...text.matchAll(/Chapter (\d)/g)].map(([, n]) => n).join('');

test('a summary reads every passage in steps, then answers from the notes', async () => {
  const { bench, engine } = start(({ messages }, step) =>
    step <= 3
      ? `Chapter ${chapters(`${messages[1]?.text}`)} is dull [${step}].`
      : 'All is dull [1] [3].',
  );
  const { answerId, userMessageId } = await readWhole(bench, 'summary', [book(bench)]);
  expect(engine.requests.slice(0, 3).map((request) => chapters(given(request)))).toEqual([
    '1',
    '2',
    '3',
  ]);
  expect(given(engine.requests[3])).toBe(
    '[1]-[1]\nChapter 1 is dull [1].\n\n[2]-[2]\nChapter 2 is dull [2].\n\n' +
      '[3]-[3]\nChapter 3 is dull [3].\n\nSummarise it.',
  );
  const answer = bench.storedMessage(answerId);
  expect(answer).toMatchObject({
    status: 'complete',
    usage: { promptTokens: 4 * usage.promptTokens },
  });
  expect(answer?.parts.map(({ type }) => type)).toEqual([
    'notes',
    'notes',
    'notes',
    'text',
    'citations',
  ]);
  expect(textOf(answer ?? { parts: [] })).toBe('All is dull [1] [3].');
  expect(answer?.parts.at(-1)).toMatchObject({
    citations: [
      { number: 1, isKnown: true },
      { number: 3, isKnown: true },
    ],
  });
  const question = bench.storedMessage(userMessageId);
  expect(question?.parts.find(isPart('reading'))).toMatchObject({
    files: [{ name: 'book.pdf', mode: 'whole', passagesGiven: 3, passagesLeftOut: 0 }],
    passages: [{ number: 1, page: 1 }, { number: 2 }, { number: 3, page: 3 }],
  });
});

test('steps begin alike, stay out of the cache and give way to chats', async () => {
  const { bench, engine } = start(() => 'Noted.');
  await readWhole(bench, 'summary', [book(bench)], 'Sum it up.');
  const steps = engine.requests.slice(0, 3);
  const [first] = steps;
  expect(first?.messages[0]?.text).toContain('Sum it up.');
  for (const { messages, sequenceKey, ephemeral, priority } of steps) {
    expect(messages[0]).toEqual(first?.messages[0]);
    expect({ sequenceKey, ephemeral, priority }).toEqual({
      sequenceKey: first?.sequenceKey,
      ephemeral: true,
      priority: 'background',
    });
  }
  expect(engine.requests[3]?.priority).toBe('visible');
  expect(engine.forgotten).toContain(first?.sequenceKey);
  expect(first?.sequenceKey).not.toBe(bench.conversations.book.openingId());
});

test('few passages are answered from at once', async () => {
  const { bench, engine } = start(() => 'Short [1].');
  const id = bench.shelf.put('note.txt', { passages: ['Only this.'] });
  const { answerId, userMessageId } = await readWhole(bench, 'summary', [id]);
  expect(engine.requests).toHaveLength(1);
  expect(given(engine.requests[0])).toContain('[1] note.txt\nOnly this.\n\nSummarise it.');
  expect(bench.storedMessage(answerId)?.parts).toMatchObject([
    { type: 'text', text: 'Short [1].' },
    { type: 'citations', citations: [{ isKnown: true }] },
  ]);
  expect(bench.storedMessage(userMessageId)?.parts.find(isPart('reading'))).toMatchObject({
    files: [{ passagesGiven: 1, passagesLeftOut: 0 }],
    passages: [{ number: 1, text: 'Only this.' }],
  });
});

test('notes that do not fit together are put together first', async () => {
  const note = 'A long note. '.repeat(80);
  const { bench, engine } = start((_request, step) => (step <= 6 ? note : 'Joined.'));
  const { answerId } = await readWhole(bench, 'summary', [book(bench, 'book.pdf', 6)]);
  const joins = engine.requests.slice(6, -1);
  expect(joins.length).toBeGreaterThanOrEqual(2);
  for (const request of joins) expect(given(request).length / 4).toBeLessThanOrEqual(1100);
  expect(given(engine.requests.at(-1))).toMatch(/^\[1\]-\[\d\]\nJoined\./);
  expect(bench.storedMessage(answerId)?.status).toBe('complete');
});

test('a list grows as it is read, each item once, and what finds nothing adds nothing', async () => {
  const found = ['- 3 May [1]\n- 4 June [1]', '-', '- 3 May [3]\n* 5 July [3]'];
  const { bench } = start((_request, step) => found[step - 1] ?? '');
  const { answerId } = await readWhole(bench, 'list', [book(bench)], 'List every date.');
  const answer = bench.storedMessage(answerId);
  expect(textOf(answer ?? { parts: [] })).toBe('- 3 May [1]\n- 4 June [1]\n* 5 July [3]\n');
  expect(answer).toMatchObject({ status: 'complete' });
});

test('an item that names no passage gets the one it stands in, and that one is kept', async () => {
  const { bench } = start((_request, step) => (step === 2 ? 'Chapter 2' : '-'));
  const { answerId, userMessageId } = await readWhole(bench, 'list', [book(bench)]);
  expect(textOf(bench.storedMessage(answerId) ?? { parts: [] })).toBe('Chapter 2 [2]\n');
  const reading = bench.storedMessage(userMessageId)?.parts.find(isPart('reading'));
  expect(reading?.passages.map(({ number }) => number)).toEqual([2]);
});

test('a list of which nothing is there says so by code', async () => {
  const { bench } = start(() => '-');
  const { answerId, userMessageId } = await readWhole(bench, 'list', [book(bench)]);
  expect(textOf(bench.storedMessage(answerId) ?? { parts: [] })).toBe('');
  expect(bench.storedMessage(userMessageId)?.parts.find(isPart('reading'))?.isNothingRelevant).toBe(
    true,
  );
});

test('a list with a step that was cut says that it may not be whole', async () => {
  const engine = new ScriptedEngine(async function* () {
    yield { type: 'text', text: '- 3 May [1]' };
    return answerEnd({ stopReason: 'length' });
  });
  const bench = new ChatBench(engine, new FakeClock());
  open.push(bench);
  const { answerId } = await readWhole(bench, 'list', [book(bench)]);
  expect(bench.storedMessage(answerId)?.status).toBe('cut');
});

test('the window is told the step, and what is left by the pace so far', async () => {
  const phases: unknown[] = [];
  const { bench, clock } = start(async () => {
    await clock.advance(1000);
    return 'Noted.';
  });
  const id = book(bench);
  const request = {
    conversationId: null,
    kind: 'summary',
    text: 'Sum.',
    documentIds: [id],
  } as const;
  const { conversationId } = await bench.chat.handlers.readWhole(request as never, caller);
  const chunks = bench.chat.handlers.watch({ conversationId } as never, caller);
  void (async () => {
    for await (const chunk of chunks) {
      if (chunk.type === 'phase' && chunk.phase.phase === 'step') phases.push(chunk.phase);
    }
  })();
  for (let turn = 0; turn < 8; turn += 1) await settled();
  expect(phases).toMatchObject([
    { step: 1, steps: 3, leftMs: null },
    { step: 2, steps: 3, leftMs: 2000 },
    { step: 3, steps: 3, leftMs: 1000 },
  ]);
});

test('a stop keeps the notes that are there, and the next attempt goes on after them', async () => {
  let stopAt = 2;
  const { bench, engine } = start((_request, step) => {
    if (step === stopAt) {
      const [conversation] = bench.changed;
      void bench.chat.handlers.stop({ conversationId: conversation?.id as never }, caller);
    }
    return `Note ${step} [${step}].`;
  });
  const { answerId } = await readWhole(bench, 'summary', [book(bench)]);
  const answer = bench.storedMessage(answerId);
  expect(answer?.status).toBe('stopped');
  const kept = answer?.parts.filter(isPart('notes')).map(({ first }) => first);
  expect(kept).toEqual([1, 2]);
  stopAt = 0;
  const again = await bench.chat.handlers.regenerate({ messageId: answerId }, caller);
  for (let turn = 0; turn < 8; turn += 1) await settled();
  expect(engine.requests.slice(2).map((request) => chapters(given(request)))).toEqual(['3', '']);
  const whole = bench.storedMessage(again.answerId as MessageId);
  expect(whole?.status).toBe('complete');
  expect(whole?.parts.filter(isPart('notes')).map(({ first }) => first)).toEqual([1, 2, 3]);
});

test('a step that is stopped in its midst is not kept, and what it cost is told', async () => {
  let stop = (): void => {};
  const engine = new ScriptedEngine(async function* (_request, { signal }) {
    yield { type: 'text', text: 'Note' };
    if (engine.requests.length === 1) return ended;
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
      stop();
    });
    return answerEnd({ stopReason: 'cancelled' });
  });
  engine.loaded = loadedModel({ contextTokens: 2048 });
  const bench = new ChatBench(engine, new FakeClock());
  open.push(bench);
  stop = () => {
    const [conversation] = bench.changed;
    void bench.chat.handlers.stop({ conversationId: conversation?.id as never }, caller);
  };
  const { answerId } = await readWhole(bench, 'summary', [book(bench)]);
  const answer = bench.storedMessage(answerId);
  expect(answer).toMatchObject({
    status: 'stopped',
    usage: { promptTokens: 2 * usage.promptTokens },
    parts: [{ type: 'notes', first: 1 }],
  });
  expect(answer?.parts).toHaveLength(1);
});

test('after a death of the app the steps that were done are there, and count', async () => {
  let hangs = true;
  const { bench, engine } = start(async (_request, step) => {
    if (step === 2 && hangs) await new Promise(() => {});
    return `Note ${step} [1].`;
  });
  const { answerId } = await readWhole(bench, 'list', [book(bench)], 'List.');
  bench.reopen();
  const answer = bench.storedMessage(answerId);
  expect(answer?.status).toBe('interrupted');
  expect(answer?.parts).toMatchObject([{ type: 'notes', first: 1, last: 1, text: 'Note 1 [1].' }]);
  hangs = false;
  const again = await bench.chat.handlers.regenerate({ messageId: answerId }, caller);
  for (let turn = 0; turn < 8; turn += 1) await settled();
  expect(engine.requests.slice(2).map((request) => chapters(given(request)))).toEqual(['2', '3']);
  const whole = bench.storedMessage(again.answerId as MessageId);
  expect(textOf(whole ?? { parts: [] })).toBe('Note 1 [1].\nNote 3.\nNote 4.\n');
  const question = bench.stored(again.conversationId as never)[0];
  expect(question?.parts.find(isPart('reading'))?.files[0]?.passagesLeftOut).toBe(0);
});

test('a failure of the engine keeps what was read', async () => {
  const { bench, engine } = start((_request, step) => {
    if (step === 2) engine.die({ exitCode: 1, signal: null, lastLogLines: [] });
    return `Note ${step}.`;
  });
  const { answerId } = await readWhole(bench, 'summary', [book(bench)]);
  const answer = bench.storedMessage(answerId);
  expect(answer).toMatchObject({ status: 'interrupted', error: { code: 'engine.crashed' } });
  expect(answer?.parts).toMatchObject([{ type: 'notes', text: 'Note 1.' }]);
});

test('a finished task asked anew is read anew', async () => {
  const { bench, engine } = start((_request, step) => `Note ${step}.`);
  const { answerId } = await readWhole(bench, 'summary', [book(bench)]);
  expect(engine.requests).toHaveLength(4);
  await bench.chat.handlers.regenerate({ messageId: answerId }, caller);
  for (let turn = 0; turn < 8; turn += 1) await settled();
  expect(engine.requests).toHaveLength(8);
});

test('later questions get what the task said, not what it read, and their passages other numbers', async () => {
  const { bench, engine } = start((_request, step) => `Note ${step} [1].`);
  const { conversationId } = await readWhole(bench, 'summary', [book(bench)]);
  await bench.send('Which chapter?', conversationId);
  for (let turn = 0; turn < 4; turn += 1) await settled();
  const messages = engine.requests.at(-1)?.messages ?? [];
  expect(messages[1]).toEqual({ role: 'user', text: 'Summarise it.' });
  expect(messages[2]?.text).toBe('Note 4 [1].');
  expect(messages[3]?.text).toContain('[4] book.pdf, page');
});

test('notes of a task that was stopped stand for its answer', async () => {
  const { bench, engine } = start((_request, step) => {
    const [conversation] = bench.changed;
    if (step === 2)
      void bench.chat.handlers.stop({ conversationId: conversation?.id as never }, caller);
    return `Note ${step}.`;
  });
  const { conversationId } = await readWhole(bench, 'summary', [book(bench)]);
  await bench.send('And?', conversationId);
  for (let turn = 0; turn < 4; turn += 1) await settled();
  expect(engine.requests.at(-1)?.messages[2]).toMatchObject({
    ...{ role: 'assistant', text: 'Note 1.\n\nNote 2.' },
  });
});

test('the cost is told before: passages, tokens, steps, and time once the model has been heard', async () => {
  const { bench, engine } = start(() => 'Noted.');
  const id = book(bench);
  const cost = () => bench.chat.handlers.wholeCost({ documentIds: [id] }, caller);
  await expect(cost()).rejects.toThrow('model.not-loaded');
  await engine.load();
  const first = await cost();
  expect(first).toMatchObject({ passages: 3, steps: 3, estimatedMs: null });
  expect(first.tokens).toBeGreaterThan(2400);
  for (let times = 0; times < 20; times += 1) {
    await bench.send('Hello');
    await settled();
  }
  bench.storage.database.exec(
    `UPDATE messages SET usage = '{"promptTokens":100,"reusedTokens":0,"computedTokens":100,"answerTokens":10,"promptMs":200,"answerMs":50}', checksum = checksum WHERE role = 'assistant'`,
  );
  const { estimatedMs } = await cost();
  expect(estimatedMs).toBeCloseTo(first.tokens * 2 + ((3 * 256) / 2) * 5, 3);
});

test('a file that is gone is told of before anything is stored', async () => {
  const { bench } = start(() => 'Noted.');
  const gone = readWhole(bench, 'summary', ['gone' as DocumentId]);
  await expect(gone).rejects.toThrow('document.not-found');
  expect(bench.storage.database.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(0);
});
