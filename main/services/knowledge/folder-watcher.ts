import { type FSWatcher, watch } from 'chokidar';
import { isCancel } from '../../../contract/errors/app-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { WatchedFolder } from './collection-store.ts';
import type { FolderSync } from './folder-sync.ts';
import { isWorthEntering } from './worth-reading.ts';

/** Nothing may have changed for so long before a folder is looked at. */
const quietMs = 500;
/** Looked at unasked this often: not every disk tells of changes. */
const patrolMs = 10 * 60_000;
/** A file was being written, or the folder was not there: looked at again after this. */
const soonMs = 5_000;

export interface FolderWatcherOptions {
  sync: FolderSync;
  clock: Pick<Clock, 'after'>;
  log: Log;
  /** What a look found out: the folder is there or not, and something changed or not. */
  looked(folder: WatchedFolder, outcome: { isMissing: boolean; hasChanged: boolean }): void;
}

interface Watch {
  folder: WatchedFolder;
  watcher: FSWatcher;
  abort: AbortController;
  cancelTimer: () => void;
  looking: Promise<void>;
}

/** Follows folders: a look at the start, after each change, and now and then. One look at a time a folder. */
export class FolderWatcher {
  readonly #options: FolderWatcherOptions;
  readonly #watches = new Map<number, Watch>();

  constructor(options: FolderWatcherOptions) {
    this.#options = options;
  }

  follow(folder: WatchedFolder): void {
    if (this.#watches.has(folder.id)) return;
    const watcher = watch(folder.path, {
      ignoreInitial: true,
      followSymlinks: false,
      depth: 32,
      ignored: (path: string) =>
        path !== folder.path && !isWorthEntering(path.split(/[\\/]/u).at(-1) ?? ''),
    });
    const one: Watch = {
      ...{ folder, watcher, abort: new AbortController() },
      ...{ cancelTimer: () => {}, looking: Promise.resolve() },
    };
    this.#watches.set(folder.id, one);
    watcher.on('all', () => this.#lookAfter(one, quietMs));
    // Too many folders for the system, a disk that went: the patrol still comes by.
    watcher.on('error', (error) => this.#options.log.warn(`a watched folder: ${String(error)}`));
    this.#look(one);
  }

  /** Stops following it; resolves when no look is going on. */
  async leave(folderId: number): Promise<void> {
    const one = this.#watches.get(folderId);
    if (!one) return;
    this.#watches.delete(folderId);
    one.abort.abort();
    one.cancelTimer();
    await one.watcher.close();
    await one.looking;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#watches.keys()].map((id) => this.leave(id)));
  }

  #lookAfter(one: Watch, delayMs: number): void {
    if (one.abort.signal.aborted) return;
    one.cancelTimer();
    one.cancelTimer = this.#options.clock.after(delayMs, () => this.#look(one));
  }

  #look(one: Watch): void {
    one.looking = one.looking.then(async () => {
      const { folder, abort } = one;
      if (abort.signal.aborted) return;
      // A change that comes while we look asks for another look, sooner than this.
      this.#lookAfter(one, patrolMs);
      try {
        const outcome = await this.#options.sync.run(folder, abort.signal);
        this.#options.looked(folder, outcome);
        if (outcome.isMissing || outcome.isUnsettled) this.#lookAfter(one, soonMs);
      } catch (error) {
        if (isCancel(error) || abort.signal.aborted) return;
        this.#options.log.incident(error, 'knowledge.folder');
        this.#lookAfter(one, soonMs);
      }
    });
  }
}
