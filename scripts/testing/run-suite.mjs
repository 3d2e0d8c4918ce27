/** Runs one test runner, shows what it prints, and counts. */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { duration } from '../setup/say.mjs';
import { withExitCode } from './counts.mjs';

/** @typedef {import('./counts.mjs').Counts} Counts */

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {readonly string[]} args for the project's Node
 * @property {NodeJS.ProcessEnv} env
 * @property {string} cwd
 * @property {string} [report] file that the runner writes and `count` reads; else `count` reads its output
 * @property {(text: string) => Counts} count
 */

/**
 * Runs a suite to its end.
 * @param {string} nodePath
 * @param {Suite} suite
 * @returns {Promise<Counts>}
 */
export async function runSuite(nodePath, suite) {
  process.stdout.write(`\n${suite.name}\n`);
  const startedMs = Date.now();
  // An old report must not be counted for a runner that died before it wrote one.
  if (suite.report) rmSync(suite.report, { force: true });
  const { exitCode, output } = await runShown(nodePath, suite);
  const counts = withExitCode(readCounts(suite, output), exitCode);
  const time = duration(Date.now() - startedMs);
  process.stdout.write(
    `${suite.name}: ${counts.passed} passed, ${counts.failed} failed in ${time}\n`,
  );
  return counts;
}

/**
 * @param {Suite} suite
 * @param {string} output
 * @returns {Counts}
 */
function readCounts(suite, output) {
  try {
    return suite.count(suite.report ? readFileSync(suite.report, 'utf8') : output);
  } catch (error) {
    process.stdout.write(`No report of ${suite.name}: ${String(error)}\n`);
    return { passed: 0, failed: 0 };
  }
}

/**
 * @param {string} nodePath
 * @param {Suite} suite
 * @returns {Promise<{ exitCode: number, output: string }>}
 */
function runShown(nodePath, { args, env, cwd }) {
  return new Promise((resolve) => {
    const child = spawn(nodePath, args, { env, cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      process.stdout.write(chunk);
      output += chunk;
    });
    child.once('error', (error) => resolve({ exitCode: 127, output: error.message }));
    child.once('close', (code) => resolve({ exitCode: code ?? 128, output }));
  });
}
