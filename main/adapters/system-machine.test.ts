import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { availableFromMeminfo, systemMachine } from './system-machine.ts';

test('reads what is available, not what is free', () => {
  const meminfo = 'MemTotal:  8 kB\nMemFree:          1 kB\nMemAvailable:    2048 kB\n';
  expect(availableFromMeminfo(meminfo)).toBe(2048 * 1024);
});

test('a kernel that does not say gives undefined', () => {
  expect(availableFromMeminfo('MemFree: 1 kB\n')).toBeUndefined();
});

test('this computer has memory and disk, and no more free than there is', async () => {
  expect(systemMachine.freeMemoryBytes()).toBeGreaterThan(0);
  expect(systemMachine.freeMemoryBytes()).toBeLessThanOrEqual(systemMachine.totalMemoryBytes);
  expect(await systemMachine.freeDiskBytes(tmpdir())).toBeGreaterThan(0);
});

test('a path that is not there is an error', async () => {
  await expect(systemMachine.freeDiskBytes('/no/such/folder')).rejects.toThrow('ENOENT');
});
