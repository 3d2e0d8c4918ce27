import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStorage, type Storage } from '../../storage/index.ts';
import { settled } from '../chat/testing/fake-clock.fixture.ts';
import { ended, ScriptedEngine } from '../chat/testing/scripted-engine.fixture.ts';
import { CacheFolder } from './cache-folder.ts';
import { createCachePlacesStore } from './cache-places-store.ts';
import { Forgetting } from './forgetting.ts';

const loadedFingerprint = 'ab'.repeat(32);
const otherFingerprint = 'cd'.repeat(32);
const clock = { nowMs: () => 1 };
let dataFolder = '';
let storage: Storage;
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'parley-forget-'));
  storage = openStorage({ folder: dataFolder, clock });
});
afterEach(() => {
  storage.close();
  rmSync(dataFolder, { recursive: true });
});

// biome-ignore lint/correctness/useYield: nobody asks for an answer here
const silent = async function* () {
  return ended;
};

function addConversation(id: string): void {
  storage.database
    .prepare(
      `INSERT INTO conversations (id, title, title_source, created_at_ms, updated_at_ms)
       VALUES (?, 't', 'person', 1, 1)`,
    )
    .run(id);
}

/** The service over what is on disk now, as after a start. */
function start(engine = new ScriptedEngine(silent)) {
  const places = createCachePlacesStore(storage);
  const warnings: string[] = [];
  const log = { info: () => {}, warn: (line: string) => warnings.push(line), incident: String };
  const folder = new CacheFolder({
    ...{ dataFolder, log, isKeptOnDisk: () => true },
    machine: { totalMemoryBytes: 1, freeMemoryBytes: () => 1, freeDiskBytes: async () => 1 },
    secrets: { key: async () => new Uint8Array(32) },
  });
  const open = () => new Forgetting({ models: engine, engine, places, folder, log });
  return { engine, places, warnings, folder, open };
}

function writeState(fingerprint: string): string {
  const path = join(dataFolder, 'cache', fingerprint);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'block'), 'state');
  return path;
}

test('the loaded model forgets the conversation, once, and keeps the rest', async () => {
  for (const id of ['a', 'b']) addConversation(id);
  const { engine, places, open } = start();
  await engine.client();
  for (const conversationId of ['a', 'b']) {
    places.note({ conversationId, fingerprint: loadedFingerprint });
  }
  const path = writeState(loadedFingerprint);
  const forgetting = open();
  await forgetting.forget('a');
  expect(new Set(engine.forgotten)).toEqual(new Set(['a']));
  expect(existsSync(path)).toBe(true);
  expect(places.forgotten()).toEqual([]);
  await forgetting.close();
});

test('state of a model that is not loaded goes at once, and leaves that of others', async () => {
  addConversation('a');
  const { engine, places, open } = start();
  await engine.client();
  places.note({ conversationId: 'a', fingerprint: otherFingerprint });
  const other = writeState(otherFingerprint);
  const asked: unknown[] = [];
  engine.forgetKept = (request) => {
    asked.push(request);
    return { isDone: true };
  };
  const forgetting = open();
  await forgetting.forget('a');
  expect(existsSync(other)).toBe(true);
  expect(asked).toEqual([
    {
      folder: join(dataFolder, 'cache'),
      key: new Uint8Array(32),
      fingerprint: otherFingerprint,
      sequenceKeys: ['a'],
    },
  ]);
  expect(places.forgotten()).toEqual([]);
  await forgetting.close();
});

test.each([
  ['cannot', () => ({ isDone: false })],
  ['fails', () => Promise.reject(new Error('a bug'))],
])(
  'where the engine %s, all that a model keeps which is not loaded goes at once',
  async (_name, forgetKept) => {
    addConversation('a');
    const { engine, places, open } = start();
    engine.forgetKept = forgetKept;
    await engine.client();
    places.note({ conversationId: 'a', fingerprint: otherFingerprint });
    const [kept, gone] = [writeState(loadedFingerprint), writeState(otherFingerprint)];
    const forgetting = open();
    await forgetting.forget('a');
    expect([existsSync(kept), existsSync(gone)]).toEqual([true, false]);
    expect(places.forgotten()).toEqual([]);
    await forgetting.close();
  },
);

