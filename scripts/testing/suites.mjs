/** The suites of `npm test`, in the order in which they run. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeTestCounts, playwrightCounts, vitestCounts } from './counts.mjs';

/** @typedef {import('./run-suite.mjs').Suite} Suite */

/**
 * Unit tests, native specs, end-to-end specs.
 * @param {string} root the clone
 * @param {NodeJS.ProcessEnv} env
 * @returns {Suite[]}
 */
export function suites(root, env) {
  return [unitSuite(root, env), nativeSuite(root, env), endToEndSuite(root, env, [])];
}

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {Suite}
 */
function unitSuite(root, env) {
  const report = reportPath(root, 'unit.json');
  return {
    name: 'unit tests',
    args: [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--reporter=dot',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    env,
    cwd: root,
    report,
    count: vitestCounts,
  };
}

/**
 * One file at a time and one thread: they measure and kill real engines.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly string[]} [names] only files whose path holds one of these; all of them when empty
 * @returns {Suite & { files: readonly string[] }}
 */
export function nativeSuite(root, env, names = []) {
  const files = specFiles(root, ['native/addon/test', 'native/engine']).filter(
    (path) => names.length === 0 || names.some((name) => path.includes(name)),
  );
  return {
    name: 'native specs',
    files,
    args: ['--test', '--test-concurrency=1', '--test-reporter=spec', ...files],
    env: { ...env, PARLEY_ENGINE_THREADS: '1' },
    cwd: root,
    count: nodeTestCounts,
  };
}

/**
 * The real app in a real browser.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly string[]} files only these; all of them when empty
 * @returns {Suite}
 */
export function endToEndSuite(root, env, files) {
  const report = reportPath(root, 'e2e.json');
  return {
    name: 'end-to-end specs',
    args: [join(root, 'node_modules', '@playwright', 'test', 'cli.js'), 'test', ...files],
    env: { ...env, PARLEY_E2E_REPORT: report },
    cwd: root,
    report,
    count: playwrightCounts,
  };
}

/**
 * @param {string} root
 * @param {readonly string[]} folders
 */
function specFiles(root, folders) {
  return folders
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .sort()
        .map((name) => join(folder, name)),
    )
    .filter((path) => path.endsWith('.spec.ts'));
}

/**
 * @param {string} root
 * @param {string} name
 */
function reportPath(root, name) {
  const folder = join(root, 'test-results', 'reports');
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
}
