import { expect, test } from 'vitest';
import { Resting } from './resting.ts';

const gib = 2 ** 30;
const minuteMs = 60_000;

function setUp() {
  const machine = { nowMs: 0, freeBytes: 4 * gib, isBusy: false, isLoaded: true, uses: 0 };
  const did: string[] = [];
  const resting = new Resting({
    nowMs: () => machine.nowMs,
    isBusy: () => machine.isBusy,
    useCount: () => machine.uses,
    isLoaded: () => machine.isLoaded,
    installedMemoryBytes: 8 * gib,
    freeMemoryBytes: () => Promise.resolve(machine.freeBytes),
    shrinkCache: ({ ramBytes }) => {
      did.push(`shrink to ${ramBytes}`);
      return Promise.resolve();
    },
    unload: () => {
      machine.isLoaded = false;
      did.push('unload');
      return Promise.resolve();
    },
    onUnloaded: (reason) => did.push(reason),
  });
  const wait = async (minutes: number): Promise<void> => {
    for (let step = 0; step < minutes * 6; step += 1) {
      machine.nowMs += minuteMs / 6;
      await resting.look();
    }
  };
  return { machine, did, resting, wait };
}

test('an idle model is freed after a quarter of an hour, once', async () => {
  const { did, wait } = setUp();
  await wait(14);
  expect(did).toEqual([]);
  await wait(20);
  expect(did).toEqual(['idle', 'unload']);
});

test('work starts the time anew', async () => {
  const { machine, did, wait } = setUp();
  await wait(14);
  machine.isBusy = true;
  await wait(30);
  machine.isBusy = false;
  await wait(14);
  expect(did).toEqual([]);
});

test('work that is over before anybody looks starts the time anew, too', async () => {
  const { machine, did, wait } = setUp();
  for (let round = 0; round < 3; round += 1) {
    await wait(14);
    machine.uses += 1;
  }
  await wait(14);
  expect(did).toEqual([]);
  await wait(2);
  expect(did).toEqual(['idle', 'unload']);
});

test('the time can be chosen, and switched off', async () => {
  const { did, resting, wait } = setUp();
  resting.idleMinutes = 0;
  await wait(100);
  expect(did).toEqual([]);
  resting.idleMinutes = 2;
  await wait(1);
  expect(did).toEqual(['idle', 'unload']);
});

test('a computer short of memory gets the cache back first, then the idle model', async () => {
  const { machine, did, wait } = setUp();
  machine.freeBytes = gib / 10;
  await wait(0.5);
  expect(did).toEqual(['shrink to 0']);
  await wait(1);
  expect(did).toEqual(['shrink to 0', 'memory', 'unload']);
});

test('a model that works is kept however short memory is', async () => {
  const { machine, did, wait } = setUp();
  machine.freeBytes = 0;
  machine.isBusy = true;
  await wait(10);
  expect(did).toEqual(['shrink to 0']);
});

test('the cache is shrunk again when memory gets short again', async () => {
  const { machine, did, wait } = setUp();
  machine.isBusy = true;
  for (const freeBytes of [0, 4 * gib, 0]) {
    machine.freeBytes = freeBytes;
    await wait(1);
  }
  expect(did).toEqual(['shrink to 0', 'shrink to 0']);
});

test('a request that comes while memory is measured keeps the model', async () => {
  const { machine, did, resting } = setUp();
  machine.nowMs = 20 * minuteMs;
  const looking = resting.look();
  machine.isBusy = true;
  await looking;
  expect(did).toEqual([]);
});
