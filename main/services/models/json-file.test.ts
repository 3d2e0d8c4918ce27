import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readJsonFile, translateDiskError, writeJsonFile } from './json-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-json-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('writes whole files and leaves no other', async () => {
  const path = join(folder, 'a.json');
  await writeJsonFile(path, { a: 1 });
  await writeJsonFile(path, { a: 2 });
  expect(await readJsonFile(path)).toEqual({ a: 2 });
  expect(await readdir(folder)).toEqual(['a.json']);
});

it('keeps the old file when the new one cannot be written', async () => {
  const path = join(folder, 'a.json');
  await writeFile(path, '{"a":1}');
  const circle: { self?: unknown } = {};
  circle.self = circle;
  await expect(writeJsonFile(path, circle)).rejects.toThrow(TypeError);
  expect(await readFile(path, 'utf8')).toBe('{"a":1}');
  expect(await readdir(folder)).toEqual(['a.json']);
});

it('reads what is missing or broken as undefined', async () => {
  const path = join(folder, 'a.json');
  expect(await readJsonFile(path)).toBeUndefined();
  await writeFile(path, '{"a":');
  expect(await readJsonFile(path)).toBeUndefined();
});

it.each(['ENOSPC', 'EDQUOT'])('%s is storage.full', (code) => {
  const error = Object.assign(new Error('x'), { code });
  expect(translateDiskError(error, '/p')).toMatchObject({
    code: 'storage.full',
    data: { path: '/p' },
    cause: error,
  });
});

it('leaves every other error as it is', () => {
  const error = Object.assign(new Error('x'), { code: 'EIO' });
  expect(translateDiskError(error, '/p')).toBe(error);
});
