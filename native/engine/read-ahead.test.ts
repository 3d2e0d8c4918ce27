import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAhead } from './read-ahead.ts';

const gib = 2 ** 30;
const mebibyte = 2 ** 20;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-ahead-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, bytes: number): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.alloc(bytes, 7));
  return path;
}

function options(special: { signal?: AbortSignal; freeMemoryBytes?: () => Promise<number> } = {}) {
  return {
    signal: new AbortController().signal,
    installedMemoryBytes: 8 * gib,
    freeMemoryBytes: () => Promise.resolve(4 * gib),
    ...special,
  };
}

test('files are read to their ends, one after the other', async () => {
  const paths = [write('model', 9 * mebibyte + 5), write('projector', 3), write('empty', 0)];
  expect(await readAhead(paths, options())).toBe(9 * mebibyte + 8);
});

test('where memory would get short nothing is read, or no more', async () => {
  const path = write('model', 70 * mebibyte);
  const reserve = (8 * gib) / 20;
  const short = () => Promise.resolve(reserve + 70 * mebibyte - 1);
  expect(await readAhead([path, path], options({ freeMemoryBytes: short }))).toBe(0);
  const answers = [4 * gib, reserve];
  const shrinking = () => Promise.resolve(answers.shift() ?? 0);
  const read = await readAhead([path, path], options({ freeMemoryBytes: shrinking }));
  expect(read).toBe(64 * mebibyte);
});

test('it stops on its signal', async () => {
  const path = write('model', 70 * mebibyte);
  const caller = new AbortController();
  const reading = readAhead([path], options({ signal: caller.signal }));
  caller.abort();
  expect(await reading).toBeLessThan(70 * mebibyte);
});

test('a file that is not there ends it quietly', async () => {
  const path = write('model', 5);
  expect(await readAhead([path, join(folder, 'absent'), path], options())).toBe(5);
});
