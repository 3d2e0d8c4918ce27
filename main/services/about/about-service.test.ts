import { expect, test } from 'vitest';
import type { EngineClient } from '../../../contract/engine-contract.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import { createAbout } from './index.ts';

const caller = { signal: new AbortController().signal };
type Describe = EngineClient['engine']['describe'];

function start(describe: Describe, storageNotice: AppError | null = null) {
  const opened: string[] = [];
  const warned: string[] = [];
  const about = createAbout({
    desktop: {
      openLink: async (url) => {
        opened.push(url);
      },
      showFolder: async (path) => {
        opened.push(path);
      },
    },
    engine: {
      client: async () => ({ engine: { describe } }) as unknown as EngineClient,
      onDeath: () => () => {},
      kill: () => {},
      close: async () => {},
    },
    folders: { data: '/data', models: '/data/models', home: '/home', assets: '/assets' },
    log: { info: () => {}, warn: (line) => warned.push(line), incident: () => 'i' },
    version: '1.2.3',
    storageNotice,
  });
  return { about, opened, warned };
}

const description = {
  llamaVersion: 'v0.5.0',
  systemInfo: 'CPU : SSE3 = 1 | AVX2 = 1 | SME = 0 | ',
  threads: 2,
  pid: 1,
  devices: [],
};

test('a window learns of the app at once, also while the engine does not answer', async () => {
  const { about } = start(() => new Promise(() => {}));
  expect(await about.info({}, caller)).toMatchObject({
    version: '1.2.3',
    engineDescription: null,
  });
});

test('what the engine said of itself is told the next time', async () => {
  const { about } = start(async () => description);
  await about.info({}, caller);
  await expect
    .poll(async () => (await about.info({}, caller)).engineDescription)
    .toBe('llama.cpp v0.5.0 · SSE3, AVX2');
});

test('an engine that is not there is logged, and the app is told of all the same', async () => {
  const { about, warned } = start(async () => {
    throw new AppError('engine.unavailable', { reason: 'no addon' });
  });
  expect((await about.info({}, caller)).engineDescription).toBeNull();
  await expect.poll(() => warned.length).toBe(1);
});

test('a damaged database is told with both paths', async () => {
  const data = { path: '/data/parley.sqlite', setAsidePath: '/data/parley.broken' };
  const { about } = start(async () => description, new AppError('storage.damaged', data));
  expect((await about.info({}, caller)).storageNotice).toEqual({ code: 'storage.damaged', data });
});

test('links and folders go to the desktop', async () => {
  const { about, opened } = start(async () => description);
  await about.openLink({ url: 'https://example.org/' }, caller);
  await about.showFolder({ folder: 'data' }, caller);
  await about.showFolder({ folder: 'models' }, caller);
  expect(opened).toEqual(['https://example.org/', '/data', '/data/models']);
});
