import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catalog, type ModelsState, modelsState } from '../../../contract/models/models.ts';
import { createNetwork } from '../../adapters/network/network.ts';
import { createModels, type Models } from './index.ts';
import { type ScriptedEngine, scriptedEngine } from './testing/engine.fixture.ts';
import { type HostileServer, startHostileServer } from './testing/hostile-server.fixture.ts';
import {
  entryFor,
  fileFor,
  keptLog,
  machineWith,
  pseudoModel,
  randomIds,
  realClock,
  until,
} from './testing/ports.fixture.ts';

const bytes = pseudoModel(50_000);
const eyes = pseudoModel(20_000, 3);
const caller = { signal: new AbortController().signal };
let folder: string;
let engine: ScriptedEngine;
let server: HostileServer;
let models: Models;
let states: ModelsState[];
let chosenId: string | null;
let log: ReturnType<typeof keptLog>;

/** Starts the app's models (again), on what lies in the folder. */
async function open(): Promise<void> {
  log = keptLog();
  models = await createModels({
    cache: async () => undefined,
    idleMinutes: () => 15,
    engine,
    network: createNetwork({ log, allowLoopbackHttp: true }),
    machine: machineWith(),
    folders: {
      data: join(folder, 'data'),
      models: join(folder, 'data', 'models'),
      home: join(folder, 'home'),
      assets: join(folder, 'assets'),
    },
    clock: realClock,
    ids: randomIds,
    log,
    files: {
      async take(file) {
        const path = file.kind === 'path' ? file.path : join(folder, 'uploads', file.uploadId);
        return { path, name: file.name, isOurs: file.kind === 'upload' };
      },
    },
    chosen: {
      read: () => chosenId,
      write(modelId) {
        chosenId = modelId;
      },
    },
    emit: { changed: (state) => states.push(state as ModelsState) },
    hubOrigin: server.origin,
    patience: { silentMs: 5000, retryDelaysMs: [1] },
  });
}

const state = () => Promise.resolve(models.handlers.state({}, caller)) as Promise<ModelsState>;
const phase = async () => (await state()).engine.phase;
const ready = () => models.runtime.ready({ signal: caller.signal, onProgress: () => undefined });

/** A person's own file outside the models folder. */
async function ownFile(name: string, header = {}): Promise<string> {
  const path = join(folder, 'home', name);
  await writeFile(path, bytes);
  engine.headers.set(path, header);
  return path;
}

async function add(path: string, projector?: string) {
  const ref = (at: string) => ({
    kind: 'path' as const,
    path: at,
    name: at.slice(at.lastIndexOf('/') + 1),
  });
  return models.handlers.addFile(
    { file: ref(path), ...(projector ? { projector: ref(projector) } : {}) },
    caller,
  );
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-models-'));
  for (const name of ['data/models', 'home', 'assets/models', 'uploads']) {
    await mkdir(join(folder, name), { recursive: true });
  }
  const entries = [
    entryFor(fileFor(bytes, { name: 'tiny.gguf' }), {
      abilities: ['sees'],
      projector: fileFor(eyes, { name: 'tiny-mmproj.gguf' }),
    }),
  ];
  await writeFile(
    join(folder, 'assets/models/catalog.json'),
    JSON.stringify(catalog.parse({ entries })),
  );
  engine = scriptedEngine();
  server = await startHostileServer((_count, url) => ({
    bytes: url.includes('mmproj') ? eyes : bytes,
  }));
  states = [];
  chosenId = null;
  await open();
});
afterEach(async () => {
  await models.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a fresh start', () => {
  it('offers the catalogue and has nothing loaded', async () => {
    const now = modelsState.parse(await state());
    expect(now).toMatchObject({ installed: [], downloads: [], engine: { phase: 'empty' } });
    expect(now.offered[0]).toMatchObject({ id: 'tiny', fit: 'fits', downloadBytes: 70_000 });
    expect(now.recommendedId).toBe('tiny');
    models.loadChosen();
    await expect(ready()).rejects.toMatchObject({ code: 'model.not-loaded' });
    expect(engine.asked).toEqual([]);
  });
});

