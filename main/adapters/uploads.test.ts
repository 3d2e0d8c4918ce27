import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppError } from '../../contract/errors/app-error.ts';
import { sortableIds } from './sortable-ids.ts';
import { uploads } from './uploads.ts';

const plenty = { freeDiskBytes: async () => 2 ** 50 };
let dataFolder = '';
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'parley-uploads-'));
});
afterEach(() => rmSync(dataFolder, { recursive: true }));

function start(machine = plenty) {
  return uploads({ dataFolder, ids: sortableIds({ nowMs: () => 1 }), machine });
}

async function* chunks(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}

const left = () => readdirSync(join(dataFolder, 'uploads'));

test('an upload is stored whole and taken once', async () => {
  const exchange = start();
  const uploadId = await exchange.receive(chunks('GG', 'UF'), 4);
  const reference = { kind: 'upload', uploadId, name: 'a/b\u0000/model.gguf' } as const;
  const taken = await exchange.take(reference);
  expect(readFileSync(taken.path, 'utf8')).toBe('GGUF');
  expect(taken).toMatchObject({ name: 'model.gguf', isOurs: true });
  const again = await exchange.take(reference).catch((error: unknown) => error);
  expect(AppError.is(again, 'file.not-found') && again.data.name).toBe(reference.name);
});

test.each([
  ['too short', ['abc'], 4],
  ['too long', ['abc', 'def'], 4],
])('an upload that is %s leaves nothing behind', async (_title, texts, fileBytes) => {
  await expect(start().receive(chunks(...texts), fileBytes)).rejects.toThrow('not as long');
  expect(left()).toEqual([]);
});

test('an upload that breaks off leaves nothing behind', async () => {
  async function* broken() {
    yield Buffer.from('abc');
    throw new Error('the window is gone');
  }
  await expect(start().receive(broken(), 10)).rejects.toThrow('the window is gone');
  expect(left()).toEqual([]);
});

test('a disk without room refuses before a byte is read', async () => {
  let hasRead = false;
  async function* body() {
    hasRead = true;
    yield Buffer.from('abcd');
  }
  const error = await start({ freeDiskBytes: async () => 600 * 1024 * 1024 })
    .receive(body(), 200 * 1024 * 1024)
    .catch((caught: unknown) => caught);
  expect(AppError.is(error, 'storage.full')).toBe(true);
  expect(hasRead).toBe(false);
});

test('a disk that fills up while the file comes is said to be full', async () => {
  async function* filling() {
    yield Buffer.from('abc');
    throw Object.assign(new Error('write'), { code: 'ENOSPC' });
  }
  const error = await start()
    .receive(filling(), 10)
    .catch((caught: unknown) => caught);
  expect(AppError.is(error, 'storage.full')).toBe(true);
  expect(left()).toEqual([]);
});

test('what an earlier run left is removed when asked', () => {
  mkdirSync(join(dataFolder, 'uploads', 'folder'), { recursive: true });
  writeFileSync(join(dataFolder, 'uploads', 'old.part'), 'x');
  const exchange = start();
  expect(left()).toHaveLength(2);
  exchange.removeAbandoned();
  expect(left()).toEqual([]);
});

test('a path is used where it lies', async () => {
  const path = join(dataFolder, 'mine.gguf');
  writeFileSync(path, 'x');
  const taken = await start().take({ kind: 'path', path, name: 'other' });
  expect(taken).toEqual({ path, name: 'mine.gguf', isOurs: false });
  expect(existsSync(path)).toBe(true);
});

test.each(['/no/such/file.gguf', 'relative.gguf', tmpdir()])(
  '%s is no file to use',
  async (path) => {
    const error = await start()
      .take({ kind: 'path', path, name: 'n' })
      .catch((caught: unknown) => caught);
    expect(AppError.is(error, 'file.not-found')).toBe(true);
  },
);
