import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import type { CollectionSummary, IndexingState } from '../../../contract/app/knowledge.ts';
import type { AppEmitter, AppHandlers } from '../../../contract/app-contract.ts';
import type { CollectionId, DocumentId } from '../../../contract/documents/documents.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Log } from '../../ports/log.ts';
import type { Power } from '../../ports/power.ts';
import type { Storage } from '../../storage/index.ts';
import type { Documents } from '../documents/index.ts';
import type { IndexThread } from '../passages/index.ts';
import {
  type CollectionStore,
  createCollectionStore,
  type WatchedFolder,
} from './collection-store.ts';
import { FolderSync } from './folder-sync.ts';
import { FolderWatcher } from './folder-watcher.ts';
import { type Found, type Lookup, type Meaning, recall } from './recall.ts';
import { Rest } from './rest.ts';
import { createWatchedFilesStore } from './watched-files-store.ts';

/** States of the indexer are told at most this often. */
const tellEveryMs = 250;

/** What finds passages by meaning, and what it is doing. */
export interface MeaningWork extends Meaning {
  embedderState(): IndexingState['embedder'];
  /** Passages came: they are embedded once there is time. */
  wake(): void;
  close(): Promise<void>;
}

/** What `createKnowledge` needs. */
export interface KnowledgeOptions {
  storage: Storage;
  documents: Documents;
  index: IndexThread;
  clock: Clock;
  ids: Ids;
  log: Log;
  power: Power;
  emit: AppEmitter['knowledge'];
  /** An answer is being written. */
  isChatting: () => boolean;
  /** Made over when there may be work, and whom to tell of a change. */
  meaning: (parts: { mayWork: () => Promise<void>; changed: () => void }) => MeaningWork;
}

/** Collections: the handlers, and the search that chat uses, too. */
export interface Knowledge {
  readonly handlers: AppHandlers['knowledge'];
  /**
   * Passages that bear on a question, best first; a collection that is not there is passed over.
   * @throws AppError `storage.failed`
   */
  search(lookup: Lookup): Promise<Found>;
  close(): Promise<void>;
}

/**
 * Collections of files and watched folders. At creation what was in the trash goes for good, and folders are
 * followed again.
 * @throws AppError `storage.failed`
 */
export async function createKnowledge(options: KnowledgeOptions): Promise<Knowledge> {
  const { storage, documents, index, clock, ids, log, power, emit, isChatting } = options;
  const store = createCollectionStore(storage);
  const rest = new Rest({ clock, power, isChatting, changed: () => tellState() });
  const meaning = options.meaning({ mayWork: () => rest.over(), changed: () => tellState() });
  const sync = new FolderSync({ store: createWatchedFilesStore(storage), documents });
  const watcher = new FolderWatcher({ sync, clock, log, looked });
  let cancelTelling: (() => void) | undefined;
  let isClosed = false;

  async function state(): Promise<IndexingState> {
    return {
      waitingFiles: documents.unreadCount(),
      waitingPassages: meaning.embedderState() === 'absent' ? 0 : await index.waitingCount(),
      isPaused: rest.isPaused,
      restsBecause: rest.because,
      embedder: meaning.embedderState(),
    };
  }

  function tellState(): void {
    cancelTelling ??= clock.after(tellEveryMs, () => {
      cancelTelling = undefined;
      if (isClosed) return;
      state()
        .then((now) => emit.stateChanged(now))
        .catch((error: unknown) => log.incident(error, 'knowledge.state'));
    });
  }

  function get(id: CollectionId): CollectionSummary {
    const found = store.find(id);
    if (!found) throw new AppError('collection.not-found', { collectionId: id });
    return found;
  }

  function told(id: CollectionId): CollectionSummary {
    const summary = get(id);
    emit.changed(summary);
    return summary;
  }

  function looked(
    folder: WatchedFolder,
    { isMissing, hasChanged }: { isMissing: boolean; hasChanged: boolean },
  ) {
    if (folder.isMissing !== isMissing) store.setMissing(folder.id, isMissing);
    else if (!hasChanged) return;
    folder.isMissing = isMissing;
    if (store.find(folder.collectionId)) told(folder.collectionId);
  }

  async function emptyTrash(): Promise<void> {
    await documents.release(store.purge());
  }

  const stopListening = documents.onChanged(({ id, state: { state: now } }) => {
    tellState();
    if (now === 'reading' || now === 'waiting') return;
    meaning.wake();
    for (const collectionId of store.collectionsOf(id)) told(collectionId);
  });
  documents.holdBack(() => rest.over());
  await emptyTrash().catch((error: unknown) => log.incident(error, 'knowledge.start'));
  for (const folder of store.folders()) watcher.follow(folder);
  meaning.wake();

  const search = async ({ documentIds, collectionIds, ...lookup }: Lookup): Promise<Found> => {
    const isEverywhere = documentIds.length === 0 && collectionIds.length === 0;
    const collections = isEverywhere ? store.list().map(({ id }) => id) : collectionIds;
    // A conversation may still ask one that was removed, which may come back.
    const there = collections.filter((id) => store.find(id));
    const inCollections = there.flatMap((id) => store.documentIds(id));
    const scope = [...new Set<DocumentId>([...documentIds, ...inCollections])];
    return await recall({ index, meaning }, { ...lookup, documentIds: scope });
  };

  return {
    search,
    handlers: {
      ...collectionHandlers({ store, documents, watcher, get, told, emit, clock, ids }),
      pause: async ({ isPaused }) => {
        rest.pause(isPaused);
        return await state();
      },
      state,
      recall: async (input, { signal }) => {
        for (const id of input.documentIds) documents.get(id);
        for (const id of input.collectionIds) get(id);
        const { hits, hasMeaning } = await search({ ...input, signal });
        return { hits, hasMeaning };
      },
    },
    close: async () => {
      isClosed = true;
      stopListening();
      cancelTelling?.();
      rest.close();
      await watcher.close();
      await meaning.close();
    },
  };
}

