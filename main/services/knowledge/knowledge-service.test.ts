import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CollectionSummary, IndexingState } from '../../../contract/app/knowledge.ts';
import type {
  CollectionId,
  DocumentId,
  DocumentSummary,
} from '../../../contract/documents/documents.ts';
import { mains } from '../../ports/power.ts';
import { caller, DocumentsBench, realClock } from '../documents/testing/documents-bench.fixture.ts';
import { createKnowledge, type Knowledge, type MeaningWork } from './index.ts';

let bench: DocumentsBench;
let knowledge: Knowledge;
let isChatting: boolean;
let power: typeof mains;
let states: IndexingState[];
let theirs: string;

const wordsAlone: MeaningWork = {
  find: async () => null,
  embedderState: () => 'absent',
  wake: () => {},
  close: async () => {},
};

async function openKnowledge(): Promise<void> {
  knowledge = await createKnowledge({
    ...{ storage: bench.storage, documents: bench.documents, index: bench.index },
    ...{ clock: realClock, ids: bench.ids, log: bench.log },
    power: { state: async () => power },
    emit: {
      changed: () => {},
      removed: () => {},
      stateChanged: (state) => states.push(state as IndexingState),
    },
    isChatting: () => isChatting,
    meaning: () => wordsAlone,
  });
}

beforeEach(async () => {
  [isChatting, power, states] = [false, mains, []];
  bench = await new DocumentsBench().open();
  theirs = join(bench.folder, 'their folder');
  mkdirSync(theirs);
  await openKnowledge();
});
afterEach(async () => {
  await knowledge.close();
  await bench.dispose();
});

async function restart(): Promise<void> {
  await knowledge.close();
  await bench.close();
  await bench.open();
  await openKnowledge();
}

const write = (name: string, text: string) => writeFileSync(join(theirs, name), text);
async function create(name = 'Notes'): Promise<CollectionId> {
  return ((await knowledge.handlers.create({ name }, caller)) as CollectionSummary).id;
}
async function summary(collectionId: CollectionId): Promise<CollectionSummary> {
  const all = (await knowledge.handlers.list({}, caller)) as CollectionSummary[];
  const found = all.find(({ id }) => id === collectionId);
  if (!found) throw new Error('no such collection');
  return found;
}
async function documents(collectionId: CollectionId): Promise<DocumentSummary[]> {
  return (await knowledge.handlers.documents({ collectionId }, caller)) as DocumentSummary[];
}
const namesIn = async (id: CollectionId) => (await documents(id)).map(({ name }) => name).sort();
const watch = (collectionId: CollectionId, path = theirs) =>
  knowledge.handlers.watch({ collectionId, path }, caller);

