/** Runs named gates one after another, all of them even when one fails, and says how each went. */
import { spawn } from 'node:child_process';
import { duration } from '../setup/say.mjs';

/** Lines of a failed gate's output that are shown. */
const SHOWN_LINES = 80;

/**
 * @typedef {object} Outcome
 * @property {boolean} passed
 * @property {string} output shown only when it failed
 */

/**
 * @typedef {object} Gate
 * @property {string} name
 * @property {() => Promise<Outcome>} run
 */

/**
 * Runs every gate in order.
 * @param {readonly Gate[]} gates
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runGates(gates) {
  const failed = [];
  for (const gate of gates) {
    const startedMs = Date.now();
    const outcome = await gate.run().catch(crashed);
    const time = duration(Date.now() - startedMs).padStart(12);
    process.stdout.write(
      `${outcome.passed ? '  ok  ' : ' FAIL '} ${gate.name.padEnd(44)}${time}\n`,
    );
    if (outcome.passed) continue;
    failed.push(gate.name);
    const lines = outcome.output.trimEnd().split('\n');
    process.stdout.write(
      `${lines
        .slice(-SHOWN_LINES)
        .map((line) => `      ${line}`)
        .join('\n')}\n`,
    );
  }
  if (failed.length > 0) process.stdout.write(`\nFailed: ${failed.join(', ')}\n`);
  return { passed: gates.length - failed.length, failed: failed.length };
}

/**
 * A gate that could not even run has failed.
 * @param {unknown} error
 * @returns {Outcome}
 */
function crashed(error) {
  return { passed: false, output: String((error instanceof Error && error.stack) || error) };
}

/**
 * A gate that is a program: exit status 0 passes.
 * @param {string} name
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Gate}
 */
export function programGate(name, program, args, options) {
  return { name, run: () => programOutcome(program, args, options) };
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<Outcome>}
 */
export function programOutcome(program, args, options) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => {
        output += chunk;
      });
    }
    child.once('error', (error) =>
      resolve({ passed: false, output: `${program}: ${error.message}` }),
    );
    child.once('close', (code) => resolve({ passed: code === 0, output }));
  });
}
