/** Runs the app as a child that gets every signal once and whose end is ours. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** Options that name a file: relative to where the person typed, not to the clone. */
const PATH_OPTIONS = ['--model', '--mmproj'];

/**
 * The person's arguments with their file paths made absolute.
 * @param {readonly string[]} args
 * @param {string} typedIn folder the person was in
 */
export function absolutePaths(args, typedIn) {
  return args.map((arg, index) => {
    if (PATH_OPTIONS.includes(args[index - 1] ?? '')) return resolve(typedIn, arg);
    const [name = '', ...value] = arg.split('=');
    return PATH_OPTIONS.includes(name) && value.length > 0
      ? `${name}=${resolve(typedIn, value.join('='))}`
      : arg;
  });
}

/**
 * Runs `program` until it ends. Ctrl-C, a hang-up and a polite kill are passed on and count as a good end.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>} exit code
 */
export function runShell(program, args, options) {
  return new Promise((settle) => {
    const child = spawn(program, args, {
      ...options,
      stdio: ['ignore', 'inherit', 'inherit'],
      // A group of its own: a terminal's Ctrl-C would else reach it twice, once from us.
      detached: process.platform !== 'win32',
    });
    let wasAskedToEnd = false;
    /** @param {NodeJS.Signals} signal */
    const passOn = (signal) => {
      wasAskedToEnd = true;
      if (process.platform !== 'win32') child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
    };
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
    for (const signal of signals) process.on(signal, passOn);
    /** @param {number} code */
    const end = (code) => {
      for (const signal of signals) process.off(signal, passOn);
      settle(code);
    };
    child.once('error', () => end(127));
    child.once('exit', (code, signal) => {
      const endedBySignal = signal !== null;
      if (wasAskedToEnd && (endedBySignal || code === 0)) end(0);
      else end(code ?? 1);
    });
  });
}
