import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { TakenFile } from '../../ports/file-exchange.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Machine } from '../../ports/machine.ts';

const pieceBytes = 256 * 1024;
/** Stays free for the database and the log while a file comes in. */
const reservedBytes = 256 * 1024 * 1024;
/** Larger files are refused unread. */
export const mostFileBytes = 2 * 1024 ** 3;
const hashPattern = /^[0-9a-f]{64}$/;

/** A file as it is kept. */
export interface KeptFile {
  /** 64 hex digits of SHA-256. */
  readonly contentHash: string;
  readonly fileBytes: number;
}

export interface ContentStoreOptions {
  dataFolder: string;
  ids: Ids;
  machine: Pick<Machine, 'freeDiskBytes'>;
}

/** What a file looked like at one moment: another look tells whether it changed. */
interface Looks {
  size: number;
  mtimeMs: number;
  ino: number;
}

function isSame(left: Looks, right: Looks): boolean {
  return left.size === right.size && left.mtimeMs === right.mtimeMs && left.ino === right.ino;
}

async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at);
    at += bytesWritten;
  }
}

/** Reads a file through once; what is read also goes to `target`. */
async function readThrough(
  source: FileHandle,
  target: FileHandle | undefined,
  signal: AbortSignal | undefined,
): Promise<KeptFile> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(pieceBytes);
  let fileBytes = 0;
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await source.read(piece, 0, pieceBytes, fileBytes);
    if (bytesRead === 0) return { contentHash: hash.digest('hex'), fileBytes };
    const read = piece.subarray(0, bytesRead);
    hash.update(read);
    if (target) await writeWhole(target, read);
    fileBytes += bytesRead;
    if (fileBytes > mostFileBytes) return { contentHash: '', fileBytes };
  }
}

function translated(error: unknown, file: TakenFile, folder: string): unknown {
  if (error instanceof AppError) return error;
  const { code, path } = error as NodeJS.ErrnoException;
  const cause = { cause: error };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError('storage.full', { path: folder }, cause);
  }
  // A cancel has a code, too, which is a number.
  if (typeof code !== 'string') return error;
  if (path === file.path || code === 'ENOENT' || code === 'EISDIR') {
    return new AppError('file.not-found', { name: file.name }, cause);
  }
  return new AppError('storage.failed', { reason: code }, cause);
}

/**
 * Copies of foreign files under `<dataFolder>/files`, named by what is in them: `<aa>/<sha256>`. A copy has
 * its name only once it is whole and on the disk. Nothing here looks at what the bytes mean.
 */
export class ContentStore {
  readonly #options: ContentStoreOptions;
  readonly #folder: string;

  constructor(options: ContentStoreOptions) {
    this.#options = options;
    this.#folder = join(options.dataFolder, 'files');
  }

  /** Where the content of this hash is kept, if it is. @throws when `contentHash` is no hash */
  pathOf(contentHash: string): string {
    if (!hashPattern.test(contentHash)) throw new Error('not a content hash');
    return join(this.#folder, contentHash.slice(0, 2), contentHash);
  }

  /**
   * Keeps a copy of the file; one that is ours is removed, whatever happens. A file that changed while it was read is
   * read once more.
   * @throws AppError `file.not-found` (also for one that must not be read), `file.changing`,
   * `document.too-large`, `storage.full`, `storage.failed`
   */
  async keep(file: TakenFile, signal?: AbortSignal): Promise<KeptFile> {
    try {
      await this.#refuseTooLarge(file);
      return (await this.#attempt(file, signal)) ?? (await this.#lastAttempt(file, signal));
    } catch (error) {
      throw translated(error, file, this.#folder);
    } finally {
      if (file.isOurs) await rm(file.path, { force: true });
    }
  }

  /** The hash of a file as it is now, without keeping it. @throws as `keep` */
  async hash(file: TakenFile, signal?: AbortSignal): Promise<KeptFile> {
    try {
      const source = await open(file.path, 'r');
      try {
        return await readThrough(source, undefined, signal);
      } finally {
        await source.close();
      }
    } catch (error) {
      throw translated(error, file, this.#folder);
    }
  }

  /**
   * Removes what came half and every content that `isWanted` does not want. Only at start, before anything is
   * kept: what is being kept is not wanted by anybody yet. Returns how many contents went.
   */
  async collectGarbage(isWanted: (contentHash: string) => boolean): Promise<number> {
    await rm(join(this.#folder, 'incoming'), { recursive: true, force: true });
    let removed = 0;
    for (const prefix of await readdir(this.#folder).catch((): string[] => [])) {
      const folder = join(this.#folder, prefix);
      for (const name of await readdir(folder).catch((): string[] => [])) {
        if (hashPattern.test(name) && isWanted(name)) continue;
        await rm(join(folder, name), { recursive: true, force: true });
        removed += 1;
      }
    }
    return removed;
  }

  async #refuseTooLarge({ path, name }: TakenFile): Promise<void> {
    const { size } = await stat(path);
    if (size > mostFileBytes) {
      throw new AppError('document.too-large', {
        ...{ name, limit: 'bytes', found: size, allowed: mostFileBytes },
      });
    }
    const freeBytes = await this.#options.machine.freeDiskBytes(this.#options.dataFolder);
    if (size + reservedBytes > freeBytes) {
      throw new AppError('storage.full', { path: this.#folder });
    }
  }

  async #lastAttempt(file: TakenFile, signal: AbortSignal | undefined): Promise<KeptFile> {
    const kept = await this.#attempt(file, signal);
    if (!kept) throw new AppError('file.changing', { name: file.name });
    return kept;
  }

  /** Undefined when the file changed under the copying. */
  async #attempt(file: TakenFile, signal: AbortSignal | undefined): Promise<KeptFile | undefined> {
    const incoming = join(this.#folder, 'incoming');
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    const temporary = join(incoming, this.#options.ids.next());
    const source = await open(file.path, 'r');
    try {
      const before = await source.stat();
      if (!before.isFile()) throw new AppError('file.not-found', { name: file.name });
      const kept = await this.#copy(source, temporary, signal);
      const isWhole = isSame(before, await source.stat()) && isSame(before, await stat(file.path));
      if (!isWhole || kept.fileBytes !== before.size) return undefined;
      await this.#name(temporary, kept);
      return kept;
    } finally {
      await source.close();
      await rm(temporary, { force: true });
    }
  }

  async #copy(source: FileHandle, temporary: string, signal: AbortSignal | undefined) {
    const target = await open(temporary, 'wx', 0o600);
    try {
      const kept = await readThrough(source, target, signal);
      await target.sync();
      return kept;
    } finally {
      await target.close();
    }
  }

  async #name(temporary: string, { contentHash, fileBytes }: KeptFile): Promise<void> {
    const path = this.pathOf(contentHash);
    const found = await stat(path).catch(() => undefined);
    // A copy of another length was cut by the death of a disk; the new one takes its place.
    if (found?.isFile() && found.size === fileBytes) return;
    const folder = join(path, '..');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rename(temporary, path);
    if (process.platform === 'win32') return;
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  }
}
