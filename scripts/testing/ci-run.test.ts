import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const CI_RUN = fileURLToPath(new URL('../../.ci/run', import.meta.url));

/** Runs .ci/run in a clone whose `npm` does what `body` says. */
const ciRun = (body: string): { status: number | null; lastLine: string | undefined } => {
  const clone = mkdtempSync(join(tmpdir(), 'parley-ci-'));
  for (const folder of ['.ci', 'bin']) mkdirSync(join(clone, folder));
  copyFileSync(CI_RUN, join(clone, '.ci', 'run'));
  writeFileSync(join(clone, 'bin', 'npm'), `#!/bin/sh\n${body}\n`);
  chmodSync(join(clone, 'bin', 'npm'), 0o755);
  const { status, stdout } = spawnSync('bash', [join(clone, '.ci', 'run')], {
    cwd: '/',
    encoding: 'utf8',
    env: { PATH: `${join(clone, 'bin')}:/usr/bin:/bin`, HOME: clone },
  });
  return { status, lastLine: stdout.trimEnd().split('\n').at(-1) };
};

it('ends with the summary of npm test and its success', () => {
  expect(ciRun('echo "checks: 3 passed, 0 failed in 2 s"; echo "412 passed, 0 failed"')).toEqual({
    status: 0,
    lastLine: '412 passed, 0 failed',
  });
});

it('ends with the summary and a failure, whatever npm says after it', () => {
  expect(ciRun('echo "410 passed, 2 failed"; echo "npm error code 1" >&2; exit 1')).toEqual({
    status: 1,
    lastLine: '410 passed, 2 failed',
  });
});

it('ends with one failure when no summary came', () => {
  expect(ciRun('echo broken; exit 7')).toEqual({ status: 7, lastLine: '0 passed, 1 failed' });
});