test('what unused models keep beyond the budget goes once a model is loaded, with its notes', async () => {
  addConversation('a');
  const { engine, places, folder, open } = start();
  places.note({ conversationId: 'a', fingerprint: otherFingerprint });
  const [kept, gone] = [writeState(loadedFingerprint), writeState(otherFingerprint)];
  const forgetting = open();
  await folder.forEngine();
  await engine.load();
  await forgetting.close();
  expect([existsSync(kept), existsSync(gone)]).toEqual([true, false]);
  places.forget('a');
  expect(places.forgotten()).toEqual([]);
});

test('state in the memory of the engine alone is forgotten too', async () => {
  const { engine, open } = start();
  await engine.client();
  const forgetting = open();
  await forgetting.forget('never-noted');
  expect(engine.forgotten).toEqual(['never-noted']);
  await forgetting.close();
});

test('while a model loads it waits, and is done when the load has ended', async () => {
  addConversation('a');
  const { engine, places, open } = start();
  places.note({ conversationId: 'a', fingerprint: loadedFingerprint });
  const path = writeState(loadedFingerprint);
  const forgetting = open();
  engine.isLoading = () => true;
  await forgetting.forget('a');
  expect(engine.forgotten).toEqual([]);
  expect(existsSync(path)).toBe(true);
  engine.isLoading = () => false;
  await engine.load();
  await settled();
  expect(engine.forgotten).toEqual(['a']);
  expect(existsSync(path)).toBe(true);
  await forgetting.close();
});

test('an engine that fails to forget loses nothing of it: after the next start it is done', async () => {
  addConversation('a');
  const first = start();
  await first.engine.client();
  first.places.note({ conversationId: 'a', fingerprint: loadedFingerprint });
  const forgetting = first.open();
  first.engine.forget = () => {
    throw new Error('bug');
  };
  await forgetting.forget('a');
  await forgetting.close();
  expect(first.places.forgotten()).toHaveLength(1);
  expect(first.warnings.length).toBeGreaterThan(0);
  const second = start();
  const again = second.open();
  await second.engine.load();
  await settled();
  expect(second.engine.forgotten).toEqual(['a']);
  expect(second.places.forgotten()).toEqual([]);
  await again.close();
});

test('an engine that died has forgotten what it had in memory; what it left on disk goes', async () => {
  addConversation('a');
  const { engine, places, open } = start();
  await engine.client();
  places.note({ conversationId: 'a', fingerprint: loadedFingerprint });
  const path = writeState(loadedFingerprint);
  engine.forget = () => {
    engine.die();
    throw new Error('dead');
  };
  const forgetting = open();
  await forgetting.forget('a');
  expect(existsSync(path)).toBe(false);
  expect(places.forgotten()).toEqual([]);
  await forgetting.close();
});

test('a death of the app between trash and note is made good at the next start', async () => {
  for (const id of ['trashed', 'kept']) addConversation(id);
  const { engine, places, open } = start();
  for (const conversationId of ['trashed', 'kept', 'purged']) {
    places.note({ conversationId, fingerprint: loadedFingerprint });
  }
  storage.database.exec("UPDATE conversations SET trashed_at_ms = 1 WHERE id = 'trashed'");
  const forgetting = open();
  await engine.load();
  await settled();
  expect(engine.forgotten.toSorted()).toEqual(['purged', 'trashed']);
  await forgetting.close();
});

test('one that is restored and answered again is forgotten when it goes again', async () => {
  addConversation('a');
  const { engine, places, open } = start();
  await engine.client();
  const place = { conversationId: 'a', fingerprint: loadedFingerprint };
  places.note(place);
  places.forget('a');
  places.note(place);
  places.done(place);
  const forgetting = open();
  await forgetting.forget('a');
  expect(places.forgotten()).toEqual([]);
  expect(engine.forgotten).toContain('a');
  await forgetting.close();
});
