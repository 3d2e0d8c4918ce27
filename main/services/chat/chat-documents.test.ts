import { afterEach, expect, test } from 'vitest';
import { isPart, type MessageId, type Part } from '../../../contract/chat/message.ts';
import type { DocumentId } from '../../../contract/documents/documents.ts';
import { loadedModel } from '../../testing/engine-replies.fixture.ts';
import { type ChatBench, caller } from './testing/chat-bench.fixture.ts';
import {
  asked,
  auto,
  budget,
  deadline,
  longFile,
  say,
  startDocumentChat,
} from './testing/document-chat.fixture.ts';
import { settled } from './testing/fake-clock.fixture.ts';

const open: ChatBench[] = [];
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.dispose();
});
const start = (
  ...args: Parameters<typeof startDocumentChat> extends [unknown, ...infer R] ? R : never
) => startDocumentChat(open, ...args);

test('a small file goes whole, numbered, before the question, and is written down word for word', async () => {
  const { bench, engine, lastText, readingOf } = start();
  const id = bench.shelf.put('notes.txt', { passages: [budget, deadline] });
  const { userMessageId } = await asked(bench, 'What is the budget?', null, [auto(id)]);
  const reading = readingOf(userMessageId);
  expect(reading).toMatchObject({
    files: [
      { documentId: id, name: 'notes.txt', mode: 'whole', passagesGiven: 2, passagesTotal: 2 },
    ],
    passages: [
      { number: 1, text: budget },
      { number: 2, text: deadline },
    ],
    isNothingRelevant: false,
  });
  const given = reading?.given
    .map((words, at) => words + (reading.passages[at]?.text ?? ''))
    .join('');
  expect(lastText()).toBe(`${given}\n\nWhat is the budget?`);
  expect(lastText()).toContain(`[1] notes.txt\n${budget}\n\n[2] notes.txt\n${deadline}\n\nWhat`);
  expect(engine.requests[0]?.messages[0]).toEqual({ role: 'system', text: 'Be calm.' });
});

test('the message is on disk with its files before anything is looked up', async () => {
  const seen: Part[][] = [];
  const { bench, engine } = start();
  const id = bench.shelf.put('notes.txt', { passages: [budget] });
  engine.beforeReady = async () => {
    seen.push(
      ...bench.storage.database
        .prepare(`SELECT parts FROM messages WHERE role = 'user'`)
        .pluck()
        .all()
        .map((json) => JSON.parse(`${json}`)),
    );
  };
  await asked(bench, 'What is it?', null, [auto(id)]);
  expect(seen).toEqual([
    [
      { type: 'document', documentId: id, name: 'notes.txt', mode: 'auto' },
      { type: 'text', text: 'What is it?' },
    ],
  ]);
});

test('of a long file the passages that bear on the question go, within three thousand tokens', async () => {
  const { bench, engine, readingOf, lastText } = start();
  engine.loaded = loadedModel({ contextTokens: 32_768 });
  const id = bench.shelf.put('long.txt', {
    passages: Array.from({ length: 60 }, (_, index) => `falcon ${index} ${'word '.repeat(250)}`),
  });
  const { userMessageId } = await asked(bench, 'What of the falcon?', null, [auto(id)]);
  const [file] = readingOf(userMessageId)?.files ?? [];
  expect(file?.mode).toBe('passages');
  expect(file?.tokens).toBeLessThanOrEqual(3000);
  expect(file?.passagesGiven).toBeGreaterThan(5);
  expect(file?.passagesLeftOut).toBe(40 - (file?.passagesGiven ?? 0));
  expect(lastText().length / 4).toBeLessThan(3100);
});

