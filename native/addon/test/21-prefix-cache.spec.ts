import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';

/**
 * The store of computed prefixes knows neither Node nor llama.cpp, so its tests are a C++ program. It is built here,
 * and each of its tests is a test of this file.
 */
const here = fileURLToPath(new URL('.', import.meta.url));
const folder = join(here, '..', '..', '..', 'test-results', 'native-tests');

function run(program: string, args: readonly string[]): string {
  const { stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`;
}

// It forks and limits its own files, for which Windows has no like; the same code is built there.
const skip = process.platform === 'win32' ? 'needs fork' : false;

if (skip) {
  it('keeps computed prefixes', { skip });
} else {
  mkdirSync(folder, { recursive: true });
  const configured = run('cmake', ['-S', here, '-B', folder, '-G', 'Ninja']);
  const built = run('cmake', ['--build', folder, '--target', 'prefix-cache-test']);
  const output = run(join(folder, 'prefix-cache-test'), []);
  const lines = output.split('\n').filter((line) => /^(not )?ok /.test(line));

  it('builds and runs to its end', () => {
    assert.match(output, /^finished$/m, `${configured}\n${built}\n${output}`);
  });
  for (const line of lines) {
    it(line.replace(/^(not )?ok /, ''), () => assert.ok(line.startsWith('ok '), line));
  }
}
