import type { AppHandlers } from '../../../contract/app-contract.ts';
import type { CacheFolder } from './cache-folder.ts';
import type { CachePlacesStore } from './cache-places-store.ts';

/** What `createCacheService` needs. */
export interface CacheServiceOptions {
  folder: Pick<CacheFolder, 'diskBytes' | 'clear'>;
  places: Pick<CachePlacesStore, 'clear'>;
  /** Resolves when no answer is being written. */
  idle: () => Promise<void>;
  /** Frees the model, does `work`, and loads it again where it was loaded. */
  whileUnloaded: (work: () => Promise<void>) => Promise<void>;
}

/** What a person sees and decides about the state that is kept on disk. */
export interface CacheService {
  readonly handlers: AppHandlers['cache'];
  /** The setting has changed: turned off, what is there goes; the engine learns of it either way. */
  settingChanged(isKeptOnDisk: boolean): Promise<void>;
}

/** Answers are waited for, never cut off. */
export function createCacheService(options: CacheServiceOptions): CacheService {
  const { folder, places, idle, whileUnloaded } = options;

  /** One thing at a time; who asks for the size is told what is there after it. */
  let working: Promise<void> = Promise.resolve();

  async function reload(work: () => Promise<void>): Promise<void> {
    const turn = working.then(async () => {
      await idle();
      await whileUnloaded(work);
    });
    working = turn.catch(() => {});
    await turn;
  }

  async function clear(): Promise<void> {
    await reload(async () => {
      await folder.clear();
      places.clear();
    });
  }

  return {
    handlers: {
      size: async () => {
        await working;
        return { diskBytes: await folder.diskBytes() };
      },
      clear: async () => {
        await clear();
        return { diskBytes: await folder.diskBytes() };
      },
    },
    settingChanged: (isKeptOnDisk) => (isKeptOnDisk ? reload(async () => {}) : clear()),
  };
}