describe('a download', () => {
  it('is made known with its projector, chosen and loaded, and is there at the next start', async () => {
    const inFolder = (name: string) => join(folder, 'data/models', name);
    engine.headers.set(inFolder('tiny.gguf'), { name: 'In the header' });
    engine.headers.set(inFolder('tiny-mmproj.gguf'), { kind: 'projector', projectorKind: 'mlp' });
    await models.handlers.download({ catalogId: 'tiny' }, caller);
    expect(models.isDownloading()).toBe(true);
    await until(async () => (await phase()) === 'ready');
    const now = modelsState.parse(await state());
    expect(now.installed).toMatchObject([
      {
        name: 'Tiny',
        catalogId: 'tiny',
        isOwned: true,
        isPresent: true,
        projectorPath: inFolder('tiny-mmproj.gguf'),
      },
    ]);
    expect(now.offered[0]?.installedId).toBe(now.installed[0]?.id);
    expect(now.engine).toMatchObject({ canSee: true });
    await until(() => !models.isDownloading());
    await models.close();
    engine.die();
    await open();
    models.loadChosen();
    await until(async () => (await phase()) === 'ready');
    expect((await state()).installed).toHaveLength(1);
  });
  it('does not take the place of a model in use', async () => {
    const own = await add(await ownFile('own.gguf'));
    await ready();
    engine.headers.set(join(folder, 'data/models/tiny.gguf'), {});
    engine.headers.set(join(folder, 'data/models/tiny-mmproj.gguf'), {
      kind: 'projector',
      embeddingWidth: 1,
    });
    await models.handlers.download({ catalogId: 'tiny' }, caller);
    await until(async () => (await state()).installed.length === 2);
    expect(chosenId).toBe(own.id);
    // Its projector is of another width: the model is there, without eyes.
    expect((await state()).installed[1]).toMatchObject({ catalogId: 'tiny', projectorPath: null });
  });
  it('that is not in the catalogue is refused', async () => {
    const ask = models.handlers.download({ catalogId: 'x' }, caller);
    await expect(ask).rejects.toMatchObject({ code: 'download.not-found' });
  });
});