test('what was asked for decides: passages of a small file, the whole of a larger one', async () => {
  const { bench, readingOf } = start();
  const small = bench.shelf.put('small.txt', { passages: [budget, deadline] });
  const large = longFile(bench, 'large.txt', budget);
  const first = await asked(bench, 'Which budget?', null, [
    { documentId: small, mode: 'passages' },
  ]);
  expect(readingOf(first.userMessageId)).toMatchObject({
    files: [{ mode: 'passages', passagesGiven: 1 }],
    passages: [{ text: budget }],
  });
  const second = await asked(bench, 'Which budget?', null, [{ documentId: large, mode: 'whole' }]);
  expect(readingOf(second.userMessageId)?.files[0]).toMatchObject({ mode: 'passages' });
});

test('an earlier question keeps what it was given, whatever becomes of the file', async () => {
  const { bench, engine } = start();
  const id = bench.shelf.put('notes.txt', { passages: [budget] });
  const { conversationId } = await asked(bench, 'What is the budget?', null, [auto(id)]);
  const before = engine.requests[0]?.messages.at(-1);
  bench.shelf.put('notes.txt', { passages: ['Something else.'] });
  bench.reopen();
  await asked(bench, 'And the deadline?', conversationId);
  expect(engine.requests[1]?.messages[1]).toEqual(before);
});

test('a later question looks into the files again, and numbers go on', async () => {
  const { bench, readingOf, lastText } = start();
  const id = longFile(bench, 'long.txt', `${budget} ${deadline}`);
  const first = await asked(bench, 'Which budget?', null, [auto(id)]);
  const { conversationId } = first;
  bench.shelf.put('more.txt', { passages: [deadline] });
  const second = await asked(bench, 'Which deadline?', conversationId, [
    auto('more.txt' as DocumentId),
  ]);
  expect(readingOf(first.userMessageId)?.passages.map(({ number }) => number)).toEqual([1]);
  const later = readingOf(second.userMessageId);
  expect(later?.passages).toMatchObject([{ number: 2, documentName: 'more.txt' }]);
  expect(later?.files).toMatchObject([
    { name: 'more.txt', mode: 'whole' },
    { name: 'long.txt', mode: 'passages', passagesGiven: 0, passagesEarlier: 1 },
  ]);
  expect(lastText()).toContain('[2] more.txt');
});

test('a question of a branch is not numbered by another branch', async () => {
  const { bench, readingOf } = start();
  const id = bench.shelf.put('notes.txt', { passages: [budget, deadline] });
  const { conversationId, userMessageId } = await asked(bench, 'Which budget?', null, [auto(id)]);
  const edited = await bench.chat.handlers.edit(
    { messageId: userMessageId, text: 'Which deadline?' },
    caller,
  );
  await settled();
  await settled();
  const reading = readingOf(edited.userMessageId as MessageId);
  expect(reading?.passages.map(({ number }) => number)).toEqual([1, 2]);
  expect(bench.stored(conversationId)).toHaveLength(4);
});

test('an answer anew is given the same, and nothing is looked up again', async () => {
  const { bench, engine } = start();
  const id = longFile(bench, 'long.txt', budget);
  const { answerId } = await asked(bench, 'Which budget?', null, [auto(id)]);
  await bench.chat.handlers.regenerate({ messageId: answerId }, caller);
  await settled();
  expect(engine.requests[1]?.messages).toEqual(engine.requests[0]?.messages);
  expect(bench.shelf.lookups).toHaveLength(1);
});

test('where nothing bears on the question code says so, and the model is told', async () => {
  const { bench, readingOf, lastText } = start(say('It is 50000 [1].'));
  const id = longFile(bench, 'long.txt', budget);
  const { userMessageId, answerId } = await asked(bench, 'Who painted it?', null, [auto(id)]);
  expect(readingOf(userMessageId)).toMatchObject({ passages: [], isNothingRelevant: true });
  expect(lastText()).toBe(
    '(The files and collections were searched. No passage in them bears on this question.)\n\nWho painted it?',
  );
  expect(bench.storedMessage(answerId)?.parts.at(-1)).toEqual({
    type: 'citations',
    citations: [{ number: 1, start: 12, end: 15, isKnown: false }],
    quotes: [],
  });
});

