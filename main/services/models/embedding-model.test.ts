import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catalog, type ModelsState, modelsState } from '../../../contract/models/models.ts';
import { createNetwork } from '../../adapters/network/network.ts';
import { embeddingState } from './embedding-model.ts';
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

const bytes = pseudoModel(30_000);
const caller = { signal: new AbortController().signal };
let folder: string;
let engine: ScriptedEngine;
let server: HostileServer;
let models: Models;
let chosenId: string | null;

const inFolder = (name: string): string => join(folder, 'data/models', name);
const state = async (): Promise<ModelsState> =>
  modelsState.parse(await models.handlers.state({}, caller));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-embedding-'));
  for (const name of ['data/models', 'assets/models']) {
    await mkdir(join(folder, name), { recursive: true });
  }
  const entries = [
    entryFor(fileFor(bytes, { name: 'tiny.gguf' })),
    entryFor(fileFor(bytes, { name: 'e5.gguf' }), { id: 'e5', role: 'embedding', rank: 2 }),
  ];
  await writeFile(
    join(folder, 'assets/models/catalog.json'),
    JSON.stringify(catalog.parse({ entries })),
  );
  engine = scriptedEngine();
  engine.headers.set(inFolder('e5.gguf'), { architecture: 'bert' });
  engine.headers.set(inFolder('tiny.gguf'), {});
  server = await startHostileServer(() => ({ bytes }));
  chosenId = null;
  await open();
});
afterEach(async () => {
  await models.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(): Promise<void> {
  const log = keptLog();
  models = await createModels({
    cache: async () => undefined,
    idleMinutes: () => 15,
    ...{ engine, log, machine: machineWith(), clock: realClock, ids: randomIds },
    network: createNetwork({ log, allowLoopbackHttp: true }),
    folders: {
      data: join(folder, 'data'),
      models: join(folder, 'data', 'models'),
      home: folder,
      assets: join(folder, 'assets'),
    },
    files: { take: () => Promise.reject(new Error('no file is taken here')) },
    chosen: {
      read: () => chosenId,
      write(modelId) {
        chosenId = modelId;
      },
    },
    emit: { changed: () => undefined },
    hubOrigin: server.origin,
    patience: { silentMs: 5000, retryDelaysMs: [1] },
  });
}

async function fetchIt(): Promise<void> {
  await models.handlers.download({ catalogId: 'e5' }, caller);
  await until(async () => (await state()).downloads.length === 0);
  expect((await state()).embedding?.phase).toBe('installed');
}

describe('the embedding model', () => {
  it('is offered apart from the models that answer', async () => {
    const now = await state();
    expect(now.offered.map(({ id }) => id)).toEqual(['tiny']);
    expect(now.embedding).toMatchObject({ phase: 'absent', model: null, offer: { id: 'e5' } });
    expect(now.recommendedId).toBe('tiny');
    expect(models.embedder.state).toBe('absent');
  });
  it('is fetched with a click, and neither chosen nor listed nor loaded as a model that answers', async () => {
    const states: string[] = [];
    models.embedder.onChanged(() => states.push(models.embedder.state));
    await fetchIt();
    const now = await state();
    expect(now.installed).toEqual([]);
    expect(now.embedding).toMatchObject({
      phase: 'installed',
      model: { architecture: 'bert', catalogId: 'e5', isOwned: true },
    });
    expect(chosenId).toBeNull();
    expect(engine.asked).toEqual([]);
    expect(states).toEqual(['ready']);
  });
  it('cannot be chosen to answer', async () => {
    await fetchIt();
    const modelId = (await state()).embedding?.model?.id ?? '';
    await expect(models.handlers.choose({ modelId }, caller)).rejects.toMatchObject({
      code: 'model.not-found',
    });
  });
  it('is there at the next start, also when it was brought on a stick', async () => {
    await fetchIt();
    await models.close();
    await rm(join(folder, 'data/models.json'));
    await open();
    await until(async () => (await state()).embedding?.phase === 'installed');
    expect(models.embedder.state).toBe('ready');
    expect(chosenId).toBeNull();
  });
  it('is absent again when its file was taken away', async () => {
    await fetchIt();
    await rm(inFolder('e5.gguf'));
    expect((await state()).embedding?.phase).toBe('absent');
    expect(models.embedder.state).toBe('absent');
  });
  it.each([
    ['running', 'downloading'],
    ['checking', 'downloading'],
    ['paused', 'paused'],
    ['converting', 'converting'],
    ['failed', 'failed'],
  ] as const)('while its download is %s, is %s', async (downloadState, phase) => {
    const { embedding } = await state();
    if (!embedding) throw new Error('none');
    const download = {
      ...{ id: 'e5', name: 'e5', state: downloadState, doneBytes: 0, totalBytes: 1 },
      ...{ bytesPerSecond: null, secondsLeft: null, sourceLabel: null, hasRestarted: false },
      error: null,
    };
    const parts = { offer: embedding.offer, installed: [], downloads: [download] };
    expect(embeddingState(parts)).toMatchObject({ phase, model: null });
  });
});
