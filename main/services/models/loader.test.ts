import { expect, test } from 'vitest';
import type { Library } from './library.ts';
import { Loader } from './loader.ts';
import { scriptedEngine } from './testing/engine.fixture.ts';
import { keptLog } from './testing/ports.fixture.ts';

const model = { id: 'a', name: 'A', path: '/a.gguf', projectorPath: null, isSetAside: false };
const waiting = { signal: new AbortController().signal, onProgress: () => {} };

function start() {
  const engine = scriptedEngine();
  const setting = { minutes: 15, mayMeasure: true };
  const loader = new Loader({
    engine,
    library: { find: () => model, countDeath: async () => {} } as unknown as Library,
    chosen: { read: () => 'a', write: () => {} },
    log: keptLog(),
    changed: () => {},
    cache: async () => undefined,
    notesPath: '/notes.json',
    idleMinutes: () => setting.minutes,
    mayMeasure: async () => setting.mayMeasure,
  });
  return { engine, loader, setting };
}

test('a load says how long an unused model is kept', async () => {
  const { engine, loader, setting } = start();
  setting.minutes = 0;
  await loader.ready(waiting);
  expect(engine.keptMinutes).toBe(0);
});

test('a load says whether the model may be measured', async () => {
  const { engine, loader, setting } = start();
  await loader.ready(waiting);
  expect(engine.mayMeasure).toBe(true);
  await loader.unload();
  setting.mayMeasure = false;
  await loader.ready(waiting);
  expect(engine.mayMeasure).toBe(false);
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

test('a model that made way because nobody used it is woken, and no other', async () => {
  const { engine, loader } = start();
  loader.wake();
  await loader.ready(waiting);
  engine.free('memory');
  await expect.poll(() => loader.current()).toBeUndefined();
  loader.wake();
  await loader.ready(waiting);
  await loader.unload();
  loader.wake();
  expect(loader.isLoading()).toBe(false);
  await loader.ready(waiting);
  engine.free('idle');
  await expect.poll(() => loader.current()).toBeUndefined();
  loader.wake();
  await expect.poll(() => loader.current()?.modelId).toBe('a');
});

test('the chosen model is read from disk before it is loaded; the load ends that', async () => {
  const { engine, loader } = start();
  const reading = loader.readAhead();
  await expect.poll(() => engine.asked).toEqual(['read /a.gguf']);
  await loader.ready(waiting);
  await reading;
  expect(engine.asked.toSorted()).toEqual(['load /a.gguf', 'read /a.gguf', 'stop reading']);
  await loader.readAhead();
  expect(engine.asked).toHaveLength(3);
});

test('an engine that cannot read ahead is no error before the load', async () => {
  const { engine, loader } = start();
  const reading = loader.readAhead();
  await expect.poll(() => engine.asked).toEqual(['read /a.gguf']);
  engine.die();
  await reading;
  expect((await loader.ready(waiting)).modelId).toBe('a');
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