describe('a file of the person', () => {
  it('is used where it lies, with the projector beside it that fits', async () => {
    await ownFile('mmproj-other.gguf', { kind: 'projector', embeddingWidth: 32 });
    const right = await ownFile('mmproj-own.gguf', { kind: 'projector', projectorKind: 'mlp' });
    await ownFile('unrelated.gguf', { kind: 'projector' });
    const path = await ownFile('own.gguf', { name: '  Own\u0007 model GGUF ' });
    const added = await add(path);
    expect(added).toMatchObject({ path, projectorPath: right, name: 'Own model', isOwned: false });
    expect((await ready()).loaded).toMatchObject({ path, projectorPath: right, canSee: true });
    expect(await readdir(join(folder, 'data/models'))).toEqual(['.partial']);
  });
  it('opened at the start is chosen', async () => {
    const path = await ownFile('own.gguf');
    await models.openAtStart(path, null);
    expect((await ready()).loaded.path).toBe(path);
  });
  it('added twice stays one model', async () => {
    const path = await ownFile('own.gguf');
    expect((await add(path)).id).toBe((await add(path)).id);
    expect((await state()).installed).toHaveLength(1);
  });
  it('named with a projector that does not fit is refused', async () => {
    const path = await ownFile('own.gguf');
    const other = await ownFile('other.gguf', { kind: 'projector', embeddingWidth: 1 });
    await expect(add(path, other)).rejects.toMatchObject({
      code: 'model.projector-mismatch',
      data: { path: other, reason: 'width' },
    });
    expect((await state()).installed).toEqual([]);
  });
  it('that is broken, or a projector, is refused with the reason', async () => {
    const path = join(folder, 'home', 'broken.gguf');
    await expect(add(path)).rejects.toMatchObject({
      code: 'model.file-broken',
      data: { fault: 'not-gguf' },
    });
    const projector = await ownFile('mmproj.gguf', { kind: 'projector' });
    await expect(add(projector)).rejects.toMatchObject({ data: { fault: 'not-a-model' } });
  });
  it('uploaded moves into the models folder under a free, safe name', async () => {
    await writeFile(join(folder, 'data/models', 'a.gguf'), 'someone');
    const path = join(folder, 'uploads', 'u1');
    await writeFile(path, bytes);
    engine.headers.set(path, {});
    const file = { kind: 'upload' as const, uploadId: 'u1', name: '../..\\a.gguf' };
    const added = await models.handlers.addFile({ file }, caller);
    expect(added).toMatchObject({ path: join(folder, 'data/models', 'a (2).gguf'), isOwned: true });
    expect(await readFile(added.path)).toEqual(bytes);
    expect(await readdir(join(folder, 'uploads'))).toEqual([]);
  });
  it('uploaded and broken is removed', async () => {
    await writeFile(join(folder, 'uploads', 'u1'), 'x');
    const file = { kind: 'upload' as const, uploadId: 'u1', name: 'a.gguf' };
    await expect(models.handlers.addFile({ file }, caller)).rejects.toMatchObject({
      code: 'model.file-broken',
    });
    expect(await readdir(join(folder, 'uploads'))).toEqual([]);
  });
  it('that is taken away is shown as missing, and as there when it is back', async () => {
    const path = await ownFile('own.gguf');
    await add(path);
    await rm(path);
    expect((await state()).installed[0]?.isPresent).toBe(false);
    await writeFile(path, bytes);
    expect((await state()).installed[0]?.isPresent).toBe(true);
  });
  it('put into the models folder by hand is found at the next start, also when the list is broken', async () => {
    const path = join(folder, 'data/models/tiny.gguf');
    await writeFile(path, bytes);
    await writeFile(join(folder, 'data/models/junk.gguf'), 'x');
    engine.headers.set(path, {});
    await models.close();
    await writeFile(join(folder, 'data/models.json'), '{"version":1,"models":[{"id"');
    await open();
    await until(async () => (await state()).installed.length === 1);
    expect((await state()).installed[0]).toMatchObject({ path, catalogId: 'tiny', isOwned: true });
    await until(async () => (await phase()) === 'ready');
    expect(log.lines.join('\n')).toContain('junk.gguf');
  });
});

describe('loading', () => {
  it('happens once for all who wait, with progress, and not again while it is loaded', async () => {
    const path = await ownFile('own.gguf');
    engine.scripts.set(path, 'waits');
    await add(path);
    const fractions: number[] = [];
    const onProgress = (fraction: number) => fractions.push(fraction);
    const waiters = [1, 2, 3].map(() =>
      models.runtime.ready({ signal: caller.signal, onProgress }),
    );
    const left = new AbortController();
    const leaver = models.runtime.ready({ signal: left.signal, onProgress });
    await until(() => engine.loadsNow === 1);
    left.abort();
    await expect(leaver).rejects.toMatchObject({ name: 'AbortError' });
    engine.release();
    for (const waiter of waiters) expect((await waiter).loaded.path).toBe(path);
    await ready();
    expect(engine.asked).toEqual([`load ${path}`]);
    expect(await phase()).toBe('ready');
  });
  it('of one model ends when another is chosen; who waited gets the other', async () => {
    const first = await ownFile('first.gguf');
    const second = await ownFile('second.gguf');
    engine.scripts.set(first, 'waits');
    const addedFirst = await add(first);
    const waiter = ready();
    await until(() => engine.loadsNow === 1);
    await add(second);
    expect((await waiter).loaded.path).toBe(second);
    expect(engine.mostLoads).toBe(1);
    expect(engine.asked).toContain(`cancel ${first}`);
    await expect(models.handlers.choose({ modelId: 'none' }, caller)).rejects.toMatchObject({
      code: 'model.not-found',
    });
    engine.scripts.set(first, 'well');
    await models.handlers.choose({ modelId: addedFirst.id }, caller);
    expect((await ready()).loaded.path).toBe(first);
  });
  it('that is refused shows why and is tried again when asked', async () => {
    const path = await ownFile('own.gguf');
    engine.scripts.set(path, 'refuses');
    const { id } = await add(path);
    await expect(ready()).rejects.toMatchObject({ code: 'model.unsupported' });
    expect((await state()).engine).toMatchObject({
      ...{ phase: 'failed', modelId: id },
      error: { code: 'model.unsupported', data: { architecture: 'odd' } },
    });
    engine.scripts.set(path, 'well');
    await ready();
    expect((await state()).installed[0]).toMatchObject({ isSetAside: false });
  });
  it('unload gives the memory back and keeps the choice', async () => {
    const path = await ownFile('own.gguf');
    const { id } = await add(path);
    await ready();
    await models.handlers.unload({}, caller);
    expect(await phase()).toBe('empty');
    expect(engine.asked.at(-1)).toBe('unload');
    expect(chosenId).toBe(id);
    await ready();
    expect(engine.asked.filter((ask) => ask.startsWith('load'))).toHaveLength(2);
  });
  it.each(['idle', 'memory'] as const)(
    'happens again for the next message when the engine freed the model: %s',
    async (reason) => {
      await models.openAtStart(await ownFile('own.gguf'), null);
      const before = await ready();
      engine.free(reason);
      await until(async () => (await phase()) === 'empty');
      expect(chosenId).toBe(before.modelId);
      expect((await ready()).modelId).toBe(before.modelId);
      expect(await phase()).toBe('ready');
      expect(engine.asked.filter((asked) => asked.startsWith('load'))).toHaveLength(2);
    },
  );

  it('is told in at most five states a second, the last one always', async () => {
    const path = await ownFile('own.gguf');
    await add(path);
    for (let turn = 0; turn < 10; turn += 1) {
      await models.handlers.unload({}, caller);
      await ready();
    }
    await until(() => states.at(-1)?.engine.phase === 'ready');
    expect(states.length).toBeLessThan(15);
  });
});

