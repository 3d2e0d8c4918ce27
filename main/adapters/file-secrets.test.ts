import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileSecrets } from './file-secrets.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-secrets-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
const folder = () => join(root, 'secrets');

test('a key is 32 bytes, the same ever after, and another one for another name', async () => {
  const key = await fileSecrets(folder()).key('cache');
  expect(key).toHaveLength(32);
  expect(await fileSecrets(folder()).key('cache')).toEqual(key);
  expect(await fileSecrets(folder()).key('other')).not.toEqual(key);
  expect(await fileSecrets(join(root, 'elsewhere')).key('cache')).not.toEqual(key);
});

test('two who ask at once get the same key', async () => {
  const secrets = fileSecrets(folder());
  const [left, right] = await Promise.all([secrets.key('cache'), secrets.key('cache')]);
  expect(left).toEqual(right);
});

test.skipIf(process.platform === 'win32')('only the person can read it', async () => {
  await fileSecrets(folder()).key('cache');
  expect(statSync(folder()).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder(), 'cache.key')).mode & 0o777).toBe(0o600);
});

test.each([
  ['cut short', (file: Buffer) => file.subarray(0, 20)],
  ['empty', () => Buffer.alloc(0)],
  [
    'of a kind that is not known',
    (file: Buffer) => Buffer.concat([Buffer.of(9), file.subarray(1)]),
  ],
])('a file that is %s gives a new key, which is kept', async (_name, broken) => {
  const key = await fileSecrets(folder()).key('cache');
  const path = join(folder(), 'cache.key');
  writeFileSync(path, broken(readFileSync(path)));
  const next = await fileSecrets(folder()).key('cache');
  expect(next).not.toEqual(key);
  expect(await fileSecrets(folder()).key('cache')).toEqual(next);
});

test('a key that could not be kept is refused, and made when it can', async () => {
  writeFileSync(folder(), 'a file in the way');
  const secrets = fileSecrets(folder());
  await expect(secrets.key('cache')).rejects.toThrow();
  rmSync(folder());
  expect(await secrets.key('cache')).toHaveLength(32);
  chmodSync(folder(), 0o700);
});
