/** The npm packages of the lockfile, installed once. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashPieces, readStamp, writeStamp } from './hash.mjs';
import { NPM_MAJOR } from './pins.mjs';
import { requireFreeDisk } from './platform.mjs';
import { findOnPath, run } from './run.mjs';
import { announce, note, SetupError } from './say.mjs';

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockEntry
 * @typedef {{ packages?: Record<string, LockEntry> }} Lockfile
 */

/**
 * Installs what the lockfile names, unless it is there already.
 * @param {string} root the clone
 * @param {NodeJS.ProcessEnv} [env]
 * @throws SetupError
 */
export async function requireNpmPackages(root, env = process.env) {
  const stampPath = join(root, 'node_modules', '.parley-stamp');
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = hashPieces({ lockText, target: `${process.platform}-${process.arch}` });
  if (readStamp(stampPath) === stamp) return;
  if (!isInstalled(root, lockText)) await install(root, env);
  writeStamp(stampPath, stamp);
}

/**
 * True when node_modules already holds every package at the lockfile's version, as npm's own record says:
 * then a person installed them by hand, and doing it again would only cost minutes.
 * @param {string} root
 * @param {string} lockText
 */
export function isInstalled(root, lockText) {
  const recordPath = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(recordPath)) return false;
  const wanted = /** @type {Lockfile} */ (JSON.parse(lockText)).packages ?? {};
  const record =
    /** @type {Lockfile} */ (JSON.parse(readFileSync(recordPath, 'utf8'))).packages ?? {};
  return Object.entries(wanted).every(([path, entry]) => {
    const installed = record[path];
    if (path === '' || entry.link) return true;
    // Packages for other processors are in the lockfile and rightly absent.
    if (!installed) return entry.optional === true;
    return installed.version === entry.version && existsSync(join(root, path));
  });
}

/**
 * How to call an npm that understands our lockfile: this machine's, or a newer one through its npx.
 * @param {string} versionText what `npm --version` prints
 * @param {string} npm path of npm
 * @param {string} npx path of npx
 * @returns {{ program: string, args: string[] }}
 */
export function npmCommand(versionText, npm, npx) {
  const major = Number.parseInt(versionText, 10);
  if (major >= NPM_MAJOR) return { program: npm, args: [] };
  return { program: npx, args: ['--yes', `npm@${NPM_MAJOR}`] };
}

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
async function install(root, env) {
  const npm = findOnPath('npm', env);
  if (!npm) {
    throw new SetupError(
      'npm is not on the path.',
      'install Node 24 with npm from https://nodejs.org',
    );
  }
  requireFreeDisk(root);
  announce('Installing the npm packages of the lockfile', '1 to 3 minutes, about 900 MB on disk');
  const version = (await run(npm, ['--version'], { env })).output.trim();
  const command = npmCommand(
    version,
    npm,
    findOnPath('npx', env) ?? npm.replace(/npm(\.cmd)?$/, 'npx$1'),
  );
  // No package may run code while it is installed: those we ship bring their prebuilt files.
  const args = [
    ...command.args,
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const result = await run(command.program, args, { cwd: root, env });
  if (result.code !== 0) throw npmFailure(result.output, args);
}

/**
 * The sentence for an npm that failed, from what it printed.
 * @param {string} output
 * @param {readonly string[]} args
 */
export function npmFailure(output, args) {
  const isOffline =
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/.test(
      output,
    );
  if (isOffline) {
    return new SetupError(
      'npm could not reach the package registry: there seems to be no network.',
      'connect this computer to the internet and run this again',
    );
  }
  if (/ENOSPC/.test(output)) {
    return new SetupError('The disk is full.', 'free some space and run this again');
  }
  if (/EINTEGRITY/.test(output)) {
    return new SetupError(
      'A downloaded npm package does not have the hash that the lockfile pins; nothing of it was used.',
      'npm cache clean --force, then run this again',
    );
  }
  note(output.trim().split('\n').slice(-6).join('\n  '));
  return new SetupError(
    'npm could not install the packages.',
    `npx --yes npm@${NPM_MAJOR} ${args.at(args.indexOf('ci'))}`,
  );
}