describe('a model that ends the engine', () => {
  it('three times in a row while loading is set aside, over restarts, until the person asks', async () => {
    const path = await ownFile('killer.gguf');
    engine.scripts.set(path, 'dies');
    const { id } = await add(path);
    await until(async () => (await phase()) === 'failed');
    expect((await state()).engine).toMatchObject({ error: { code: 'engine.crashed' } });
    await expect(ready()).rejects.toMatchObject({ code: 'engine.crashed' });
    await expect(ready()).rejects.toMatchObject({ code: 'model.set-aside', data: { deaths: 3 } });
    expect((await state()).engine).toMatchObject({ error: { code: 'model.set-aside' } });
    expect((await state()).installed[0]?.isSetAside).toBe(true);
    const loads = engine.asked.length;
    await models.close();
    await open();
    models.loadChosen();
    await expect(ready()).rejects.toMatchObject({ code: 'model.set-aside' });
    expect(engine.asked).toHaveLength(loads);
    engine.scripts.set(path, 'well');
    await models.handlers.choose({ modelId: id }, caller);
    expect((await ready()).modelId).toBe(id);
    expect((await state()).installed[0]?.isSetAside).toBe(false);
  });
  it('while it answers is loaded again, twice; an answer that ends well starts the count anew', async () => {
    const { id } = await add(await ownFile('own.gguf'));
    for (const expected of ['engine.crashed', 'engine.crashed']) {
      await ready();
      engine.die();
      expect((await state()).engine).toMatchObject({ phase: 'failed', error: { code: expected } });
    }
    await ready();
    models.runtime.noteSuccess(id);
    for (const expected of ['engine.crashed', 'engine.crashed', 'model.set-aside']) {
      await ready();
      engine.die();
      await until(async () => {
        const { engine: now } = await state();
        return now.phase === 'failed' && now.error.code === expected;
      });
    }
    await expect(ready()).rejects.toMatchObject({ code: 'model.set-aside' });
  });
  it('but a death with nothing loaded is nobody’s fault', async () => {
    await add(await ownFile('own.gguf'));
    await ready();
    await models.handlers.unload({}, caller);
    for (let turn = 0; turn < 5; turn += 1) engine.die();
    expect((await state()).installed[0]?.isSetAside).toBe(false);
    expect(await phase()).toBe('empty');
  });
});
