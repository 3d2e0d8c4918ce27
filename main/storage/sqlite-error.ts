import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../../contract/errors/app-error.ts';

/** Below this many free bytes a failed write is taken for a full disk. */
const scarceBytes = 1024 * 1024;

function sqliteCode(error: unknown): string | undefined {
  return error instanceof Database.SqliteError ? error.code : undefined;
}

function hasScarceSpace(path: string): boolean {
  try {
    const stats = statfsSync(dirname(path));
    return stats.bavail * stats.bsize < scarceBytes;
  } catch {
    return false;
  }
}

/** True for what SQLite says of a file that is no database of ours any more. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === 'SQLITE_NOTADB' || (code?.startsWith('SQLITE_CORRUPT') ?? false);
}

function isFull(code: string, path: string): boolean {
  // A shared-memory file that cannot grow, and quotas and limits, which come as plain write errors.
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE') return true;
  return code.startsWith('SQLITE_IOERR') && hasScarceSpace(path);
}

/**
 * Turns what SQLite or the file system threw into the error that callers know: `storage.full` or
 * `storage.failed`, the original kept as its cause. Anything else comes back as it is.
 */
export function translateSqlite(error: unknown, path: string): unknown {
  const cause = { cause: error };
  const code = sqliteCode(error);
  if (code === undefined) {
    const systemCode = (error as NodeJS.ErrnoException | null)?.code;
    if (systemCode === 'ENOSPC' || systemCode === 'EDQUOT') {
      return new AppError('storage.full', { path }, cause);
    }
    const isSystemError = error instanceof Error && 'syscall' in error;
    return isSystemError
      ? new AppError('storage.failed', { reason: systemCode ?? error.message }, cause)
      : error;
  }
  if (isFull(code, path)) return new AppError('storage.full', { path }, cause);
  return new AppError('storage.failed', { reason: code }, cause);
}

/** As `translateSqlite`, for the time of opening: another process that holds the file is `storage.locked`. */
export function translateAtOpening(error: unknown, path: string): unknown {
  const code = sqliteCode(error);
  const isBusy = code?.startsWith('SQLITE_BUSY') || code?.startsWith('SQLITE_LOCKED');
  const cause = { cause: error };
  return isBusy ? new AppError('storage.locked', { path }, cause) : translateSqlite(error, path);
}
