import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isWorthEntering, isWorthReading } from './worth-reading.ts';

const mostDepth = 32;
/** Files of one watched folder that are followed. */
export const mostWatchedFiles = 100_000;

/** A file that was found below a folder. */
export interface FoundFile {
  /** Below the folder, with `/` between names. */
  path: string;
  fileBytes: number;
  modifiedAtMs: number;
}

/** What lies below a folder now. */
export interface FolderScan {
  /** The folder itself is not there, or may not be read. */
  isMissing: boolean;
  files: FoundFile[];
  /** Folders below that could not be read: what was read of them stays. `''` is the folder itself. */
  unreadable: string[];
}

async function entriesOf(folder: string): Promise<Dirent[] | undefined> {
  return await readdir(folder, { withFileTypes: true }).catch(() => undefined);
}

interface Place {
  path: string;
  depth: number;
}

class Scanning {
  readonly scan: FolderScan = { isMissing: false, files: [], unreadable: [] };
  readonly #root: string;
  readonly #waiting: Place[] = [{ path: '', depth: 0 }];

  constructor(root: string) {
    this.#root = root;
  }

  /** Looks into the next folder; false when there is none. */
  async step(): Promise<boolean> {
    const place = this.#waiting.shift();
    if (!place) return false;
    const entries = await entriesOf(join(this.#root, place.path));
    if (!entries) {
      if (place.path === '') this.scan.isMissing = true;
      this.scan.unreadable.push(place.path);
      return true;
    }
    for (const entry of entries) await this.#take(place, entry);
    return true;
  }

  async #take({ path, depth }: Place, entry: Dirent): Promise<void> {
    const below = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory() && depth < mostDepth && isWorthEntering(entry.name)) {
      this.#waiting.push({ path: below, depth: depth + 1 });
    }
    if (!entry.isFile() || !isWorthReading(entry.name)) return;
    if (this.scan.files.length >= mostWatchedFiles) return;
    const found = await lstat(join(this.#root, below)).catch(() => undefined);
    if (!found?.isFile()) return;
    this.scan.files.push({ path: below, fileBytes: found.size, modifiedAtMs: found.mtimeMs });
  }
}

/**
 * Lists the files below a folder that are worth reading. Links are not followed, so there are no loops and
 * nothing outside is read. Never rejects but by `signal`.
 */
export async function scanFolder(root: string, signal: AbortSignal): Promise<FolderScan> {
  const scanning = new Scanning(root);
  do signal.throwIfAborted();
  while (await scanning.step());
  return scanning.scan;
}

/** Whether a path lies below a folder that could not be read. */
export function isBelowUnreadable(path: string, unreadable: readonly string[]): boolean {
  return unreadable.some((folder) => folder === '' || path.startsWith(`${folder}/`));
}
