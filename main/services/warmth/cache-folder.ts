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

/** What one model keeps on disk. */
export interface ModelCache {
  fingerprint: string;
  diskBytes: number;
  /** When anything was written there last. */
  usedAtMs: number;
}

async function writtenAtMs(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const times = ['', ...names].map((name) =>
    stat(join(folder, name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    ),
  );
  return Math.max(...(await Promise.all(times)));
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
  /** Of the budget for all models, what the engine may not use of it for the one that it loaded last. */
  #leftBytes = Number.POSITIVE_INFINITY;

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

  /** Where, and under which key, state of all models is kept. */
  async place(): Promise<Pick<CacheOptions, 'folder' | 'key'>> {
    return { folder: this.path, key: await this.#options.secrets.key('cache') };
  }

  diskBytes(): Promise<number> {
    return bytesUnder(this.path);
  }

  /** What each model keeps, the last used first. */
  async models(): Promise<ModelCache[]> {
    const names = await readdir(this.path).catch(() => []);
    const found = names
      .filter((name) => fingerprintForm.test(name))
      .map(async (fingerprint) => {
        const folder = join(this.path, fingerprint);
        const [diskBytes, usedAtMs] = await Promise.all([bytesUnder(folder), writtenAtMs(folder)]);
        return { fingerprint, diskBytes, usedAtMs };
      });
    return (await Promise.all(found)).toSorted((left, right) => right.usedAtMs - left.usedAtMs);
  }

  /**
   * Removes what models keep that were not used for the longest, until all together keep to the budget.
   * `loaded`: the fingerprint of the model that the engine holds, whose state stays. Tells of each that goes.
   */
  async trim(loaded: string, onGone: (fingerprint: string) => void): Promise<void> {
    const others = (await this.models()).filter(({ fingerprint }) => fingerprint !== loaded);
    let keptBytes = 0;
    for (const { fingerprint, diskBytes } of others) {
      keptBytes += diskBytes;
      if (keptBytes <= this.#leftBytes) continue;
      await this.clearModel(fingerprint);
      onGone(fingerprint);
    }
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
    const { machine, secrets, isKeptOnDisk } = this.#options;
    const diskBytes = isKeptOnDisk() ? await this.#diskBudget() : 0;
    return {
      folder: this.path,
      key: await secrets.key('cache'),
      ramBytes: ramBudgetBytes(machine.totalMemoryBytes),
      diskBytes,
    };
  }

  /**
   * Which model is loaded next is not known by its fingerprint yet: it gets what the other models leave of the
   * budget, and half of it in any case; what they have beyond the rest goes once it is loaded (`trim`).
   */
  async #diskBudget(): Promise<number> {
    const { machine, dataFolder } = this.#options;
    const [, ...others] = await this.models();
    const freeBytes = await machine.freeDiskBytes(dataFolder);
    const allBytes = diskBudgetBytes(freeBytes, await this.diskBytes());
    const otherBytes = others.reduce((sum, { diskBytes }) => sum + diskBytes, 0);
    const diskBytes = Math.max(Math.floor(allBytes / 2), allBytes - otherBytes);
    this.#leftBytes = allBytes - diskBytes;
    return diskBytes;
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
