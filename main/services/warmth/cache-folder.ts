import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheOptions } from '../../../contract/engine-contract.ts';
import type { Log } from '../../ports/log.ts';
import type { Machine } from '../../ports/machine.ts';
import type { Secrets } from '../../ports/secrets.ts';

const mostRamBytes = 2 ** 30;
const mostDiskBytes = 8 * 2 ** 30;
const fingerprintForm = /^[0-9a-f]{64}$/;

/** What `CacheFolder` needs. */
export interface CacheFolderOptions {
  /** The app's data folder; the cache is `cache` in it. */
  dataFolder: string;
  machine: Machine;
  secrets: Secrets;
  log: Log;
  /** Whether state may be on disk at all. */
  isKeptOnDisk: () => boolean;
}

/** Memory for computed prefixes: a twentieth of what is installed, at most 1 GiB. */
export function ramBudgetBytes(totalMemoryBytes: number): number {
  return Math.floor(Math.min(mostRamBytes, totalMemoryBytes / 20));
}

/** Disk for computed prefixes: a tenth of what is free, at most 8 GiB. What they take already counts as free. */
export function diskBudgetBytes(freeBytes: number, usedBytes: number): number {
  return Math.floor(Math.min(mostDiskBytes, (freeBytes + usedBytes) / 10));
}

async function bytesUnder(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return await bytesUnder(path);
    // A file that the engine has just removed takes nothing.
    return await stat(path).then(
      ({ size }) => size,
      () => 0,
    );
  });
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
}

/** The folder in which the engine keeps computed prefixes: one subfolder for each model fingerprint. */
export class CacheFolder {
  readonly path: string;
  readonly #options: CacheFolderOptions;

  constructor(options: CacheFolderOptions) {
    this.#options = options;
    this.path = join(options.dataFolder, 'cache');
  }

  /** What the engine is told when it loads a model; undefined where even the key cannot be kept. */
  async forEngine(): Promise<CacheOptions | undefined> {
    try {
      return await this.#optionsNow();
    } catch (error) {
      this.#options.log.incident(error, 'warmth.cache');
      return undefined;
    }
  }

  diskBytes(): Promise<number> {
    return bytesUnder(this.path);
  }

  /** Removes all of it. The model that keeps state there must not be loaded. */
  async clear(): Promise<void> {
    await this.#remove(this.path);
  }

  /** Removes the state of a model that is not loaded. */
  async clearModel(fingerprint: string): Promise<void> {
    if (fingerprintForm.test(fingerprint)) await this.#remove(join(this.path, fingerprint));
  }

  async #optionsNow(): Promise<CacheOptions> {
    const { machine, secrets, isKeptOnDisk, dataFolder } = this.#options;
    const diskBytes = isKeptOnDisk()
      ? diskBudgetBytes(await machine.freeDiskBytes(dataFolder), await this.diskBytes())
      : 0;
    return {
      folder: this.path,
      key: await secrets.key('cache'),
      ramBytes: ramBudgetBytes(machine.totalMemoryBytes),
      diskBytes,
    };
  }

  /** Out of the way at once: a load that begins meanwhile finds nothing half removed. */
  async #remove(folder: string): Promise<void> {
    const gone = `${this.path}-removed`;
    await rm(gone, { recursive: true, force: true });
    try {
      await rename(folder, gone);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    await rm(gone, { recursive: true, force: true });
  }
}
