/** One builder at a time across processes and clones. */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A lock file without a number in it is a crash between creating and writing it, once it is this old. */
const EMPTY_LOCK_STALE_MS = 5_000;

/**
 * Runs `work` while holding the lock file at `path`, which holds the owner's process id.
 * Waits for a living owner; takes over from one that is gone.
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (ownerPid: number) => void, pollMs?: number }} [options] `onWait` is called once
 * @returns {Promise<T>}
 */
export async function withLock(path, work, options = {}) {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!tryLock(path)) {
    const owner = ownerOf(path);
    if (owner === 'gone') {
      rmSync(path, { force: true });
      continue;
    }
    if (!told && owner !== 'unknown') {
      told = true;
      options.onWait?.(owner);
    }
    await sleep(options.pollMs ?? 500);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** @param {string} path */
function tryLock(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * @param {string} path
 * @returns {number | 'gone' | 'unknown'}
 */
function ownerOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 'gone';
  const pid = Number.parseInt(readOrEmpty(path), 10);
  if (Number.isNaN(pid))
    return Date.now() - stat.mtimeMs > EMPTY_LOCK_STALE_MS ? 'gone' : 'unknown';
  return isAlive(pid) ? pid : 'gone';
}

/** @param {string} path */
function readOrEmpty(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/**
 * True while a process with this id runs, whoever owns it.
 * @param {number} pid
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
