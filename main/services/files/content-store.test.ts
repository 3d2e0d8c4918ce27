import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ContentStore, mostFileBytes } from './content-store.ts';

let folder: string;
let path: string;
let store: ContentStore;
let freeBytes: number;
/** Called while a file is being copied: each copy asks for one id, before it begins. */
let whileCopying: () => void;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-content-'));
  path = join(folder, 'theirs.txt');
  freeBytes = 1e12;
  whileCopying = () => {};
  let lastId = 0;
  store = new ContentStore({
    dataFolder: folder,
    ids: {
      next: () => {
        lastId += 1;
        whileCopying();
        return `id-${lastId}`;
      },
    },
    machine: { freeDiskBytes: async () => freeBytes },
  });
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (isOurs = false) => ({ path, name: 'theirs.txt', isOurs });
const hashOf = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
const kept = () => readdirSync(join(folder, 'files'), { recursive: true }).map(String).sort();

test('keeps a file under its hash, readable by its person alone, and the file where it was', async () => {
  const bytes = Buffer.alloc(1_000_000, 'heron ');
  writeFileSync(path, bytes);
  const { contentHash, fileBytes } = await store.keep(file());
  expect([contentHash, fileBytes]).toEqual([hashOf(bytes), bytes.length]);
  expect(readFileSync(store.pathOf(contentHash)).equals(bytes)).toBe(true);
  if (process.platform !== 'win32') {
    expect(statSync(store.pathOf(contentHash)).mode & 0o777).toBe(0o600);
  }
  expect(existsSync(path)).toBe(true);
  expect(kept()).toEqual(
    [contentHash.slice(0, 2), join(contentHash.slice(0, 2), contentHash), 'incoming'].sort(),
  );
});

test('removes a file that was sent to us, kept or not', async () => {
  writeFileSync(path, 'sent');
  await store.keep(file(true));
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, 'sent');
  freeBytes = 0;
  await expect(store.keep(file(true))).rejects.toMatchObject({ code: 'storage.full' });
  expect(existsSync(path)).toBe(false);
});

test('an empty file is a file', async () => {
  writeFileSync(path, '');
  expect(await store.keep(file())).toEqual({ contentHash: hashOf(''), fileBytes: 0 });
});

test('repairs a kept copy that lost its end', async () => {
  writeFileSync(path, 'the whole of it');
  const { contentHash } = await store.keep(file());
  truncateSync(store.pathOf(contentHash), 3);
  await store.keep(file());
  expect(readFileSync(store.pathOf(contentHash), 'utf8')).toBe('the whole of it');
});

/** Changes the file in the midst of the copying, as often as said. */
function changeTimes(times: number): void {
  writeFileSync(path, Buffer.alloc(4_000_000, 'a'));
  let left = times;
  whileCopying = () => {
    left -= 1;
    if (left >= 0) whenCopyGrows(() => appendFileSync(path, 'more'));
  };
}

/** Calls once the copy that begins now has its first bytes: the file was opened before that. */
function whenCopyGrows(then: () => void): void {
  const incoming = join(folder, 'files', 'incoming');
  const look = (): void => {
    const isGrowing = readdirSync(incoming).some((name) => statSync(join(incoming, name)).size > 0);
    if (isGrowing) then();
    else setImmediate(look);
  };
  setImmediate(look);
}

test('a file that changes while it is read is read once more, whole', async () => {
  changeTimes(1);
  const { contentHash, fileBytes } = await store.keep(file());
  expect(fileBytes).toBe(4_000_004);
  expect(contentHash).toBe(hashOf(readFileSync(path)));
});

test('a file that changes each time is refused, and nothing of it stays', async () => {
  changeTimes(2);
  await expect(store.keep(file())).rejects.toMatchObject({
    ...{ code: 'file.changing', data: { name: 'theirs.txt' } },
  });
  expect(kept()).toEqual(['incoming']);
});

test('refuses what is no file, is not there, or is too large, before a byte is read', async () => {
  await expect(store.keep(file())).rejects.toMatchObject({ code: 'file.not-found' });
  mkdirSync(path);
  await expect(store.keep(file())).rejects.toMatchObject({ code: 'file.not-found' });
  rmSync(path, { recursive: true });
  writeFileSync(path, '');
  truncateSync(path, mostFileBytes + 1);
  await expect(store.keep(file())).rejects.toMatchObject({
    ...{ code: 'document.too-large', data: { limit: 'bytes', found: mostFileBytes + 1 } },
  });
});

test('a cancel leaves nothing', async () => {
  writeFileSync(path, Buffer.alloc(4_000_000));
  const abort = new AbortController();
  whileCopying = () => setImmediate(() => abort.abort());
  await expect(store.keep(file(), abort.signal)).rejects.toMatchObject({ name: 'AbortError' });
  expect(kept()).toEqual(['incoming']);
});

test('collects what nobody wants, and what came half', async () => {
  writeFileSync(path, 'wanted');
  const wanted = await store.keep(file());
  writeFileSync(path, 'not wanted');
  await store.keep(file());
  writeFileSync(join(folder, 'files', 'incoming', 'half'), 'half');
  writeFileSync(join(folder, 'files', wanted.contentHash.slice(0, 2), 'stray'), 'stray');
  expect(await store.collectGarbage((hash) => hash === wanted.contentHash)).toBe(2);
  expect(kept().filter((name) => name.length > 2)).toEqual([
    join(wanted.contentHash.slice(0, 2), wanted.contentHash),
  ]);
});

test('gives no path for what is no hash', () => {
  for (const name of ['', '..', '../../etc/passwd', 'AB'.repeat(32), `${'ab'.repeat(32)}/x`]) {
    expect(() => store.pathOf(name)).toThrow('not a content hash');
  }
});
