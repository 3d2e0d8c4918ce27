import { expect, it } from 'vitest';
import { loadSince, markLoad, memoryOf, parseProcessTime, parseSystemTime } from './processes.ts';

it('the system is busy with all but idling, and what its host took is counted apart', () => {
  const text = 'cpu  1000 200 300 90000 500 10 20 40 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n';
  expect(parseSystemTime(text)).toEqual({ busy: 15.3, stolen: 0.4 });
});

it('a process owns the time of the children it has buried, whatever its name', () => {
  const text = '4242 (a) b (c) S 17 1 1 0 -1 0 0 0 0 0 100 50 25 25 20 0 1 0';
  expect(parseProcessTime(text)).toEqual({ parent: 17, seconds: 2 });
});

it('our own work is not the work of others', () => {
  const mark = markLoad();
  const endMs = performance.now() + 200;
  while (performance.now() < endMs);
  const load = loadSince(mark);
  expect(load.foreignCores).toBeGreaterThanOrEqual(0);
  expect(load.averages).toHaveLength(2);
});

it.runIf(process.platform === 'linux')('memory of a process is more than nothing', () => {
  expect(memoryOf(process.pid).residentBytes).toBeGreaterThan(1e6);
});

it('memory of no process is nothing', () => {
  expect(memoryOf(-1)).toEqual({ residentBytes: 0, proportionalBytes: 0 });
});
