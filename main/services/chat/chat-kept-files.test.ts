import { afterEach, expect, test } from 'vitest';
import { isPart, type MessageId } from '../../../contract/chat/message.ts';
import type { DocumentId } from '../../../contract/documents/documents.ts';
import { mains } from '../../ports/power.ts';
import { DocumentsBench } from '../documents/testing/documents-bench.fixture.ts';
import { createKnowledge, type MeaningWork } from '../knowledge/index.ts';
import type { Library } from '../reading/index.ts';
import { ChatBench, caller } from './testing/chat-bench.fixture.ts';
import { auto, budget, deadline, say } from './testing/document-chat.fixture.ts';
import { FakeClock } from './testing/fake-clock.fixture.ts';
import { ScriptedEngine } from './testing/scripted-engine.fixture.ts';

const open: { dispose(): Promise<void> }[] = [];
afterEach(async () => {
  for (const bench of open.splice(0).reverse()) await bench.dispose();
});

/** As where there is no embedding model. */
const wordsAlone: MeaningWork = {
  find: async () => null,
  embedderState: () => 'absent',
  wake: () => {},
  close: async () => {},
};

/** The chat over files that are really kept, cut and looked up; the processes that read them are scripted. */
async function start(...texts: string[]) {
  const kept = await new DocumentsBench().open();
  const { storage, documents, index, log, ids } = kept;
  const clock = new FakeClock();
  const knowledge = await createKnowledge({
    ...{ storage, documents, index, clock, ids, log },
    power: { state: async () => mains },
    emit: { changed: () => {}, removed: () => {}, stateChanged: () => {} },
    isChatting: () => false,
    meaning: () => wordsAlone,
  });
  const library: Library = {
    document: (id) => documents.get(id),
    find: (id) => documents.find(id),
    passages: (id) => documents.passages(id),
    search: (lookup) => knowledge.search(lookup),
    pixels: (request) => documents.pixels(request),
  };
  const engine = new ScriptedEngine(say(...texts));
  const bench = new ChatBench(engine, clock, { library, storage });
  open.push(kept, { dispose: () => knowledge.close() }, bench);
  return { kept, knowledge, bench, engine };
}

async function asked(bench: ChatBench, ...args: Parameters<ChatBench['send']>) {
  const started = await bench.send(...args);
  await bench.chat.idle();
  return started;
}

/** A book of many chapters, one of which has the facts. */
const book = Array.from({ length: 60 }, (_, index) =>
  index === 31
    ? `# Money\n\n${budget}\n\n${deadline}`
    : `# Chapter ${index}\n\n${'On that day nothing of any note was seen in the valley. '.repeat(12)}`,
).join('\n\n');

test('a small file goes whole, in the words of the file', async () => {
  const { kept, bench, engine } = await start();
  const { id } = await kept.read('notes.txt', `# Projects\n\n${budget}\n\n${deadline}`);
  await asked(bench, 'What is the budget of Project Falcon?', null, [auto(id)]);
  const text = engine.requests[0]?.messages.at(-1)?.text ?? '';
  expect(text).toContain('[1] notes.txt');
  expect(text).toContain(budget);
  expect(text).toContain(deadline);
});

test('of a long file the passage with the answer is found, and it is exactly what stands there', async () => {
  const { kept, bench } = await start(`"${budget}" [1]`);
  const { id, passageCount } = await kept.read('book.txt', book);
  const { userMessageId, answerId } = await asked(
    bench,
    'What is the budget of Project Falcon?',
    null,
    [auto(id)],
  );
  const reading = bench.storedMessage(userMessageId)?.parts.find(isPart('reading'));
  expect(reading?.files).toMatchObject([{ mode: 'passages', passagesTotal: passageCount }]);
  const found = reading?.passages.find(({ text }) => text.includes(budget));
  const blocks = await kept.documents.handlers.blocks(
    { documentId: id, from: 0, count: 500 },
    caller,
  );
  const whole = blocks.blocks.map(({ text }) => text).join('\n\n');
  expect(whole.slice(found?.start, found?.end)).toBe(found?.text);
  const findings = bench.storedMessage(answerId)?.parts.find(isPart('citations'));
  expect(findings?.quotes).toMatchObject([{ number: found?.number }]);
});

