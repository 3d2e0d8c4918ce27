import { expect, test } from 'vitest';
import { createCacheService } from './cache-service.ts';

const caller = { signal: new AbortController().signal };

function start() {
  const done: string[] = [];
  let diskBytes = 700;
  let finishAnswer = (): void => {};
  const answer = new Promise<void>((resolve) => {
    finishAnswer = resolve;
  });
  const service = createCacheService({
    folder: {
      diskBytes: async () => diskBytes,
      clear: async () => {
        done.push('cleared');
        diskBytes = 0;
      },
    },
    places: { clear: () => done.push('places') },
    idle: async () => {
      await answer;
      done.push('idle');
    },
    whileUnloaded: async (work) => {
      done.push('unloaded');
      await work();
      done.push('loaded');
    },
  });
  return { service, done, finishAnswer };
}

test('says how much there is', async () => {
  expect(await start().service.handlers.size({}, caller)).toEqual({ diskBytes: 700 });
});

test('clears once no answer is being written, with the model unloaded', async () => {
  const { service, done, finishAnswer } = start();
  const clearing = service.handlers.clear({}, caller);
  await new Promise(setImmediate);
  expect(done).toEqual([]);
  finishAnswer();
  expect(await clearing).toEqual({ diskBytes: 0 });
  expect(done).toEqual(['idle', 'unloaded', 'cleared', 'places', 'loaded']);
});

test('the size is told once what is being cleared is gone', async () => {
  const { service, finishAnswer } = start();
  const turning = service.settingChanged(false);
  const size = service.handlers.size({}, caller);
  finishAnswer();
  await turning;
  expect(await size).toEqual({ diskBytes: 0 });
});

test('turned off, removes what is there; turned on, only loads anew', async () => {
  const off = start();
  off.finishAnswer();
  await off.service.settingChanged(false);
  expect(off.done).toContain('cleared');
  const on = start();
  on.finishAnswer();
  await on.service.settingChanged(true);
  expect(on.done).toEqual(['idle', 'unloaded', 'loaded']);
});
