import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../../contract/errors/app-error.ts';
import type { Clock } from '../ports/clock.ts';
import { hasAnyFile, hasWholePages, removeDatabase, setAside, syncFolder } from './files.ts';
import { latestVersion, type Migration, migrate, versionOf } from './migrate.ts';
import { migrations as ourMigrations } from './migrations/index.ts';
import { isSound, takeSnapshot } from './snapshot.ts';
import { isDamage, translateAtOpening, translateSqlite } from './sqlite-error.ts';

const busyTimeoutMs = 5000;

/** The open database. Only `*-store.ts` files speak SQL to it. */
export interface Storage {
  readonly database: Database.Database;
  /** The file. */
  readonly path: string;
  /** `storage.damaged` when the file found at start was no good: it was kept, and a new one begun. */
  readonly notice: AppError<'storage.damaged'> | null;
  /**
   * Runs `work` in one transaction, on disk when this returns; inside another one it joins that.
   * @throws AppError `storage.full`, `storage.failed`; then nothing of it was written
   */
  write<T>(work: () => T): T;
  /** Runs `work`, which only reads. @throws AppError `storage.failed` */
  read<T>(work: () => T): T;
  close(): void;
}

/** What `openStorage` needs. */
export interface StorageOptions {
  /** An absolute path; made if it is not there. */
  folder: string;
  clock: Pick<Clock, 'nowMs'>;
  /** Other migrations than the app's own, for tests of the runner. */
  migrations?: readonly Migration[];
}

/**
 * Whether this SQLite may be trusted with the data: the versions before 3.51.3 could lose commits in
 * WAL mode, and 3.52.0 was withdrawn.
 */
export function isTrustedSqlite(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (major !== 3) return major > 3;
  if (minor === 52 && patch === 0) return false;
  return minor > 51 || (minor === 51 && patch >= 3);
}

function refuseUntrustedSqlite(): void {
  const probe = new Database(':memory:');
  const version = String(probe.prepare('SELECT sqlite_version()').pluck().get());
  probe.close();
  if (isTrustedSqlite(version)) return;
  throw new AppError('storage.failed', { reason: `SQLite ${version} is not safe to use` });
}

function configure(database: Database.Database): void {
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('secure_delete = ON');
  // Only macOS tells an fsync that empties the drive's cache from one that does not.
  if (process.platform === 'darwin') {
    database.pragma('fullfsync = ON');
    database.pragma('checkpoint_fullfsync = ON');
  }
}

/**
 * Looks at the file through a connection that cannot write. False when it is damaged.
 * @throws AppError `storage.newer`
 */
function isUsable(path: string, knownVersion: number): boolean {
  if (!existsSync(path) || !hasWholePages(path)) return false;
  let probe: Database.Database | undefined;
  try {
    probe = new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
    const foundVersion = versionOf(probe);
    if (foundVersion > knownVersion) {
      throw new AppError('storage.newer', { foundVersion, knownVersion });
    }
    // A database comes to its name whole, so one without a schema is not as we left it.
    return foundVersion > 0 && isSound(probe);
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  } finally {
    probe?.close();
  }
}

/** Makes a new database under another name and moves it to `path` whole: a death leaves none, not half. */
function create(path: string, migrations: readonly Migration[]): void {
  const unfinished = `${path}.new`;
  removeDatabase(unfinished);
  const database = new Database(unfinished, { timeout: busyTimeoutMs });
  try {
    configure(database);
    migrate(database, migrations, () => {});
  } finally {
    // The last connection to close writes the log into the file and removes it.
    database.close();
  }
  renameSync(unfinished, path);
}

function openExisting(
  path: string,
  migrations: readonly Migration[],
  clock: Pick<Clock, 'nowMs'>,
): Database.Database {
  const database = new Database(path, { fileMustExist: true, timeout: busyTimeoutMs });
  try {
    configure(database);
    migrate(database, migrations, () => takeSnapshot(database, clock.nowMs()));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function storageOver(
  database: Database.Database,
  path: string,
  notice: AppError<'storage.damaged'> | null,
): Storage {
  function translated<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translateSqlite(error, path);
    }
  }
  return {
    database,
    path,
    notice,
    write: (work) => translated(() => database.transaction(work).immediate()),
    read: translated,
    close: () => database.close(),
  };
}

/**
 * Opens `parley.sqlite` in `folder`, making or migrating it. A damaged file is moved to a dated name with
 * its log, unchanged, and a new one takes its place; `notice` then says so.
 * @throws AppError `storage.newer` when a newer version wrote it (nothing is changed), `storage.locked`
 * after 5 s when another process holds it, `storage.full`, `storage.failed`
 */
export function openStorage(options: StorageOptions): Storage {
  const { folder, clock, migrations = ourMigrations } = options;
  const path = join(folder, 'parley.sqlite');
  try {
    refuseUntrustedSqlite();
    const knownVersion = latestVersion(migrations);
    mkdirSync(folder, { recursive: true });
    let notice: AppError<'storage.damaged'> | null = null;
    if (hasAnyFile(path) && !isUsable(path, knownVersion)) {
      const setAsidePath = setAside(path, clock.nowMs());
      notice = new AppError('storage.damaged', { path, setAsidePath });
    }
    if (!existsSync(path)) {
      create(path, migrations);
      syncFolder(folder);
    }
    return storageOver(openExisting(path, migrations, clock), path, notice);
  } catch (error) {
    throw translateAtOpening(error, path);
  }
}
