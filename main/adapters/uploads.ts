import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { AppError } from '../../contract/errors/app-error.ts';
import type { FileExchange } from '../ports/file-exchange.ts';
import type { Ids } from '../ports/ids.ts';
import type { Machine } from '../ports/machine.ts';

/** Stays free for the database and the log while a file comes in. */
const reservedBytes = 512 * 1024 * 1024;

/** Files that windows sent, until a service takes them. */
export interface Uploads extends FileExchange {
  /**
   * Stores a file of `fileBytes` bytes from `body` and returns its id.
   * @throws AppError `storage.full` before a byte is read when the disk has no room, or when it fills up
   * Whatever ends `body` early (an abort, too few or too many bytes) leaves nothing behind.
   */
  receive(body: AsyncIterable<Uint8Array>, fileBytes: number): Promise<string>;
  /** Removes what an earlier run left. Only for who holds the instance lock: it may be another's. */
  removeAbandoned(): void;
}

async function writeAll(file: FileHandle, body: AsyncIterable<Uint8Array>, fileBytes: number) {
  let receivedBytes = 0;
  for await (const chunk of body) {
    receivedBytes += chunk.byteLength;
    if (receivedBytes > fileBytes) break;
    await file.writeFile(chunk);
  }
  if (receivedBytes !== fileBytes) throw new Error('an upload is not as long as it said');
  await file.sync();
}

function translated(error: unknown, path: string): unknown {
  const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
  return isFull ? new AppError('storage.full', { path }, { cause: error }) : error;
}

/**
 * Uploads in `<dataFolder>/uploads`. References by path are used where they lie. Whoever takes an upload
 * moves or removes its file.
 */
export function uploads(options: {
  dataFolder: string;
  ids: Ids;
  machine: Pick<Machine, 'freeDiskBytes'>;
}): Uploads {
  const folder = join(options.dataFolder, 'uploads');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ready = new Map<string, string>();

  return {
    removeAbandoned() {
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
    },
    async receive(body, fileBytes) {
      const freeBytes = await options.machine.freeDiskBytes(folder);
      if (fileBytes + reservedBytes > freeBytes)
        throw new AppError('storage.full', { path: folder });
      const uploadId = options.ids.next();
      const path = join(folder, uploadId);
      const partPath = `${path}.part`;
      const file = await open(partPath, 'wx', 0o600);
      try {
        await writeAll(file, body, fileBytes).finally(() => file.close());
        await rename(partPath, path);
      } catch (error) {
        await rm(partPath, { force: true });
        throw translated(error, folder);
      }
      ready.set(uploadId, path);
      return uploadId;
    },
    async take(file) {
      if (file.kind === 'upload') {
        const path = ready.get(file.uploadId);
        if (path === undefined) throw new AppError('file.not-found', { name: file.name });
        ready.delete(file.uploadId);
        return { path, name: basename(file.name), isOurs: true };
      }
      const found = isAbsolute(file.path)
        ? await stat(file.path).catch(() => undefined)
        : undefined;
      if (!found?.isFile()) throw new AppError('file.not-found', { name: file.name });
      return { path: file.path, name: basename(file.path), isOurs: false };
    },
  };
}
