import type { AppEmitter, AppHandlers } from '../../../contract/app-contract.ts';
import type {
  DocumentId,
  DocumentState,
  DocumentSummary,
  Passage,
} from '../../../contract/documents/documents.ts';
import type { Picture } from '../../../contract/engine-contract.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { OcrLanguage } from '../../../contract/extractor-contract.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Extractor } from '../../ports/extractor.ts';
import type { FileExchange, TakenFile } from '../../ports/file-exchange.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Log } from '../../ports/log.ts';
import type { Storage } from '../../storage/index.ts';
import type { ContentStore, KeptFile } from '../files/index.ts';
import type { IndexThread } from '../passages/index.ts';
import { createDocumentStore, type StoredDocument } from './document-store.ts';
import { DrawnPictures } from './drawn-pictures.ts';
import { PictureDesk } from './picture-desk.ts';
import { ReadingQueue } from './reading-queue.ts';
import { invisibleCount, visibleName } from './visible-name.ts';

/** What nobody wants stays this long: it may stand in a composer. */
const graceMs = 7 * 24 * 3600 * 1000;
const passagesAtOnce = 500;

/** What `createDocuments` needs. */
export interface DocumentsOptions {
  storage: Storage;
  content: ContentStore;
  index: IndexThread;
  extractor: Extractor;
  exchange: FileExchange;
  clock: Clock;
  ids: Ids;
  log: Log;
  dataFolder: string;
  emit: AppEmitter['documents'];
  /** What scanned text is looked for in. */
  languages: () => readonly OcrLanguage[];
  /** Files read side by side. */
  width: number;
}

/** A file to be taken in for a collection. */
export interface TakeIn {
  file: TakenFile;
  /** Documents whose files are gone: one of the same content is this one under its new name. */
  formerIds?: readonly DocumentId[];
  signal?: AbortSignal;
}

/** Attached and collected files: the handlers, and what other services do with them. */
export interface Documents {
  readonly handlers: Omit<AppHandlers['documents'], 'plan' | 'sandbox'>;
  /** @throws AppError `document.not-found` */
  get(id: DocumentId): DocumentSummary;
  find(id: DocumentId): DocumentSummary | undefined;
  /** Every passage in reading order. @throws AppError `document.not-found` */
  passages(id: DocumentId): Promise<Passage[]>;
  /** Decoded pixels for the engine. @throws AppError as `documents.draw` */
  pixels(request: {
    documentId: DocumentId;
    page: number;
    maxPx: number;
    signal: AbortSignal;
  }): Promise<Picture>;
  /** Keeps a file and has it read once nobody waits for others. @throws AppError as `documents.add` */
  takeIn(request: TakeIn): Promise<DocumentSummary>;
  /** Removes it for good if nobody wants it any more: no message, no collection, no watched folder. */
  release(ids: readonly DocumentId[]): Promise<void>;
  /** Some of its passages can be found by meaning now. */
  noteEmbedded(id: DocumentId, embeddedCount: number): void;
  /** Reads it again from its kept copy, as after damage to the index. */
  readAgain(id: DocumentId): void;
  /** How many are waiting or being read. */
  unreadCount(): number;
  /** Called after each change, with how it is now. The function returned stops listening. */
  onChanged(listener: (document: DocumentSummary) => void): () => void;
  /** When knowledge may be read; awaited files never wait for it. */
  holdBack(mayRead: () => Promise<void>): void;
  close(): Promise<void>;
}

function summaryOf(document: StoredDocument, state: DocumentState | undefined): DocumentSummary {
  const {
    wanted: _wanted,
    isPatient: _isPatient,
    hiddenNameChars: _hiddenNameChars,
    ...rest
  } = document;
  // One that a death interrupted waits for its turn.
  const stored =
    document.state.state === 'reading' ? { state: 'waiting' as const } : document.state;
  return { ...rest, state: state ?? (stored as DocumentState) };
}

/**
 * Takes files in, has them read, and gives what was read of them. At creation: what no run finished is read
 * again, also what the index has lost, and what nobody wants any more goes.
 * @throws AppError `storage.failed`
 */
