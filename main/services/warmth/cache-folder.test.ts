import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CacheFolder, diskBudgetBytes, ramBudgetBytes } from './cache-folder.ts';

const gib = 2 ** 30;
const fingerprint = 'ab'.repeat(32);
let dataFolder = '';
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'parley-cache-'));
});
afterEach(() => rmSync(dataFolder, { recursive: true }));

function start(
  options: { isKept?: boolean; key?: () => Promise<Uint8Array>; freeBytes?: () => number } = {},
) {
  const incidents: unknown[] = [];
  const folder = new CacheFolder({
    dataFolder,
    machine: {
      totalMemoryBytes: 8 * gib,
      freeMemoryBytes: () => 4 * gib,
      freeDiskBytes: async () => options.freeBytes?.() ?? 20 * gib,
    },
    secrets: { key: options.key ?? (async () => new Uint8Array(32).fill(7)) },
    isKeptOnDisk: () => options.isKept ?? true,
    log: {
      info: () => {},
      warn: () => {},
      incident: (error) => `incident-${incidents.push(error)}`,
    },
  });
  return { folder, incidents };
}

function writeState(bytes: number): string {
  const path = join(dataFolder, 'cache', fingerprint);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'block'), Buffer.alloc(bytes));
  return path;
}

test('budgets: a twentieth of the memory up to 1 GiB, a tenth of the free disk up to 8 GiB', () => {
  expect([4, 8, 64].map((size) => ramBudgetBytes(size * gib))).toEqual([
    Math.floor((4 * gib) / 20),
    Math.floor((8 * gib) / 20),
    gib,
  ]);
  expect(diskBudgetBytes(20 * gib, 0)).toBe(2 * gib);
  expect(diskBudgetBytes(500 * gib, 0)).toBe(8 * gib);
  expect(diskBudgetBytes(0, 0)).toBe(0);
});

test('what the cache takes does not make its budget smaller', () => {
  expect(diskBudgetBytes(18 * gib, 2 * gib)).toBe(diskBudgetBytes(20 * gib, 0));
});

test('tells the engine folder, key and budgets', async () => {
  expect(await start().folder.forEngine()).toEqual({
    folder: join(dataFolder, 'cache'),
    key: new Uint8Array(32).fill(7),
    ramBytes: Math.floor((8 * gib) / 20),
    diskBytes: 2 * gib,
  });
});

test('gives the disk no budget where state is not to be kept', async () => {
  expect(await start({ isKept: false }).folder.forEngine()).toMatchObject({ diskBytes: 0 });
});

test('does without a cache where the key cannot be kept', async () => {
  const { folder, incidents } = start({ key: () => Promise.reject(new Error('disk full')) });
  expect(await folder.forEngine()).toBeUndefined();
  expect(incidents).toHaveLength(1);
});

test('counts what lies there, in subfolders too', async () => {
  const { folder } = start();
  expect(await folder.diskBytes()).toBe(0);
  writeState(5000);
  expect(await folder.diskBytes()).toBe(5000);
});

test('clears everything, and one model’s state alone', async () => {
  const { folder } = start();
  const path = writeState(100);
  const other = join(dataFolder, 'cache', 'cd'.repeat(32));
  mkdirSync(other);
  await folder.clearModel(fingerprint);
  expect([existsSync(path), existsSync(other)]).toEqual([false, true]);
  await folder.clear();
  expect(existsSync(join(dataFolder, 'cache'))).toBe(false);
  expect(existsSync(join(dataFolder, 'cache-removed'))).toBe(false);
  await folder.clear();
  await folder.clearModel(fingerprint);
});

/** A model's folder that was written so long ago. */
function writeModel(letter: string, bytes: number, hoursAgo: number): string {
  const path = join(dataFolder, 'cache', letter.repeat(64));
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'block'), Buffer.alloc(bytes));
  const writtenAt = new Date(Date.now() - hoursAgo * 3_600_000);
  utimesSync(join(path, 'block'), writtenAt, writtenAt);
  utimesSync(path, writtenAt, writtenAt);
  return path;
}

test('all models together keep to the budget: those unused for the longest go', async () => {
  const budget = 100_000;
  const { folder } = start({ freeBytes: () => budget * 10 - 150_000 });
  const [b, c, d] = [writeModel('b', 40_000, 2), writeModel('c', 30_000, 3), writeModel('d', 1, 4)];
  const a = writeModel('a', 79_999, 1);
  const gone: string[] = [];
  // The one used last is expected to be loaded; the others may have half of the budget.
  expect((await folder.forEngine())?.diskBytes).toBe(budget / 2);
  await folder.trim('a'.repeat(64), (fingerprint) => gone.push(fingerprint.slice(0, 1)));
  expect(gone).toEqual(['c', 'd']);
  expect([a, b, c, d].map((path) => existsSync(path))).toEqual([true, true, false, false]);
});

test('the loaded model’s state stays, however old it is, and gets what others leave', async () => {
  const { folder } = start({ freeBytes: () => 100_000 * 10 - 35_000 });
  const old = writeModel('a', 5000, 9);
  writeModel('b', 20_000, 1);
  const other = writeModel('c', 10_000, 2);
  expect((await folder.forEngine())?.diskBytes).toBe(100_000 - 15_000);
  await folder.trim('a'.repeat(64), () => {});
  expect([existsSync(old), existsSync(other)]).toEqual([true, false]);
  expect(await folder.diskBytes()).toBeLessThanOrEqual(100_000);
});

test('removes nothing for a name that is no fingerprint', async () => {
  const { folder } = start();
  const path = writeState(100);
  for (const name of ['..', '', '../..', 'AB'.repeat(32)]) await folder.clearModel(name);
  expect(existsSync(path)).toBe(true);
  expect(existsSync(dataFolder)).toBe(true);
});