/** Waits for what a watched folder comes to. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1500; tries += 1) {
    if (await holds()) return;
    await delay(10);
  }
  throw new Error('it did not come to that');
}
const areRead = async (id: CollectionId, ...names: string[]) => {
  const all = await documents(id);
  const isReady = all.every(({ state }) => state.state === 'ready');
  return (
    isReady &&
    all
      .map(({ name }) => name)
      .sort()
      .join() === names.sort().join()
  );
};
async function find(question: string, collectionId: CollectionId) {
  const found = await knowledge.search({
    ...{ question, collectionIds: [collectionId], documentIds: [], count: 10 },
  });
  return found.hits.map(({ passage }) => passage.documentName);
}

describe('a collection', () => {
  test('is made, named anew, filled and asked', async () => {
    const id = await create();
    await knowledge.handlers.rename({ collectionId: id, name: 'Birds' }, caller);
    const { id: documentId } = await bench.read('heron.txt', 'The heron waits.');
    await knowledge.handlers.addDocument({ collectionId: id, documentId }, caller);
    expect(await summary(id)).toMatchObject({
      ...{ name: 'Birds', documentCount: 1, passageCount: 1, embeddedCount: 0, failedCount: 0 },
    });
    expect(await find('heron', id)).toEqual(['heron.txt']);
    const recalled = await knowledge.handlers.recall(
      { question: 'heron', collectionIds: [id], documentIds: [], count: 5 },
      caller,
    );
    expect(recalled).toMatchObject({
      hits: [{ wordRank: 1, meaningRank: null, passage: { documentId } }],
      hasMeaning: false,
    });
  });

  test('that is removed comes back whole, until the app is closed', async () => {
    const id = await create();
    const { id: documentId } = await bench.read('heron.txt', 'The heron waits.');
    await knowledge.handlers.addDocument({ collectionId: id, documentId }, caller);
    await knowledge.handlers.remove({ collectionId: id }, caller);
    expect(await knowledge.handlers.list({}, caller)).toEqual([]);
    expect(await find('heron', id)).toEqual([]);
    await knowledge.handlers.restore({ collectionId: id }, caller);
    expect(await find('heron', id)).toEqual(['heron.txt']);
    await knowledge.handlers.remove({ collectionId: id }, caller);
    await restart();
    expect(() => knowledge.handlers.restore({ collectionId: id }, caller)).toThrow(
      expect.objectContaining({ code: 'collection.not-found' }),
    );
    expect(bench.documents.find(documentId)).toBeUndefined();
  });

  test('lets go of a document, which goes unless another one has it', async () => {
    const [one, two] = [await create('one'), await create('two')];
    const { id: documentId } = await bench.read('heron.txt', 'The heron waits.');
    for (const collectionId of [one, two]) {
      await knowledge.handlers.addDocument({ collectionId, documentId }, caller);
    }
    await knowledge.handlers.removeDocument({ collectionId: one, documentId }, caller);
    expect(await namesIn(two)).toEqual(['heron.txt']);
    await knowledge.handlers.removeDocument({ collectionId: two, documentId }, caller);
    expect(bench.removed).toEqual([documentId]);
  });

  test('asked about nothing that is there says so', async () => {
    const id = await create();
    const { id: documentId } = await bench.read('heron.txt', 'The heron waits.');
    await knowledge.handlers.addDocument({ collectionId: id, documentId }, caller);
    const found = await knowledge.search({
      ...{ question: 'passport application fee', collectionIds: [id], documentIds: [], count: 5 },
    });
    expect(found).toMatchObject({ isNothingRelevant: true, hasMeaning: false });
  });
});

describe('a watched folder', () => {
  test('has its files read, and follows what comes, changes and goes', async () => {
    const id = await create();
    write('heron.txt', 'The heron waits.');
    mkdirSync(join(theirs, 'below'));
    write('below/stork.md', 'The stork flies.');
    write('film.mp4', 'not a text');
    write('.hidden.txt', 'not for us');
    await watch(id);
    await until(() => areRead(id, 'heron.txt', 'stork.md'));
    write('crane.txt', 'The crane dances.');
    await until(() => areRead(id, 'crane.txt', 'heron.txt', 'stork.md'));
    write('heron.txt', 'The heron has flown away to Portugal.');
    await until(async () => (await find('portugal', id)).length === 1);
    expect(await find('waits', id)).toEqual([]);
    rmSync(join(theirs, 'below'), { recursive: true });
    await until(() => areRead(id, 'crane.txt', 'heron.txt'));
    expect(bench.incidents).toEqual([]);
  });

  test('a file that is moved or named anew is not read again', async () => {
    const id = await create();
    write('heron.txt', 'The heron waits.');
    await watch(id);
    await until(() => areRead(id, 'heron.txt'));
    const [before] = await documents(id);
    mkdirSync(join(theirs, 'birds'));
    renameSync(join(theirs, 'heron.txt'), join(theirs, 'birds', 'grey heron.txt'));
    await until(() => areRead(id, 'grey heron.txt'));
    const [after] = await documents(id);
    expect(after?.id).toBe(before?.id);
    expect(bench.extractor.opened).toHaveLength(1);
    expect(await find('heron', id)).toEqual(['grey heron.txt']);
  });

  test('changes while the app was closed are found at the next start', async () => {
    const id = await create();
    write('heron.txt', 'The heron waits.');
    write('stork.txt', 'The stork flies.');
    await watch(id);
    await until(() => areRead(id, 'heron.txt', 'stork.txt'));
    await knowledge.close();
    await bench.close();
    rmSync(join(theirs, 'stork.txt'));
    write('crane.txt', 'The crane dances.');
    await bench.open();
    await openKnowledge();
    await until(() => areRead(id, 'crane.txt', 'heron.txt'));
    expect(bench.extractor.opened).toHaveLength(3);
  });

  test('that is not there is marked and not emptied, and followed again once it is back', async () => {
    const id = await create();
    write('heron.txt', 'The heron waits.');
    await watch(id);
    await until(() => areRead(id, 'heron.txt'));
    renameSync(theirs, `${theirs} unplugged`);
    await restart();
    await until(async () => (await summary(id)).folders[0]?.isMissing === true);
    expect(await find('heron', id)).toEqual(['heron.txt']);
    renameSync(`${theirs} unplugged`, theirs);
    await until(async () => (await summary(id)).folders[0]?.isMissing === false);
    expect(await namesIn(id)).toEqual(['heron.txt']);
  });

  test.skipIf(process.platform === 'win32')(
    'links are not followed, in a circle or out of it',
    async () => {
      const id = await create();
      write('heron.txt', 'The heron waits.');
      writeFileSync(join(bench.folder, 'private.txt'), 'The diary.');
      symlinkSync(theirs, join(theirs, 'circle'));
      symlinkSync(join(bench.folder, 'private.txt'), join(theirs, 'private.txt'));
      await watch(id);
      await until(() => areRead(id, 'heron.txt'));
      await delay(100);
      expect(await namesIn(id)).toEqual(['heron.txt']);
    },
  );

  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'a file that may not be read is counted, and the others are read',
    async () => {
      const id = await create();
      write('heron.txt', 'The heron waits.');
      write('locked.txt', 'Nobody may.');
      chmodSync(join(theirs, 'locked.txt'), 0);
      await watch(id);
      await until(() => areRead(id, 'heron.txt'));
      await until(async () => (await summary(id)).failedCount === 1);
    },
  );

  test('one bad file does not stop the others', async () => {
    const id = await create();
    write('a-bad.txt', 'x');
    for (const name of ['b.txt', 'c.txt', 'd.txt']) write(name, `The file ${name}.`);
    bench.extractor.scripts.set('a-bad.txt', {
      identify: async () => {
        throw new Error('a bug in a parser');
      },
    });
    await watch(id);
    await until(async () => {
      const { documentCount, failedCount } = await summary(id);
      return documentCount === 4 && failedCount === 1 && bench.documents.unreadCount() === 0;
    });
    expect(await summary(id)).toMatchObject({ documentCount: 4, passageCount: 3 });
  });

  test('is left when asked, and its files go', async () => {
    const id = await create();
    write('heron.txt', 'The heron waits.');
    await watch(id);
    await until(() => areRead(id, 'heron.txt'));
    await knowledge.handlers.unwatch({ collectionId: id, path: theirs }, caller);
    expect(await namesIn(id)).toEqual([]);
    write('stork.txt', 'The stork flies.');
    await delay(1000);
    expect(await namesIn(id)).toEqual([]);
  });

  test('that never was there is refused', async () => {
    const id = await create();
    for (const path of [join(theirs, 'none'), 'not/absolute']) {
      await expect(watch(id, path)).rejects.toMatchObject({ code: 'folder.not-found' });
    }
    expect((await summary(id)).folders).toEqual([]);
  });
});

describe('reading knowledge rests', () => {
  async function expectRest(end: () => void, reason: IndexingState['restsBecause']): Promise<void> {
    const id = await create();
    write('heron.txt', 'The heron waits.');
    await watch(id);
    await until(async () => (await documents(id)).length === 1);
    await delay(300);
    expect((await documents(id))[0]?.state.state).not.toBe('ready');
    expect(await knowledge.handlers.state({}, caller)).toMatchObject({
      ...{ restsBecause: reason, waitingFiles: 1 },
    });
    // What a person waits for does not rest.
    expect((await bench.read('mine.txt', 'Now.')).state.state).toBe('ready');
    end();
    await until(() => areRead(id, 'heron.txt'));
  }

  test('while an answer is being written', async () => {
    isChatting = true;
    await expectRest(() => {
      isChatting = false;
    }, 'chat');
  });

  test('while the person wishes so', async () => {
    await knowledge.handlers.pause({ isPaused: true }, caller);
    await expectRest(() => void knowledge.handlers.pause({ isPaused: false }, caller), null);
  });

  test('on battery', async () => {
    power = { isOnBattery: true, chargeFraction: 0.9 };
    const id = await create();
    write('heron.txt', 'The heron waits.');
    await watch(id);
    await until(
      async () => (await knowledge.handlers.state({}, caller)).restsBecause === 'battery',
    );
    expect((await documents(id))[0]?.state.state).not.toBe('ready');
  });
});

test('a document id of nobody is said to be so', async () => {
  const id = await create();
  const nobody = 'nobody' as DocumentId;
  expect(() =>
    knowledge.handlers.addDocument({ collectionId: id, documentId: nobody }, caller),
  ).toThrow(expect.objectContaining({ code: 'document.not-found' }));
});