export async function createDocuments(options: DocumentsOptions): Promise<Documents> {
  const { storage, content, index, clock, ids, log, emit, exchange } = options;
  const store = createDocumentStore(storage);
  const pathOf = (hash: string) => content.pathOf(hash);
  const drawn = new DrawnPictures(options.dataFolder, ids);
  const desk = new PictureDesk({ extractor: options.extractor, drawn, clock, pathOf });
  const listeners = new Set<(document: DocumentSummary) => void>();
  const awaited = new Set<DocumentId>();
  let mayReadKnowledge = async (): Promise<void> => {};

  function tell(summary: DocumentSummary): void {
    emit.changed(summary);
    for (const listener of listeners) listener(summary);
  }

  const queue = new ReadingQueue({
    ...{ store, index, log, pathOf, extractor: options.extractor },
    ...{ width: options.width, languages: options.languages },
    isAwaited: (id) => awaited.has(id),
    changed: (document, state) => tell(summaryOf(document, state)),
    mayRead: async ({ id }) => {
      if (!awaited.has(id)) await mayReadKnowledge();
    },
  });

  function stored(id: DocumentId): StoredDocument {
    const document = store.find(id);
    if (!document) throw new AppError('document.not-found', { documentId: id });
    return document;
  }
  const get = (id: DocumentId) => summaryOf(stored(id), queue.stateOf(id));

  function listed(kept: KeptFile, fileName: string): StoredDocument {
    const name = visibleName(fileName);
    const hiddenNameChars = invisibleCount(fileName);
    const known = store.findByContent(kept.contentHash, name);
    if (known) return known;
    const id = ids.next() as DocumentId;
    store.insert({ id, name, ...kept, addedAtMs: clock.nowMs(), hiddenNameChars });
    return stored(id);
  }

  /** The document of a content that stood under another name, now under this one. */
  function renamed({ contentHash }: KeptFile, name: string, formerIds: readonly DocumentId[]) {
    const former = formerIds.find((id) => store.find(id)?.contentHash === contentHash);
    if (former === undefined || store.findByContent(contentHash, name)) return;
    store.rename(former, name);
    void index
      .rename(former, name)
      .catch((error: unknown) => log.incident(error, 'documents.rename'));
    tell(get(former));
  }

  async function take({ file, formerIds = [], signal }: TakeIn, isAwaited: boolean) {
    const kept = await content.keep(file, signal);
    renamed(kept, visibleName(file.name), formerIds);
    const { id, state } = listed(kept, file.name);
    if (isAwaited) awaited.add(id);
    if (state.state === 'waiting' || state.state === 'reading') queue.add(id, isAwaited);
    return get(id);
  }

  function read(id: DocumentId, wanted: 'text' | 'recognition', isPatient: boolean): void {
    stored(id);
    if (queue.stateOf(id)) return;
    awaited.add(id);
    store.want(id, wanted, isPatient);
    tell(get(id));
    queue.add(id, true);
  }

  async function remove(removed: readonly DocumentId[]): Promise<void> {
    for (const id of removed) {
      await queue.stop(id);
      store.remove(id);
      emit.removed({ documentId: id });
    }
    if (removed.length > 0) await index.remove(removed);
  }

  async function settleStart(): Promise<void> {
    await remove(store.unwanted(clock.nowMs() - graceMs));
    const whole = new Set(await index.documentIds());
    for (const document of store.list()) {
      const { id, state } = document;
      // The index was lost or thrown away, or it has a document that nobody knows.
      if (state.state === 'ready' && !whole.has(id)) store.want(id, 'text', document.isPatient);
      whole.delete(id);
    }
    if (whole.size > 0) await index.remove([...whole]);
    const hashes = store.contentHashes();
    await content.collectGarbage((hash) => hashes.has(hash));
    await drawn.collectGarbage((hash) => hashes.has(hash));
  }

  // What cannot be tidied up now is at the next start.
  await settleStart().catch((error: unknown) => log.incident(error, 'documents.start'));
  for (const { id } of store.unread()) queue.add(id, false);

  return {
    handlers: handlersOver({ exchange, get, stored, read, take, queue, index, desk }),
    get,
    find: (id) => {
      const document = store.find(id);
      return document && summaryOf(document, queue.stateOf(id));
    },
    passages: async (id) => {
      const { passageCount } = stored(id);
      const passages: Passage[] = [];
      for (let from = 0; from < passageCount; from += passagesAtOnce) {
        passages.push(...(await index.passages(id, from, passagesAtOnce)));
      }
      return passages;
    },
    pixels: ({ documentId, ...request }) => desk.pixels(stored(documentId), request),
    takeIn: (request) => take(request, false),
    release: async (released) => {
      const unwanted = new Set(store.unwanted(Number.MAX_SAFE_INTEGER));
      await remove(released.filter((id) => unwanted.has(id)));
    },
    noteEmbedded: (id, embeddedCount) => {
      if (!store.find(id)) return;
      store.setEmbedded(id, embeddedCount);
      tell(get(id));
    },
    readAgain: (id) => {
      if (store.find(id)) read(id, 'text', false);
    },
    unreadCount: () => queue.length,
    onChanged: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    holdBack: (mayRead) => {
      mayReadKnowledge = mayRead;
    },
    close: async () => {
      await queue.close();
      await desk.close();
    },
  };
}

function handlersOver(parts: {
  exchange: FileExchange;
  get: (id: DocumentId) => DocumentSummary;
  stored: (id: DocumentId) => StoredDocument;
  read: (id: DocumentId, wanted: 'text' | 'recognition', isPatient: boolean) => void;
  take: (request: TakeIn, isAwaited: boolean) => Promise<DocumentSummary>;
  queue: ReadingQueue;
  index: IndexThread;
  desk: PictureDesk;
}): Documents['handlers'] {
  const { exchange, get, stored, read, take, queue, index, desk } = parts;
  return {
    add: async ({ file }, { signal }) =>
      await take({ file: await exchange.take(file), signal }, true),
    get: ({ documentId }) => get(documentId),
    stop: async ({ documentId }) => {
      await queue.stop(documentId);
      return {};
    },
    read: ({ documentId, recognise, isPatient }) => {
      read(documentId, recognise ? 'recognition' : 'text', isPatient);
      return {};
    },
    blocks: async ({ documentId, from, count }) => {
      stored(documentId);
      return await index.blocks(documentId, from, count);
    },
    draw: async ({ documentId, page, maxPx }, { signal }) =>
      await desk.draw(stored(documentId), { page, maxPx, signal }),
  };
}
