import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  lineCounts,
  nodeTestCounts,
  playwrightCounts,
  sumCounts,
  vitestCounts,
  withExitCode,
} from './counts.mjs';
import { runSuite } from './run-suite.mjs';

describe('counting', () => {
  it('Vitest: passed and failed tests, and files that could not be loaded', () => {
    const report = {
      numPassedTests: 7,
      numFailedTests: 1,
      testResults: [
        { status: 'passed', assertionResults: [{}] },
        { status: 'failed', assertionResults: [{}] },
        { status: 'failed', assertionResults: [] },
      ],
    };
    expect(vitestCounts(JSON.stringify(report))).toEqual({ passed: 7, failed: 2 });
  });

  it('node --test: what the real runner prints, with both of its reporters', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'parley-counts-')), 'a.spec.mjs');
    writeFileSync(
      file,
      `import test from 'node:test';
       test('one', () => {}); test('two', () => {}); test('three', () => { throw new Error('no'); });`,
    );
    for (const reporter of ['spec', 'tap']) {
      // The outer runner's marker would make the inner one report to it instead.
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const args = ['--test', `--test-reporter=${reporter}`, file];
      const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
      expect(nodeTestCounts(stdout)).toEqual({ passed: 2, failed: 1 });
    }
  });

  it('Playwright: a flaky test and an error outside of tests are failures', () => {
    const stats = { expected: 9, unexpected: 1, flaky: 1, skipped: 2 };
    expect(playwrightCounts(JSON.stringify({ stats, errors: [{}] }))).toEqual({
      passed: 9,
      failed: 3,
    });
    expect(
      playwrightCounts(JSON.stringify({ stats: { ...stats, unexpected: 0, flaky: 0 } })),
    ).toEqual({
      passed: 9,
      failed: 0,
    });
  });

  it('a program of ours: its last closing line', () => {
    expect(lineCounts('3 passed, 0 failed\nmore\n1000 passed, 2 failed\n')).toEqual({
      passed: 1000,
      failed: 2,
    });
    expect(lineCounts('killed')).toEqual({ passed: 0, failed: 0 });
  });

  it('sums', () => {
    expect(
      sumCounts([
        { passed: 1, failed: 2 },
        { passed: 3, failed: 0 },
      ]),
    ).toEqual({ passed: 4, failed: 2 });
  });
});

describe('a suite that does not say what is wrong', () => {
  it('is one failure when it ends badly, or when it found no test', () => {
    expect(withExitCode({ passed: 5, failed: 0 }, 1)).toEqual({ passed: 5, failed: 1 });
    expect(withExitCode({ passed: 0, failed: 0 }, 0)).toEqual({ passed: 0, failed: 1 });
    expect(withExitCode({ passed: 5, failed: 0 }, 0)).toEqual({ passed: 5, failed: 0 });
    expect(withExitCode({ passed: 5, failed: 3 }, 1)).toEqual({ passed: 5, failed: 3 });
  });

  it('is one failure when it dies before its report, even where an old report lies', async () => {
    const report = join(mkdtempSync(join(tmpdir(), 'parley-counts-')), 'report.json');
    writeFileSync(report, JSON.stringify({ stats: { expected: 9, unexpected: 0, flaky: 0 } }));
    const counts = await runSuite(process.execPath, {
      name: 'dying',
      args: ['-e', 'process.exit(1)'],
      env: process.env,
      cwd: '.',
      report,
      count: playwrightCounts,
    });
    expect(counts).toEqual({ passed: 0, failed: 1 });
  });
});