test('what is nowhere in the files is said to be nowhere', async () => {
  const { kept, bench } = await start();
  const { id } = await kept.read('book.txt', book);
  const { userMessageId } = await asked(bench, 'Who invented the telephone?', null, [auto(id)]);
  expect(bench.storedMessage(userMessageId)?.parts.find(isPart('reading'))).toMatchObject({
    passages: [],
    isNothingRelevant: true,
  });
});

test('collections are asked, and one that was removed is passed over', async () => {
  const { kept, knowledge, bench, engine } = await start();
  const { id } = await kept.read('book.txt', book);
  const { id: collectionId } = await knowledge.handlers.create({ name: 'Books' }, caller);
  await knowledge.handlers.addDocument(
    { collectionId: collectionId as never, documentId: id },
    caller,
  );
  bench.collectionIds = [collectionId as never];
  const { conversationId } = await asked(bench, 'What is the budget of Project Falcon?');
  expect(engine.requests[0]?.messages.at(-1)?.text).toContain(budget);
  await knowledge.handlers.remove({ collectionId: collectionId as never }, caller);
  const later = await asked(bench, 'And the deadline of Project Eagle?', conversationId);
  expect(bench.storedMessage(later.answerId)?.status).toBe('complete');
});

test('a file stays as long as a message came with it, and not longer', async () => {
  const { kept, bench } = await start();
  const { id } = await kept.read('notes.txt', budget);
  const { conversationId } = await asked(bench, 'What is it?', null, [auto(id)]);
  await kept.documents.release([id]);
  expect(kept.documents.find(id)).toBeDefined();
  await bench.conversations.handlers.trash({ conversationId }, caller);
  await kept.documents.release([id]);
  expect(kept.documents.find(id)).toBeDefined();
  kept.storage.database.prepare('DELETE FROM conversations WHERE id = ?').run(conversationId);
  await kept.documents.release([id]);
  expect(kept.documents.find(id)).toBeUndefined();
});

test('a question keeps what it was given when its file is gone', async () => {
  const { kept, bench, engine } = await start();
  const { id } = await kept.read('notes.txt', budget);
  const { conversationId } = await asked(bench, 'What is the budget?', null, [auto(id)]);
  kept.storage.database.exec('DELETE FROM message_documents');
  await kept.documents.release([id]);
  expect(() => kept.documents.get(id)).toThrow('document.not-found');
  await asked(bench, 'And now?', conversationId);
  expect(engine.requests[1]?.messages[1]).toEqual(engine.requests[0]?.messages[1]);
  expect(engine.requests[1]?.messages[1]?.text).toContain(budget);
});

test('every passage of a file is read by a task, and cited ones are kept', async () => {
  const { kept, bench, engine } = await start(...Array.from({ length: 40 }, () => 'Noted [2].'));
  const { id, passageCount } = await kept.read('book.txt', book);
  const request = { conversationId: null, kind: 'summary' as const, text: 'Sum it up.' };
  const { answerId, userMessageId } = await bench.chat.handlers.readWhole(
    { ...request, documentIds: [id as DocumentId] },
    caller,
  );
  await bench.chat.idle();
  const notes = bench.storedMessage(answerId as MessageId)?.parts.filter(isPart('notes')) ?? [];
  expect([notes[0]?.first, notes.at(-1)?.last]).toEqual([1, passageCount]);
  const read = engine.requests
    .slice(0, notes.length)
    .map(({ messages }) => messages.at(-1)?.text)
    .join('');
  for (let chapter = 0; chapter < 60; chapter += 1) {
    if (chapter !== 31) expect(read).toContain(`Chapter ${chapter}`);
  }
  expect(read).toContain(budget);
  const reading = bench.storedMessage(userMessageId as MessageId)?.parts.find(isPart('reading'));
  expect(reading?.passages.map(({ number }) => number)).toEqual([2]);
  expect(reading?.files[0]?.passagesLeftOut).toBe(0);
});
