/** Electron's binary: not in its npm package, so it comes later, or never on networks that hold it back. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { filesUnder, readStamp, writeStamp } from './hash.mjs';
import { isAlive } from './lock.mjs';
import { announce, note } from './say.mjs';

/** The first start gives up after this long without a byte. */
const SILENCE_MS = 20_000;
const POLL_MS = 250;

/**
 * @typedef {object} Places
 * @property {string} root the clone
 * @property {string} cache
 * @property {string} nodePath the project's Node
 * @property {NodeJS.ProcessEnv} env
 */

/**
 * Path of Electron's program once it is whole, or undefined.
 * @param {string} root the clone
 */
export function electronProgram(root) {
  const folder = join(root, 'node_modules', 'electron');
  try {
    // The installer writes path.txt last.
    const program = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8').trim());
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Which window this start opens, and what is done about Electron's binary.
 * @param {object} facts
 * @param {boolean} facts.isHeadless the person asked for no window
 * @param {boolean} facts.isRoot
 * @param {boolean} facts.hasDisplay
 * @param {boolean} facts.isThere Electron's binary
 * @param {boolean} facts.wasTried an earlier start asked for it
 * @returns {{ window: 'electron' | 'browser', fetch: 'no' | 'wait' | 'background', why: string }}
 */
export function chooseWindow({ isHeadless, isRoot, hasDisplay, isThere, wasTried }) {
  if (isHeadless) {
    return { window: 'browser', fetch: 'no', why: 'As asked, Parley only serves its page.' };
  }
  if (isRoot) {
    return {
      window: 'browser',
      fetch: 'no',
      why: "Electron's sandbox does not run as root, so Parley opens in a browser window.",
    };
  }
  if (!hasDisplay) {
    return {
      window: 'browser',
      fetch: 'no',
      why: 'There is no display, so Parley only serves its page.',
    };
  }
  if (isThere) return { window: 'electron', fetch: 'no', why: 'Electron is here.' };
  const why = "Electron's program has not come yet, so Parley opens in a browser window.";
  return { window: 'browser', fetch: wasTried ? 'background' : 'wait', why };
}

/**
 * True when an earlier start of this clone already waited for Electron.
 * @param {string} root
 */
export function wasElectronTried(root) {
  return existsSync(triedPath(root));
}

/** @param {string} root */
function triedPath(root) {
  return join(root, 'node_modules', '.parley-electron-tried');
}

/**
 * Fetches Electron while bytes come, for the first start.
 * @param {Places} places
 * @param {{ silenceMs?: number, pollMs?: number }} [limits] for tests
 * @returns {Promise<boolean>} whether it is there now
 */
export async function waitForElectron(places, limits = {}) {
  announce("Fetching Electron's program", '120 MB; given up after 20 s without a byte');
  const silenceMs = limits.silenceMs ?? SILENCE_MS;
  writeStamp(triedPath(places.root), new Date().toISOString());
  const child = startInstaller(places);
  let isRunning = child.pid !== undefined;
  child.once('exit', () => {
    isRunning = false;
  });
  let bytes = arrivedBytes(places);
  let heardMs = Date.now();
  while (isRunning && Date.now() - heardMs < silenceMs) {
    await sleep(limits.pollMs ?? POLL_MS);
    const now = arrivedBytes(places);
    if (now === bytes) continue;
    bytes = now;
    heardMs = Date.now();
  }
  if (isRunning) child.kill();
  const isThere = electronProgram(places.root) !== undefined;
  if (!isThere) note(isRunning ? 'Not a byte came.' : `It did not come; see ${logPath(places)}.`);
  return isThere;
}

/**
 * Tries again beside the running app, which does not wait; one attempt at a time.
 * @param {Places} places
 */
export function fetchElectronLater(places) {
  const pidPath = join(places.cache, 'electron.pid');
  const pid = Number.parseInt(readStamp(pidPath), 10);
  if (!Number.isNaN(pid) && isAlive(pid)) return;
  const child = startInstaller(places);
  child.unref();
  writeStamp(pidPath, String(child.pid ?? ''));
}

/** @param {Places} places */
function startInstaller(places) {
  const temporary = temporaryFolder(places);
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  const log = openSync(logPath(places), 'w');
  const installer = join(places.root, 'node_modules', 'electron', 'install.js');
  const child = spawn(places.nodePath, [installer], {
    cwd: places.root,
    detached: true,
    stdio: ['ignore', log, log],
    windowsHide: true,
    env: {
      ...places.env,
      electron_config_cache: join(places.cache, 'electron'),
      // A folder of its own, so that the bytes that arrive can be counted.
      TMPDIR: temporary,
      TEMP: temporary,
      TMP: temporary,
    },
  });
  // A program that cannot be started counts as one that ended.
  child.on('error', () => child.emit('exit', 127, null));
  return child;
}

/** @param {Places} places */
function temporaryFolder(places) {
  return join(places.cache, 'electron-download');
}

/** @param {Places} places */
function logPath(places) {
  return join(places.cache, 'electron-download.log');
}

/** @param {Places} places */
function arrivedBytes(places) {
  const folders = [temporaryFolder(places), join(places.root, 'node_modules', 'electron', 'dist')];
  return folders
    .flatMap((folder) => filesUnder(folder))
    .reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}
