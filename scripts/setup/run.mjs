/** Starting other programs from the set-up scripts. */
import { spawn, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {(line: string) => void} [onLine] every line of stdout and stderr as it comes
 */

/**
 * @typedef {object} RunResult
 * @property {number} code exit status; 127 when the program could not be started, 128 after a signal
 * @property {string} output stdout and stderr together, its last 200,000 characters
 */

/** Programs that run now; they must not outlive the script. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
const ENDINGS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** Ends every running program with all it started. */
function endRunning() {
  for (const child of running) endGroup(child);
}

/** What a signal does while a program runs; `exit` handlers end the program. */
function endScript() {
  process.exit(130);
}

/** @param {import('node:child_process').ChildProcess} child */
function endGroup(child) {
  if (process.platform === 'win32' || child.pid === undefined) {
    child.kill();
    return;
  }
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch {
    // It ended by itself in this moment.
  }
}

/** @param {import('node:child_process').ChildProcess} child */
function watch(child) {
  if (running.size === 0) {
    // Also after an error of ours, such as a terminal that went away.
    process.on('exit', endRunning);
    for (const signal of ENDINGS) process.on(signal, endScript);
  }
  running.add(child);
}

/** @param {import('node:child_process').ChildProcess} child */
function unwatch(child) {
  running.delete(child);
  if (running.size > 0) return;
  process.off('exit', endRunning);
  for (const signal of ENDINGS) process.off(signal, endScript);
}

/**
 * Runs a program to its end and collects what it says. When this script is told to end meanwhile, the
 * program and all it started end too: a compiler must not go on in a folder whose lock is gone.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that it can be ended as a whole.
      detached: process.platform !== 'win32',
      // Windows starts .cmd files only through a shell.
      shell: process.platform === 'win32' && /\.(cmd|bat)$/i.test(program),
    });
    watch(child);
    let output = '';
    /** @param {NodeJS.ReadableStream} stream */
    const collect = (stream) => {
      let rest = '';
      stream.setEncoding('utf8');
      stream.on('data', (/** @type {string} */ chunk) => {
        output = (output + chunk).slice(-200_000);
        const lines = (rest + chunk).split(/\r?\n/);
        rest = lines.pop() ?? '';
        for (const line of lines) options.onLine?.(line);
      });
      stream.on('end', () => {
        if (rest) options.onLine?.(rest);
      });
    };
    collect(child.stdout);
    collect(child.stderr);
    /** @param {RunResult} result */
    const end = (result) => {
      unwatch(child);
      resolve(result);
    };
    child.on('error', (error) => end({ code: 127, output: `${output}${error.message}` }));
    child.on('close', (code) => end({ code: code ?? 128, output }));
  });
}

/**
 * First line that `program args…` prints, or '' when it is not there.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
export function firstLine(program, args, env = process.env) {
  const result = spawnSync(program, args, { env, encoding: 'utf8', windowsHide: true });
  return `${result.stdout ?? ''}${result.stderr ?? ''}`.split(/\r?\n/)[0]?.trim() ?? '';
}

/**
 * Full path of a program on `env.PATH`, or undefined.
 * @param {string} name without extension
 * @param {NodeJS.ProcessEnv} [env]
 * @param {NodeJS.Platform} [platform]
 */
export function findOnPath(name, env = process.env, platform = process.platform) {
  const names = platform === 'win32' ? [`${name}.exe`, `${name}.cmd`, `${name}.bat`] : [name];
  // Windows spells it Path; Node's own process.env hides that, a copy of it does not.
  const path = env['PATH'] ?? env['Path'] ?? '';
  for (const folder of path.split(delimiter)) {
    for (const file of names) {
      const full = join(folder, file);
      if (folder && isProgram(full, platform)) return full;
    }
  }
  return undefined;
}

/**
 * @param {string} path
 * @param {NodeJS.Platform} platform
 */
function isProgram(path, platform) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && (platform === 'win32' || (stat.mode & 0o111) !== 0);
}
