import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DocumentId } from '../../../contract/documents/documents.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import { caller, DocumentsBench } from './testing/documents-bench.fixture.ts';
import { summaryWith, tinyPng } from './testing/scripted-extractor.fixture.ts';

let bench: DocumentsBench;

beforeEach(async () => {
  bench = await new DocumentsBench().open();
});
afterEach(() => bench.dispose());

const letter = '# Letter\n\nThe heron waits by the lake.\n\nIt is very patient.';

async function blocks(id: DocumentId) {
  return await bench.documents.handlers.blocks({ documentId: id, from: 0, count: 100 }, caller);
}

test('takes a file in, reads it, and tells how far it is', async () => {
  const added = await bench.add('letter.txt', letter);
  expect(added).toMatchObject({ name: 'letter.txt', format: null, textTokens: null });
  const read = await bench.settled(added.id);
  expect(read).toMatchObject({
    ...{ state: { state: 'ready' }, format: 'text', passageCount: 1 },
    summary: { textChars: letter.length },
  });
  const states = bench.changed.filter(({ id }) => id === added.id).map(({ state }) => state.state);
  expect([...new Set(states)]).toEqual(['reading', 'ready']);
  expect(await blocks(added.id)).toEqual({
    blocks: [
      { kind: 'heading', level: 1, text: 'Letter' },
      { kind: 'paragraph', text: 'The heron waits by the lake.' },
      { kind: 'paragraph', text: 'It is very patient.' },
    ],
    totalBlocks: 3,
  });
  const [passage] = await bench.documents.passages(added.id);
  expect(passage).toMatchObject({
    ...{ documentId: added.id, documentName: 'letter.txt', start: 0, headingPath: ['Letter'] },
    text: 'Letter\n\nThe heron waits by the lake.\n\nIt is very patient.',
  });
});

test('gives the same document for the same bytes under the same name, and reads them once', async () => {
  const first = await bench.read('letter.txt', letter);
  const second = await bench.add('letter.txt', letter);
  expect(second).toEqual(first);
  expect(bench.extractor.opened).toHaveLength(1);
  const other = await bench.read('copy.txt', letter);
  expect(other.id).not.toBe(first.id);
  expect(other.contentHash).toBe(first.contentHash);
});

test('shows a name without what cannot be seen in it, and says how much that was', async () => {
  const { name, summary } = await bench.read('in\u202Evoice\u200B\u{E0041}.txt', letter);
  expect(name).toBe('invoice.txt');
  expect(summary?.hidden).toEqual([{ carrier: 'file-name', chars: 3 }]);
});

test('lists a file that cannot be read with its reason, and reads the others', async () => {
  bench.extractor.scripts.set('bad.txt', {
    identify: async () => {
      throw new AppError('document.encrypted', { name: 'bad.txt' });
    },
  });
  const [bad, good] = await Promise.all([
    bench.read('bad.txt', 'x'),
    bench.read('good.txt', letter),
  ]);
  expect(bad.state).toEqual({
    state: 'failed',
    error: { code: 'document.encrypted', data: { name: 'bad.txt' } },
  });
  expect(good.state.state).toBe('ready');
  expect(bench.extractor.openNow).toBe(0);
});

describe('a process that a file has taken over', () => {
  test.each([
    ['blocks that are none', { blocks: [{ kind: 'spell', text: 1 }], fraction: 0 }],
    [
      'a box that is none',
      { blocks: [{ kind: 'code', text: '', lines: [{ start: 0 }] }], fraction: 0 },
    ],
    ['no chunk at all', null],
  ])('that gives %s fails its own file', async (_what, chunk) => {
    bench.extractor.scripts.set('evil.txt', {
      async *extract() {
        yield chunk as never;
        return summaryWith();
      },
    });
    const { state } = await bench.read('evil.txt', 'x');
    expect(state).toMatchObject({ state: 'failed', error: { code: 'document.broken' } });
    expect(await bench.index.documentIds()).toEqual([]);
  });

  test('that gives text without end is cut off', async () => {
    const text = 'word '.repeat(1_000_000);
    bench.extractor.scripts.set('endless.txt', {
      async *extract() {
        for (;;) yield { blocks: [{ kind: 'paragraph' as const, text }], fraction: 0.5 };
      },
    });
    const { state } = await bench.read('endless.txt', 'x');
    expect(state).toMatchObject({ state: 'failed', error: { code: 'document.broken' } });
  });

  test('that draws no picture, or another size than it says, draws nothing', async () => {
    const { id } = await bench.read('letter.txt', letter);
    const draw = () =>
      bench.documents.handlers.draw({ documentId: id, page: 1, maxPx: 64 }, caller);
    for (const drawn of [
      { png: Buffer.from('<svg onload=alert(1)>'.padEnd(64)), widthPx: 4, heightPx: 3 },
      { png: tinyPng(4, 3), widthPx: 5, heightPx: 3 },
      { png: tinyPng(65, 3), widthPx: 65, heightPx: 3 },
    ]) {
      bench.extractor.scripts.set('letter.txt', { draw: async () => drawn });
      await expect(draw()).rejects.toMatchObject({ code: 'document.broken' });
    }
    expect(existsSync(join(bench.folder, 'drawn'))).toBe(false);
  });
});

