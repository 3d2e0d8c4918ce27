import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashFiles, hashPieces } from './hash.mjs';

const folderWith = (files: Record<string, string>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-hash-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
};

describe('hashes of inputs', () => {
  it('do not depend on the order in which pieces are named', () => {
    expect(hashPieces({ a: '1', b: '2' })).toBe(hashPieces({ b: '2', a: '1' }));
  });

  it('differ when text moves from one piece to the next', () => {
    expect(hashPieces({ a: '12', b: '' })).not.toBe(hashPieces({ a: '1', b: '2' }));
  });

  it('are the same for two clones with the same files', () => {
    const files = { 'main/a.ts': 'a', 'main/deep/b.ts': 'b' };
    expect(hashFiles(folderWith(files), ['main'])).toBe(hashFiles(folderWith(files), ['main']));
  });

  it('change with the bytes of a file, its name, and with a file that is added', () => {
    const hash = (files: Record<string, string>): string => hashFiles(folderWith(files), ['main']);
    const hashes = [
      hash({ 'main/a.ts': 'a' }),
      hash({ 'main/a.ts': 'b' }),
      hash({ 'main/b.ts': 'a' }),
      hash({ 'main/a.ts': 'a', 'main/b.ts': '' }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('leave out what the caller does not keep, and what is not there', () => {
    const plain = folderWith({ 'main/a.ts': 'a' });
    const tested = folderWith({ 'main/a.ts': 'a', 'main/a.test.ts': 't' });
    const keep = (path: string): boolean => !path.endsWith('.test.ts');
    expect(hashFiles(tested, ['main', 'absent'], keep)).toBe(hashFiles(plain, ['main'], keep));
  });
});
