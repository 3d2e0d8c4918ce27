import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { AppError } from '../../contract/errors/app-error.ts';
import type { ForeignFile } from './reader.ts';

/** Bytes from one place, by whatever `read` is; as `readSync` they may come in fewer at once than asked for. */
class OpenFile implements ForeignFile {
  readonly name: string;
  readonly fileBytes: number;
  readonly #descriptor: number | undefined;

  constructor(name: string, fileBytes: number, descriptor: number | undefined) {
    this.name = name;
    this.fileBytes = fileBytes;
    this.#descriptor = descriptor;
  }

  read(position: number, bytes: number): Uint8Array {
    const wanted = Math.max(0, Math.min(bytes, this.fileBytes - position));
    const target = new Uint8Array(wanted);
    let filled = 0;
    while (filled < wanted && this.#descriptor !== undefined) {
      const got = readSync(this.#descriptor, target, filled, wanted - filled, position + filled);
      // It became shorter since it was opened.
      if (got === 0) break;
      filled += got;
    }
    return filled === wanted ? target : target.slice(0, filled);
  }

  readAll(maxBytes: number): Uint8Array {
    if (this.fileBytes > maxBytes) {
      throw new AppError('document.too-large', {
        name: this.name,
        limit: 'bytes',
        found: this.fileBytes,
        allowed: maxBytes,
      });
    }
    return this.read(0, this.fileBytes);
  }
}

function notFound(name: string, cause: unknown): AppError {
  return new AppError('file.not-found', { name }, { cause });
}

/**
 * Opens the one file of this process for reading; it stays open until the process ends. `path` null gives an
 * empty file.
 * @throws AppError `file.not-found` when it is not there, is no plain file or may not be read
 */
export function openForeignFile(path: string | null, name: string): ForeignFile {
  if (path === null) return new OpenFile(name, 0, undefined);
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw notFound(name, error);
  }
  const stats = fstatSync(descriptor);
  if (!stats.isFile()) {
    closeSync(descriptor);
    throw notFound(name, 'no plain file');
  }
  return new OpenFile(name, stats.size, descriptor);
}
