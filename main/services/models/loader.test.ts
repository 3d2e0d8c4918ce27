import { expect, test } from 'vitest';
import type { Library } from './library.ts';
import { Loader } from './loader.ts';
import { scriptedEngine } from './testing/engine.fixture.ts';
import { keptLog } from './testing/ports.fixture.ts';

const model = { id: 'a', name: 'A', path: '/a.gguf', projectorPath: null, isSetAside: false };
const waiting = { signal: new AbortController().signal, onProgress: () => {} };

function start() {
  const engine = scriptedEngine();
  const setting = { minutes: 15 };
  const loader = new Loader({
    engine,
    library: { find: () => model, countDeath: async () => {} } as unknown as Library,
    chosen: { read: () => 'a', write: () => {} },
    log: keptLog(),
    changed: () => {},
    cache: async () => undefined,
    notesPath: '/notes.json',
    idleMinutes: () => setting.minutes,
  });
  return { engine, loader, setting };
}

test('a load says how long an unused model is kept', async () => {
  const { engine, loader, setting } = start();
  setting.minutes = 0;
  await loader.ready(waiting);
  expect(engine.keptMinutes).toBe(0);
});

test('a change of the setting reaches the loaded model, and one that is just being loaded', async () => {
  const { engine, loader, setting } = start();
  await loader.ready(waiting);
  setting.minutes = 60;
  await loader.idleMinutesChanged();
  expect(engine.keptMinutes).toBe(60);
  await loader.unload();
  const loading = loader.ready(waiting);
  setting.minutes = 5;
  await loader.idleMinutesChanged();
  await loading;
  expect(engine.keptMinutes).toBe(5);
});

test('what the engine measured of the loaded model is told of it from then on', async () => {
  const { engine, loader } = start();
  expect((await loader.ready(waiting)).loaded.threads).toBe(1);
  engine.calibrate(3);
  await expect.poll(() => loader.current()?.loaded.threads).toBe(3);
});

test('without a loaded model, or an engine, a change waits for the next load', async () => {
  const { engine, loader, setting } = start();
  setting.minutes = 5;
  await loader.idleMinutesChanged();
  await loader.ready(waiting);
  engine.die();
  await loader.idleMinutesChanged();
  expect(engine.keptMinutes).toBe(5);
});
