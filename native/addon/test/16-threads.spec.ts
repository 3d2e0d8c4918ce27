import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const source = (path: string): string => join(import.meta.dirname, '..', path);
const compiler = process.env['CXX'] ?? 'c++';
const hasCompiler = spawnSync(compiler, ['--version']).status === 0;

test('threads are dropped while another program holds their cores, and come back', {
  skip: !hasCompiler,
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-threads-'));
  const program = join(folder, 'thread-governor-test');
  const sources = [source('test/thread-governor-test.cpp'), source('src/thread-governor.cpp')];
  const args = ['-std=c++17', '-Wall', '-Wextra', '-Werror', '-I', source('src'), ...sources];
  const compiled = spawnSync(compiler, [...args, '-o', program], { encoding: 'utf8' });
  assert.equal(compiled.status, 0, compiled.stderr);
  const ended = spawnSync(program, { encoding: 'utf8' });
  assert.equal(ended.status, 0, ended.stdout);
  assert.equal(ended.stdout.match(/^ok /gm)?.length, 13, ended.stdout);
  rmSync(folder, { recursive: true });
});