test('stops when asked, keeps what was read, and reads all of it when asked again', async () => {
  const long = Array.from({ length: 400 }, (_, index) => `Paragraph ${index} of the story.`).join(
    '\n\n',
  );
  bench.extractor.blocksInChunk = 1;
  const { id } = await bench.add('long.txt', long);
  while (!bench.changed.some(({ state }) => state.state === 'reading' && state.fraction > 0.1)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await bench.documents.handlers.stop({ documentId: id }, caller);
  const stopped = bench.documents.get(id);
  expect(stopped.state).toMatchObject({ state: 'failed', error: { code: 'cancelled' } });
  const some = (await blocks(id)).totalBlocks;
  expect(some).toBeGreaterThan(10);
  expect(some).toBeLessThan(400);
  bench.documents.handlers.read({ documentId: id, recognise: false, isPatient: false }, caller);
  expect((await bench.settled(id)).state.state).toBe('ready');
  expect((await blocks(id)).totalBlocks).toBe(400);
});

test('reads again at the next start what the last one did not finish', async () => {
  let hangs = true;
  bench.extractor.scripts.set('slow.txt', {
    identify: async (_input, options) => {
      if (hangs) {
        await new Promise((_resolve, reject) =>
          options?.signal?.addEventListener('abort', () => reject(options.signal?.reason)),
        );
      }
      return { format: 'text' };
    },
  });
  const { id } = await bench.add('slow.txt', letter);
  await bench.close();
  hangs = false;
  await bench.open();
  expect((await bench.settled(id)).state.state).toBe('ready');
});

test('reads everything again where the index was lost, and keeps the documents', async () => {
  const { id } = await bench.read('letter.txt', letter);
  await bench.close();
  rmSync(join(bench.folder, 'index'), { recursive: true });
  await bench.open();
  expect((await bench.settled(id)).state.state).toBe('ready');
  expect((await blocks(id)).totalBlocks).toBe(3);
});

test('finds a flipped letter in what it stored, and reads that document again', async () => {
  const { id } = await bench.read('letter.txt', letter);
  await bench.close();
  const database = new Database(join(bench.folder, 'index', 'passages.sqlite'));
  database.exec(`UPDATE passages SET text = replace(text, 'heron', 'heroi')`);
  database.close();
  await bench.open();
  await expect(bench.documents.passages(id)).rejects.toMatchObject({ code: 'storage.failed' });
  await bench.settled(id);
  const [passage] = await bench.documents.passages(id);
  expect(passage?.text).toContain('heron');
});

test('lets go of what nobody wants, a week after it was added', async () => {
  const lost = await bench.read('lost.txt', 'nobody asked about this');
  const asked = await bench.read('asked.txt', letter);
  const { database } = bench.storage;
  database.exec(`INSERT INTO conversations (id, title, title_source, created_at_ms, updated_at_ms)
    VALUES ('c', 'title', 'person', 1, 1)`);
  database
    .prepare(`INSERT INTO messages (id, conversation_id, role, status, sequence, created_at_ms, parts, checksum)
      VALUES ('m', 'c', 'user', 'complete', 0, 1, ?, x'00')`)
    .run(JSON.stringify([{ type: 'document', documentId: asked.id, name: 'asked.txt' }]));
  await bench.close();
  bench.nowMs += 8 * 24 * 3600 * 1000;
  await bench.open();
  expect(bench.removed).toEqual([lost.id]);
  expect(bench.documents.find(lost.id)).toBeUndefined();
  expect(bench.documents.get(asked.id).state.state).toBe('ready');
  const kept = readdirSync(join(bench.folder, 'files'), { recursive: true }).map(String);
  expect(kept.some((name) => name.endsWith(asked.contentHash))).toBe(true);
  expect(kept.some((name) => name.endsWith(lost.contentHash))).toBe(false);
});

test('draws a page once, into a file named by its content', async () => {
  const { id, contentHash } = await bench.read('letter.txt', letter);
  let drawn = 0;
  bench.extractor.scripts.set('letter.txt', {
    draw: async () => {
      drawn += 1;
      return { png: tinyPng(64, 48), widthPx: 64, heightPx: 48 };
    },
  });
  const draw = () => bench.documents.handlers.draw({ documentId: id, page: 2, maxPx: 64 }, caller);
  const results = await Promise.all([draw(), draw()]);
  results.push(await draw());
  const path = `drawn/${contentHash}-2-64.png`;
  for (const result of results) expect(result).toEqual({ path, widthPx: 64, heightPx: 48 });
  expect(drawn).toBe(1);
  expect(readFileSync(join(bench.folder, path)).equals(tinyPng(64, 48))).toBe(true);
});

test('says that a document is not there', async () => {
  const missing = { documentId: 'none' as DocumentId };
  const { handlers } = bench.documents;
  expect(() => handlers.get(missing, caller)).toThrow(
    expect.objectContaining({ code: 'document.not-found' }),
  );
  await expect(handlers.draw({ ...missing, page: 1, maxPx: 64 }, caller)).rejects.toMatchObject({
    code: 'document.not-found',
  });
});

describe('scanned pages', () => {
  const scanned = summaryWith({ format: 'pdf', pageCount: 6, scannedPages: [2, 3, 4, 5, 6] });

  function script(
    recognise: NonNullable<Parameters<typeof bench.extractor.scripts.set>[1]['recognise']>,
  ) {
    bench.extractor.scripts.set('scan.pdf', {
      async *extract() {
        yield {
          blocks: [{ kind: 'paragraph' as const, text: 'A page of text.', page: 1 }],
          fraction: 1,
        };
        return scanned;
      },
      recognise,
    });
  }

  test('are recognised a few to a process, and stand in their places', async () => {
    script(async function* ({ pages }) {
      for (const page of pages) {
        yield {
          blocks: [{ kind: 'paragraph' as const, text: `Scan ${page}.`, page }],
          fraction: 1,
        };
      }
      return { meanConfidence: 90 };
    });
    const read = await bench.read('scan.pdf', 'pdf');
    expect(read.state.state).toBe('ready');
    const { blocks: all } = (await blocks(read.id)) as { blocks: { text: string }[] };
    expect(all.map(({ text }) => text)).toEqual([
      'A page of text.',
      ...[2, 3, 4, 5, 6].map((page) => `Scan ${page}.`),
    ]);
    const recognising = bench.extractor.opened.filter(({ modules }) =>
      modules.includes('recognition'),
    );
    expect(recognising).toHaveLength(2);
  });

  test('that were recognised before a stop are not recognised again', async () => {
    const asked: number[] = [];
    script(async function* ({ pages }, options) {
      if (asked.length >= 4) {
        await new Promise((resolve) => options?.signal?.addEventListener('abort', resolve));
      }
      options?.signal?.throwIfAborted();
      asked.push(...pages);
      for (const page of pages) {
        yield {
          blocks: [{ kind: 'paragraph' as const, text: `Scan ${page}.`, page }],
          fraction: 1,
        };
      }
      return { meanConfidence: 90 };
    });
    const { id } = await bench.add('scan.pdf', 'pdf');
    while (asked.length < 4) await new Promise((resolve) => setTimeout(resolve, 2));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await bench.documents.handlers.stop({ documentId: id }, caller);
    expect((await blocks(id)).totalBlocks).toBe(5);
    const before = asked.length;
    script(async function* ({ pages }) {
      asked.push(...pages);
      yield { blocks: [], fraction: 1 };
      return { meanConfidence: 1 };
    });
    bench.documents.handlers.read({ documentId: id, recognise: true, isPatient: false }, caller);
    await bench.settled(id);
    expect(asked.slice(before)).toEqual([6]);
  });
});

test('says that the disk is full, keeps nothing half, and takes the file when there is room', async () => {
  bench.freeBytes = 1000;
  await expect(bench.add('letter.txt', letter)).rejects.toMatchObject({ code: 'storage.full' });
  expect(existsSync(join(bench.folder, 'files'))).toBe(false);
  bench.freeBytes = 1e12;
  writeFileSync(join(bench.folder, 'unrelated'), '');
  expect((await bench.read('letter.txt', letter)).state.state).toBe('ready');
});
