import { afterEach, expect, test } from 'vitest';
import { isPart } from '../../../contract/chat/message.ts';
import type { Attachment } from '../../../contract/documents/documents.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import { loadedModel } from '../../testing/engine-replies.fixture.ts';
import type { ChatBench } from './testing/chat-bench.fixture.ts';
import { asked, auto, budget, say, startDocumentChat } from './testing/document-chat.fixture.ts';

const open: ChatBench[] = [];
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.dispose();
});
const start = (
  ...args: Parameters<typeof startDocumentChat> extends [unknown, ...infer R] ? R : never
) => startDocumentChat(open, ...args);

test('pictures go in order, and again with each later question', async () => {
  const { bench, engine } = start(say(), true);
  const size = { widthPx: 640, heightPx: 480 };
  const a = bench.shelf.put('a.png', { format: 'png', ...size });
  const b = bench.shelf.put('b.jpg', { format: 'jpeg', ...size });
  const { conversationId, userMessageId } = await asked(bench, 'What?', null, [auto(a), auto(b)]);
  expect(bench.storedMessage(userMessageId)?.parts).toMatchObject([
    { type: 'image', documentId: a, name: 'a.png', page: 1, ...size },
    { type: 'image', documentId: b },
    { type: 'reading', files: [{ mode: 'picture' }, { mode: 'picture' }], passages: [] },
    { type: 'text', text: 'What?' },
  ]);
  await asked(bench, 'And now?', conversationId);
  const [, first] = engine.requests[1]?.messages ?? [];
  expect(first).toMatchObject({ role: 'user', text: 'What?' });
  expect(first?.pictures).toHaveLength(2);
  expect(bench.shelf.decoded).toEqual(['a.png-1', 'b.jpg-1']);
});

test('pages of a document go as pictures where that is asked for', async () => {
  const { bench, engine } = start(say(), true);
  const id = bench.shelf.put('scan.pdf', { format: 'pdf', pageCount: 40, passages: [budget] });
  const pages = { documentId: id, mode: 'picture', pages: [7, 3] } as const;
  const { userMessageId } = await asked(bench, 'What?', null, [pages as unknown as Attachment]);
  expect(engine.requests[0]?.messages[1]?.pictures?.map(({ rgb }) => rgb[0])).toEqual([7, 3]);
  expect(bench.storedMessage(userMessageId)?.parts).toMatchObject([
    { type: 'document', mode: 'picture', pages: [7, 3] },
    { type: 'image', page: 7, widthPx: 2, heightPx: 1 },
    { type: 'image', page: 3 },
    { type: 'reading' },
    { type: 'text' },
  ]);
  const all = await asked(bench, 'What?', null, [{ documentId: id, mode: 'picture' }]);
  const [file] = bench.storedMessage(all.userMessageId)?.parts.find(isPart('reading'))?.files ?? [];
  expect(file).toMatchObject({ passagesGiven: 8, passagesTotal: 40, passagesLeftOut: 32 });
});

test('a model without eyes is told of before anything is stored', async () => {
  const { bench, engine } = start();
  await engine.load();
  const id = bench.shelf.put('a.png', {
    format: 'png',
    widthPx: 4,
    heightPx: 4,
    passages: [budget],
  });
  await expect(async () => bench.send('What?', null, [auto(id)])).rejects.toThrow(
    new AppError('model.cannot-see', {}),
  );
  const count = bench.storage.database.prepare('SELECT count(*) FROM messages').pluck();
  expect(count.get()).toBe(0);
  await asked(bench, 'What?', null, [{ documentId: id, mode: 'whole' }]);
  expect(engine.requests[0]?.messages.at(-1)?.text).toContain(budget);
});

test('a model that turns out to have no eyes fails the answer, and the question stays', async () => {
  const { bench } = start();
  const id = bench.shelf.put('a.png', { format: 'png', widthPx: 4, heightPx: 4 });
  const { answerId } = await asked(bench, 'What?', null, [auto(id)]);
  expect(bench.storedMessage(answerId)).toMatchObject({
    status: 'failed',
    error: { code: 'model.cannot-see' },
  });
});

test('pictures of earlier questions are told in words where they cannot be shown', async () => {
  const { bench, engine } = start(say(), true);
  const id = bench.shelf.put('a.png', { format: 'png', widthPx: 4, heightPx: 4 });
  const { conversationId } = await asked(bench, 'What?', null, [auto(id)]);
  engine.loaded = loadedModel({ canSee: false });
  await asked(bench, 'And?', conversationId);
  expect(engine.requests[1]?.messages[1]).toEqual({
    role: 'user',
    text: '(A picture was shown here. This model cannot see it.)\nWhat?',
  });
  engine.loaded = loadedModel({ canSee: true });
  bench.shelf.remove(id);
  bench.reopen();
  await asked(bench, 'Now?', conversationId);
  expect(engine.requests[2]?.messages[1]).toEqual({
    role: 'user',
    text: '(A picture was shown here. Its file is no longer there.)\nWhat?',
  });
});