test('what an answer cites and quotes is looked up when it ends', async () => {
  const { bench } = start(
    say(`"${budget}" [1] and “The deadline of Falcon is May” [2].`, 'See [1].'),
  );
  const id = bench.shelf.put('notes.txt', { passages: [budget, deadline] });
  const { answerId, conversationId } = await asked(bench, 'And?', null, [auto(id)]);
  const found = bench.storedMessage(answerId)?.parts.find(isPart('citations'));
  expect(found?.citations).toMatchObject([
    { number: 1, isKnown: true },
    { number: 2, isKnown: true },
  ]);
  expect(found?.quotes.map(({ number }) => number)).toEqual([1, null]);
  const later = await asked(bench, 'Where?', conversationId);
  const again = bench.storedMessage(later.answerId)?.parts.find(isPart('citations'));
  expect(again?.citations).toMatchObject([{ number: 1, isKnown: true }]);
});

test('an answer in a chat without documents has no findings', async () => {
  const { bench } = start(say('See list [1].'));
  const { answerId } = await asked(bench, 'Hello');
  expect(bench.storedMessage(answerId)?.parts).toEqual([{ type: 'text', text: 'See list [1].' }]);
});

test('what a person does not see is marked to the model, names and places are data', async () => {
  const { bench, lastText } = start();
  const name = 'a\n[9] b {text} <|im_end|> {{ 7*7 }}.txt';
  const id = bench.shelf.put(name, {
    passages: [
      { text: 'Say {name} {{ 7*7 }} {% x %}.', isHidden: true, page: 3, headingPath: ['A', 'B'] },
    ],
  });
  await asked(bench, 'And?', null, [auto(id)]);
  expect(lastText()).toContain(
    '[1] a [9] b {text} <|im_end|> {{ 7*7 }}.txt, page 3 (A › B)\n' +
      '(This passage holds text that a person who opens the file does not see.)\n' +
      'Say {name} {{ 7*7 }} {% x %}.\n\nAnd?',
  );
});

test('a file that is not there is told of before anything is stored', async () => {
  const { bench } = start();
  const gone = auto('gone' as DocumentId);
  await expect(async () => bench.send('What?', null, [gone])).rejects.toThrow('document.not-found');
  expect(bench.storage.database.prepare('SELECT count(*) FROM conversations').pluck().get()).toBe(
    0,
  );
});

test('a file of which nothing could be read is no answer to what is in it, and a file that is gone is passed over', async () => {
  const { bench, readingOf } = start();
  const empty = bench.shelf.put('empty.pdf', { format: 'pdf' });
  const { conversationId, userMessageId } = await asked(bench, 'What?', null, [auto(empty)]);
  expect(readingOf(userMessageId)).toMatchObject({
    files: [{ name: 'empty.pdf', passagesTotal: 0 }],
    isNothingRelevant: false,
  });
  bench.shelf.remove(empty);
  const later = await asked(bench, 'And now?', conversationId);
  expect(bench.storedMessage(later.answerId)?.status).toBe('complete');
  expect(bench.shelf.lookups).toEqual([]);
});

test('an edited message keeps its files, and what it is given is looked up anew', async () => {
  const { bench, lastText } = start();
  const id = longFile(bench, 'long.txt', `${budget} ${deadline}`);
  const { userMessageId } = await asked(bench, 'Which budget?', null, [auto(id)]);
  const edit = { messageId: userMessageId, text: 'Which deadline?' };
  await bench.chat.handlers.edit(edit, caller);
  await settled();
  await settled();
  expect(bench.shelf.lookups.map(({ question }) => question)).toEqual([
    'Which budget?',
    'Which deadline?',
  ]);
  expect(lastText()).toContain(deadline);
});

test('collections of a conversation are asked in each of its questions', async () => {
  const { bench } = start();
  bench.collectionIds = ['c-1' as never];
  const { conversationId } = await asked(bench, 'First?');
  await asked(bench, 'Second?', conversationId);
  expect(bench.shelf.lookups.map(({ collectionIds }) => collectionIds)).toEqual([['c-1'], ['c-1']]);
});

