import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../../contract/errors/app-error.ts';

/** The file system's "no room" in our words; anything else as it is. */
export function translateDiskError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return isFull ? new AppError('storage.full', { path }, { cause: error }) : error;
}

/** Makes a rename last: the folder's own entry is written out. Windows cannot, and need not. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes the whole value or leaves the old file: temporary file, fsync, rename.
 * @throws AppError `storage.full`
 */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.new`;
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(`${JSON.stringify(value, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw translateDiskError(error, path);
  }
}

/** The parsed file; undefined when there is none or it is no JSON. */
export async function readJsonFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}