async function checkedFolder(path: string): Promise<string> {
  const found = isAbsolute(path) ? await stat(path).catch(() => undefined) : undefined;
  if (!found?.isDirectory()) throw new AppError('folder.not-found', { path });
  return resolve(path);
}

function collectionHandlers(parts: {
  store: CollectionStore;
  documents: Documents;
  watcher: FolderWatcher;
  get: (id: CollectionId) => CollectionSummary;
  told: (id: CollectionId) => CollectionSummary;
  emit: AppEmitter['knowledge'];
  clock: Clock;
  ids: Ids;
}): Omit<AppHandlers['knowledge'], 'pause' | 'state' | 'recall'> {
  const { store, documents, watcher, get, told, emit, clock, ids } = parts;
  const foldersOf = (id: CollectionId) =>
    store.folders().filter((folder) => folder.collectionId === id);
  return {
    list: () => store.list(),
    create: ({ name }) => {
      const id = ids.next() as CollectionId;
      store.insert({ id, name, createdAtMs: clock.nowMs() });
      return told(id);
    },
    rename: ({ collectionId: id, name }) => {
      get(id);
      store.rename(id, name);
      return told(id);
    },
    remove: async ({ collectionId: id }) => {
      get(id);
      const folders = foldersOf(id);
      store.trash(id, clock.nowMs());
      emit.removed({ collectionId: id });
      await Promise.all(folders.map((folder) => watcher.leave(folder.id)));
      return {};
    },
    restore: ({ collectionId: id }) => {
      if (!store.restore(id)) throw new AppError('collection.not-found', { collectionId: id });
      for (const folder of foldersOf(id)) watcher.follow(folder);
      return told(id);
    },
    documents: ({ collectionId: id }) =>
      store.documentIds(get(id).id).map((one) => documents.get(one)),
    addDocument: ({ collectionId: id, documentId }) => {
      get(id);
      documents.get(documentId);
      store.addDocument(id, documentId);
      return told(id);
    },
    removeDocument: async ({ collectionId: id, documentId }) => {
      get(id);
      documents.get(documentId);
      store.removeDocument(id, documentId);
      await documents.release([documentId]);
      return told(id);
    },
    watch: async ({ collectionId: id, path }) => {
      get(id);
      const folder = store.addFolder(id, await checkedFolder(path));
      watcher.follow(folder);
      return told(id);
    },
    unwatch: async ({ collectionId: id, path }) => {
      const before = store.documentIds(get(id).id);
      const folder = foldersOf(id).find((one) => one.path === path);
      if (!folder) return get(id);
      await watcher.leave(folder.id);
      store.removeFolder(folder.id);
      await documents.release(before);
      return told(id);
    },
  };
}