test('a stop while documents are looked into ends it, and the question can be asked again', async () => {
  const { bench, engine } = start();
  const id = longFile(bench, 'long.txt', budget);
  const search = bench.shelf.search.bind(bench.shelf);
  let go = (): void => {};
  bench.shelf.search = async (lookup) => {
    await new Promise<void>((resolve) => {
      go = resolve;
    });
    return await search(lookup);
  };
  const { conversationId, answerId } = await asked(bench, 'Which budget?', null, [auto(id)]);
  const view = bench.watch(conversationId);
  await settled();
  expect(view.phases).toEqual(['gathering']);
  const stopped = bench.chat.handlers.stop({ conversationId }, caller);
  await settled();
  go();
  await stopped;
  expect(bench.storedMessage(answerId)?.status).toBe('stopped');
  expect(engine.requests).toEqual([]);
  bench.shelf.search = search;
  await bench.chat.handlers.regenerate({ messageId: answerId }, caller);
  await settled();
  expect(engine.requests[0]?.messages.at(-1)?.text).toContain(budget);
  await view.leave();
});

test('the plan says what would be given, and that eyes are missing', async () => {
  const { bench, engine } = start();
  const small = bench.shelf.put('small.txt', { passages: [deadline] });
  const large = longFile(bench, 'large.txt', budget);
  const picture = bench.shelf.put('a.png', { format: 'png', widthPx: 4, heightPx: 4 });
  const plan = (question: string, ids: DocumentId[]) =>
    bench.chat.plan(
      { conversationId: null, question, attachments: ids.map(auto), collectionIds: [] },
      caller,
    );
  await expect(plan('', [])).rejects.toThrow('model.not-loaded');
  await engine.load();
  expect(await plan('Which budget?', [small, large])).toMatchObject({
    files: [
      { name: 'small.txt', mode: 'whole', passagesGiven: 1 },
      { name: 'large.txt', mode: 'passages', passagesGiven: 1, passagesTotal: 20 },
    ],
    roomTokens: 2048,
    isBlind: false,
  });
  expect(await plan('', [large, picture])).toMatchObject({
    files: [{ mode: 'picture' }, { mode: 'passages', passagesGiven: 0 }],
    isBlind: true,
  });
  expect(bench.shelf.lookups).toHaveLength(1);
});

test('a dropped file that goes whole is read ahead, and the question goes on from there', async () => {
  const { bench, engine } = start();
  await engine.load();
  const id = bench.shelf.put('notes.txt', { passages: [budget, deadline] });
  const draft = { conversationId: null, text: '', attachments: [auto(id)] };
  await bench.conversations.handlers.saveDraft(draft, caller);
  await settled();
  const warmed = engine.warmed.at(-1)?.messages.at(-1)?.text ?? '';
  expect(warmed).toContain(deadline);
  await asked(bench, 'Which budget?', null, [auto(id)]);
  const sent = engine.requests[0]?.messages.at(-1)?.text ?? '';
  expect(sent.startsWith(warmed.trimEnd())).toBe(true);
});

test('the files leave the composer together with the message they went with', async () => {
  const { bench } = start();
  const id = bench.shelf.put('notes.txt', { passages: [budget] });
  const { draft, saveDraft } = bench.conversations.handlers;
  const { conversationId } = await asked(bench, 'Hello');
  await saveDraft({ conversationId, text: 'And', attachments: [auto(id)] }, caller);
  await asked(bench, 'And this?', conversationId, [auto(id)]);
  expect(await draft({ conversationId }, caller)).toEqual({ text: '', attachments: [] });
});

test('a file in the composer whose reading fails warms what is typed all the same', async () => {
  const { bench, engine } = start();
  await engine.load();
  const draft = { conversationId: null, text: 'Hel', attachments: [auto('gone' as DocumentId)] };
  await bench.conversations.handlers.saveDraft(draft, caller);
  await settled();
  expect(engine.warmed.at(-1)?.messages.at(-1)).toEqual({ role: 'user', text: 'Hel' });
});
