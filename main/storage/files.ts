import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** What SQLite keeps beside a database. The main file comes last: while it stands, the others are its own. */
const companions = ['-wal', '-shm', '-journal'] as const;

/** `2026-11-24T13:57:00.123Z` as `20261124-135700`, for names of files. */
export function fileStamp(nowMs: number): string {
  const [day = '', time = ''] = new Date(nowMs).toISOString().split('T');
  return `${day.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}`;
}

/** Makes what was written to `path` survive a power cut. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes renames inside a folder survive a power cut, where the system can do that. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Removes a database and what lies beside it. */
export function removeDatabase(path: string): void {
  for (const suffix of [...companions, '']) rmSync(`${path}${suffix}`, { force: true });
}

/** True when a database, or a log that belonged to one, lies at `path`. */
export function hasAnyFile(path: string): boolean {
  return ['', ...companions].some((suffix) => existsSync(`${path}${suffix}`));
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * False for an empty file and for one cut inside its last page, which SQLite would fill with noughts
 * without a word. With a log beside it the page may still be there, so then SQLite decides.
 */
export function hasWholePages(path: string): boolean {
  const fileBytes = sizeOf(path);
  if (fileBytes === 0 || sizeOf(`${path}-wal`) > 0) return fileBytes > 0;
  const header = Buffer.alloc(18);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  const stored = header.readUInt16BE(16);
  const pageBytes = stored === 1 ? 65_536 : stored;
  return pageBytes >= 512 && fileBytes % pageBytes === 0;
}

function freeName(path: string, stamp: string): string {
  const base = path.replace(/\.sqlite$/, '');
  for (let attempt = 1; ; attempt += 1) {
    const name = `${base}-damaged-${stamp}${attempt === 1 ? '' : `-${attempt}`}.sqlite`;
    if (!hasAnyFile(name)) return name;
  }
}

/**
 * Moves a database, unread, to a dated name beside it and returns that name. Its log goes first: a log
 * left alone would be applied to the next database of the name.
 */
export function setAside(path: string, nowMs: number): string {
  const name = freeName(path, fileStamp(nowMs));
  for (const suffix of [...companions, '']) {
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${name}${suffix}`);
  }
  syncFolder(dirname(path));
  return name;
}
