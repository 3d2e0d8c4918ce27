import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LoadedModel } from '../../contract/engine-contract.ts';
import { EngineService } from './engine-service.ts';
import { loadAddon } from './native-binding.ts';

const gib = 2 ** 30;
const scripted = loadAddon(join(import.meta.dirname, 'scripted-addon.fixture.cjs'));
const never = new AbortController().signal;
let folder = '';
let path = '';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  folder = mkdtempSync(join(tmpdir(), 'parley-calibrated-'));
  path = join(folder, 'model.gguf');
  writeFileSync(path, '');
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

/** A process of the engine; what it finds out stays in the folder. */
function start(special: { isCalibrating?: boolean } = {}) {
  const lines: string[] = [];
  const told: number[] = [];
  const service = new EngineService({
    ...{ addon: scripted, threads: 2, isCalibrating: true, countsMappedAsFree: true },
    installedMemoryBytes: 8 * gib,
    freeMemoryBytes: () => Promise.resolve(4 * gib),
    log: (_level, line) => lines.push(line),
    onThreads: (threads) => told.push(threads),
    onUnloaded: () => {},
    onEmbedderUnloaded: () => {},
    ...special,
  });
  const load = async (input: { mayMeasure?: boolean } = {}): Promise<LoadedModel> => {
    const notesPath = join(folder, 'notes.json');
    const request = { path, projectorPath: null, notesPath, ...input };
    const steps = service.handlers.model.load(request, { signal: never });
    for (;;) {
      const step = await steps.next();
      if (step.done) return step.value;
    }
  };
  const rest = async (seconds: number): Promise<void> => {
    vi.advanceTimersByTime(seconds * 1000);
    await service.rest();
  };
  const isMeasured = (): boolean => lines.some((line) => line.startsWith('calibrated'));
  return { load, rest, lines, told, isMeasured };
}

test('a model is measured in a quiet moment; this load uses it at once, the next ones from the start', async () => {
  const { load, rest, lines, told } = start();
  expect((await load()).threads).toBe(2);
  await rest(1);
  expect(told).toEqual([]);
  await rest(4);
  expect(told).toEqual([1]);
  expect(lines).toContain('threads 1');
  expect((await load()).threads).toBe(1);

  const next = start();
  expect((await next.load()).threads).toBe(1);
  await next.rest(60);
  expect(next.isMeasured()).toBe(false);
});

test('a file that has changed is measured anew', async () => {
  const first = start();
  await first.load();
  await first.rest(5);
  writeFileSync(path, 'longer');
  const next = start();
  expect((await next.load()).threads).toBe(2);
  await next.rest(5);
  expect(next.isMeasured()).toBe(true);
});

test.each([
  ['the load does not allow it', {}, { mayMeasure: false }],
  ['the number of threads was chosen', { isCalibrating: false }, {}],
])('nothing is measured where %s', async (_name, special, input) => {
  const { load, rest, isMeasured } = start(special);
  await load(input);
  await rest(60);
  expect(isMeasured()).toBe(false);
});
