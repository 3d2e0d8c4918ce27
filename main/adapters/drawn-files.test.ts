import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawnFiles } from './drawn-files.ts';
import { traversalPaths } from './traversal-paths.fixture.ts';

const hash = 'ab'.repeat(32);
const name = `${hash}-1-256.png`;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-drawn-'));
  mkdirSync(join(folder, 'drawn', 'folder'), { recursive: true });
  writeFileSync(join(folder, 'drawn', name), 'a picture');
  writeFileSync(join(folder, 'drawn', 'other.png'), 'not ours');
  writeFileSync(join(folder, 'parley.sqlite'), 'secret');
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (path: string) => drawnFiles(folder).read(path);

test('gives a drawn picture by its name', async () => {
  expect(String(await read(`/drawn/${name}`))).toBe(String(Buffer.from('a picture')));
  expect(await read(`/drawn/${'cd'.repeat(32)}-1-256.png`)).toBeUndefined();
});

test.each([
  '/drawn/',
  '/drawn/other.png',
  `/drawn/${name.toUpperCase()}`,
  `/drawn/${name}/`,
  `/drawn/${name}%00`,
  `/drawn/${name}\0.png`,
  `/drawn/${name}\n`,
  `/drawn//${name}`,
  `/drawn/./${name}`,
  `/drawn/folder/../${name}`,
  `/drawn/..%2fparley.sqlite`,
  `/drawn/../parley.sqlite`,
  `/drawn/${hash}-1-256.png.part`,
  `/drawn/${hash}--1-256.png`,
  `/drawn/${hash}-1-256.svg`,
  `/drawn/${hash}-99999999-256.png`,
  `/DRAWN/${name}`,
  `drawn/${name}`,
  name,
])('opens nothing for %j', async (path) => {
  expect(await read(path)).toBeUndefined();
});

test('opens nothing for any traversal below its own path', async () => {
  for (const path of traversalPaths) {
    expect(await read(`/drawn/${path}`), path).toBeUndefined();
    const behind = `/drawn/${name}${path}`;
    if (path !== '') expect(await read(behind), behind).toBeUndefined();
  }
});

test.skipIf(process.platform === 'win32')(
  'follows no link, even one with a right name',
  async () => {
    const linked = `${'ef'.repeat(32)}-1-256.png`;
    symlinkSync(join(folder, 'parley.sqlite'), join(folder, 'drawn', linked));
    expect(await read(`/drawn/${linked}`)).toBeUndefined();
    const folderName = `${'aa'.repeat(32)}-1-256.png`;
    mkdirSync(join(folder, 'drawn', folderName));
    expect(await read(`/drawn/${folderName}`)).toBeUndefined();
  },
);
