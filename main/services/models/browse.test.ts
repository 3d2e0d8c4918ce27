import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { browseFolder } from './browse.ts';

let root: string;
let home: string;
const browse = (folder: string | null) => browseFolder(folder, home);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'parley-browse-'));
  home = join(root, 'home');
  await mkdir(home);
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('begins at home and shows folders, then GGUF files, nothing hidden', async () => {
  for (const name of ['b10.gguf', 'b9.GGUF', 'notes.txt', '.hidden.gguf']) {
    await writeFile(join(home, name), '12345');
  }
  await mkdir(join(home, 'z-models'));
  await mkdir(join(home, 'Downloads'));
  const found = await browse(null);
  expect(found.folder).toBe(home);
  expect(found.parentFolder).toBe(root);
  expect(found.entries.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
    ...['folder Downloads', 'folder z-models', 'model b9.GGUF', 'model b10.gguf'],
  ]);
  expect(found.entries.at(-1)?.fileBytes).toBe(5);
  const places = found.places.map(({ path }) => path);
  expect(places).toEqual(expect.arrayContaining([home, join(home, 'Downloads')]));
});

it('goes down, and has no parent at the top', async () => {
  expect((await browse(root)).entries.map(({ name }) => name)).toEqual(['home']);
  expect((await browse('/')).parentFolder).toBeNull();
});

it('refuses what is no folder', async () => {
  const file = join(home, 'a.gguf');
  await writeFile(file, '');
  for (const folder of [file, join(root, 'nothing')]) {
    const refusal = { code: 'file.not-found', data: { name: folder } };
    await expect(browse(folder)).rejects.toMatchObject(refusal);
  }
});
