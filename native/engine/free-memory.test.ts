import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { expect, test } from 'vitest';
import { availableOfMeminfo, availableOfVmStat, freeMemoryBytes } from './free-memory.ts';

test('Linux: what is available, not what is free', () => {
  const text =
    'MemTotal:       16303424 kB\nMemFree:          402932 kB\nMemAvailable:    9120032 kB\n';
  expect(availableOfMeminfo(text)).toBe(9_120_032 * 1024);
  expect(availableOfMeminfo('MemTotal: 1 kB\n')).toBeUndefined();
});

test('macOS: free pages and those it would give back', () => {
  const text = [
    'Mach Virtual Memory Statistics: (page size of 16384 bytes)',
    'Pages free:                               10.',
    'Pages active:                         400000.',
    'Pages inactive:                          200.',
    'Pages speculative:                        30.',
    'Pages wired down:                     100000.',
    'Pages purgeable:                           4.',
    '',
  ].join('\n');
  expect(availableOfVmStat(text)).toBe(244 * 16_384);
  expect(availableOfVmStat('vm_stat: not found')).toBeUndefined();
});

test('this computer has some memory free, and no more than it has', async () => {
  const free = await freeMemoryBytes();
  expect(free).toBeGreaterThan(2 ** 20);
  expect(free).toBeLessThanOrEqual(totalmem());
});

test.runIf(process.platform === 'linux')('here the figure is of /proc/meminfo', () => {
  expect(availableOfMeminfo(readFileSync('/proc/meminfo', 'utf8'))).toBeGreaterThan(2 ** 20);
});
