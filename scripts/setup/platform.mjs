/** Facts about the machine that decide where and how set-up builds. */
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { cpus, homedir } from 'node:os';
import { posix, win32 } from 'node:path';
import { NEEDED_DISK_BYTES } from './pins.mjs';
import { firstLine } from './run.mjs';
import { SetupError } from './say.mjs';

/**
 * Where builds and downloads are kept between clones. `PARLEY_CACHE_DIR` overrides it.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {NodeJS.Platform} [platform]
 * @param {string} [home]
 */
export function cacheDir(env = process.env, platform = process.platform, home = homedir()) {
  const { join } = platform === 'win32' ? win32 : posix;
  if (env['PARLEY_CACHE_DIR']) return env['PARLEY_CACHE_DIR'];
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'Parley');
  if (platform === 'win32') {
    return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Parley', 'cache');
  }
  return join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'parley');
}

/**
 * What this processor can do, as text: a build made for one must not run on another.
 * @returns {string}
 */
export function cpuFeatures() {
  if (process.platform === 'linux') return linuxCpuFeatures(readFileSync('/proc/cpuinfo', 'utf8'));
  const model = cpus()[0]?.model ?? 'unknown';
  if (process.platform === 'darwin') {
    const named = firstLine('sysctl', ['-n', 'machdep.cpu.features']);
    return `${process.arch} ${model} ${named}`;
  }
  return `${process.arch} ${model} ${process.env['PROCESSOR_IDENTIFIER'] ?? ''}`;
}

/**
 * The sorted feature words of the first processor in /proc/cpuinfo (`flags` on x86, `Features` on Arm).
 * @param {string} cpuinfo
 */
export function linuxCpuFeatures(cpuinfo) {
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo)?.[1] ?? '';
  return `${process.arch} ${line.split(/\s+/).filter(Boolean).sort().join(' ')}`;
}

/**
 * @param {string} [root] for tests
 */
export function isDebian(root = '/') {
  return existsSync(posix.join(root, 'etc', 'debian_version'));
}

/** True where the process is the superuser (never on Windows). */
export function isRoot() {
  return process.getuid?.() === 0;
}

/**
 * True where a window can be opened at all.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {NodeJS.Platform} [platform]
 */
export function hasDisplay(env = process.env, platform = process.platform) {
  if (platform !== 'linux') return true;
  return Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}

/**
 * Stops when the disk that holds `folder` has too little room left.
 * @param {string} folder must exist
 * @param {(folder: string) => number} [freeBytesOf]
 */
export function requireFreeDisk(folder, freeBytesOf = freeDiskBytes) {
  const freeBytes = freeBytesOf(folder);
  if (freeBytes >= NEEDED_DISK_BYTES) return;
  const gigabytes = (/** @type {number} */ bytes) => (bytes / 1e9).toFixed(1);
  throw new SetupError(
    `Only ${gigabytes(freeBytes)} GB are free on the disk that holds ${folder}; set-up needs ${gigabytes(NEEDED_DISK_BYTES)} GB.`,
    'free some space, or set PARLEY_CACHE_DIR to a folder on a larger disk, then run this again',
  );
}

/**
 * Bytes that this user may still write on the disk that holds `folder`.
 * @param {string} folder
 */
export function freeDiskBytes(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
