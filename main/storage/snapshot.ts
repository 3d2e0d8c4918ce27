import { mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../../contract/errors/app-error.ts';
import { fileStamp, removeDatabase, syncFile, syncFolder } from './files.ts';

/** Snapshots kept under `backups/`. */
const keptSnapshots = 7;

/** True when `quick_check` finds nothing wrong. */
export function isSound(database: Database.Database): boolean {
  return database.pragma('quick_check(1)', { simple: true }) === 'ok';
}

function verify(path: string): void {
  const copy = new Database(path, { readonly: true, fileMustExist: true });
  try {
    if (!isSound(copy)) throw new AppError('storage.failed', { reason: 'snapshot is not sound' });
  } finally {
    copy.close();
  }
}

function hasRoom(database: Database.Database, folder: string): boolean {
  const disk = statfsSync(folder);
  // The snapshot, and the migration, which may write every page once more.
  return disk.bavail * disk.bsize >= 2 * statSync(database.name).size;
}

function prune(folder: string, prefix: string): void {
  const names = readdirSync(folder).filter((name) => name.startsWith(prefix));
  for (const name of names.filter((entry) => entry.endsWith('.partial')))
    rmSync(join(folder, name));
  const whole = names.filter((entry) => entry.endsWith('.sqlite')).sort();
  for (const name of whole.slice(0, -keptSnapshots)) rmSync(join(folder, name));
}

/**
 * Copies the database into `backups/` beside it, checks the copy and keeps the last seven. The copy has
 * its name only once it is whole and checked. Returns its path.
 * @throws AppError `storage.full` without room for twice the database, `storage.failed` for a bad copy
 */
export function takeSnapshot(database: Database.Database, nowMs: number): string {
  const folder = join(dirname(database.name), 'backups');
  mkdirSync(folder, { recursive: true });
  if (!hasRoom(database, folder)) throw new AppError('storage.full', { path: database.name });
  const prefix = `${basename(database.name, '.sqlite')}-`;
  const version = String(database.pragma('user_version', { simple: true }));
  const path = join(folder, `${prefix}${fileStamp(nowMs)}-v${version}.sqlite`);
  const partial = `${path}.partial`;
  removeDatabase(partial);
  try {
    database.prepare('VACUUM INTO ?').run(partial);
    verify(partial);
    syncFile(partial);
    renameSync(partial, path);
  } catch (error) {
    removeDatabase(partial);
    throw error;
  }
  syncFolder(folder);
  prune(folder, prefix);
  return path;
}
