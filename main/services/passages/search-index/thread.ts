import { Worker } from 'node:worker_threads';
import type { DocumentId } from '../../../../contract/documents/documents.ts';
import { AppError } from '../../../../contract/errors/app-error.ts';
import type { SearchIndex } from './search-index.ts';

type Method = Exclude<keyof SearchIndex, 'sweep'>;

/** One call, as it crosses to the thread. */
export interface IndexRequest {
  id: number;
  method: Method;
  args: unknown[];
}

/** Why a call failed. */
export interface IndexFailure {
  /** Of SQLite or the system; null for a bug. */
  code: string | null;
  text: string;
  /** The document whose stored text does not fit its checksum. */
  damagedId: DocumentId | null;
}

/** Its answer; the first, of number 0, says that the index is open. */
export type IndexReply = { id: number; value: unknown } | { id: number; failure: IndexFailure };

/** `SearchIndex` from another thread: every method a promise. */
export type IndexThread = {
  readonly [M in Method]: (
    ...args: Parameters<SearchIndex[M]>
  ) => Promise<Awaited<ReturnType<SearchIndex[M]>>>;
};

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

function errorOf({ code, text, damagedId }: IndexFailure, folder: string): Error {
  const cause = { cause: text };
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'SQLITE_IOERR_SHMSIZE') {
    return new AppError('storage.full', { path: folder }, cause);
  }
  if (damagedId !== null) return new AppError('storage.failed', { reason: 'damaged' }, cause);
  if (code === null) return new Error(text);
  return new AppError('storage.failed', { reason: code }, cause);
}

const methods: readonly Method[] = [
  ...(['begin', 'append', 'finish', 'abandon', 'remove', 'rename', 'documentIds'] as const),
  ...(['blocks', 'passages', 'keepRecognised', 'recognisedPages', 'recut', 'search'] as const),
  ...(['fingerprint', 'restartVectors', 'vectorCounts', 'toEmbed', 'waitingCount'] as const),
  ...([
    'embeddedCounts',
    'keepVectors',
    'vectorsAfter',
    'renumberVectors',
    'vectorFilter',
  ] as const),
  'close',
];

export interface IndexThreadOptions {
  /** Where `worker.ts` is, or what was made of it. */
  entry: string | URL;
  folder: string;
  /** Stored text of this document was found damaged: it is to be read again. */
  onDamaged(id: DocumentId): void;
}

/**
 * Starts the thread at `entry` over the index in `folder`. Calls are answered in order. When the thread ends,
 * what is asked rejects with AppError `storage.failed`.
 * @throws AppError `storage.full`, `storage.failed` where the index cannot be opened
 */
export async function startIndexThread(options: IndexThreadOptions): Promise<IndexThread> {
  const { folder } = options;
  const worker = new Worker(options.entry, { workerData: { folder } });
  const opened = Promise.withResolvers<unknown>();
  const pending = new Map<number, Pending>([[0, opened]]);
  let lastId = 0;
  let end: unknown;
  const endWith = (error: unknown): void => {
    end ??= error;
    for (const { reject } of pending.values()) reject(end);
    pending.clear();
  };
  worker.on('message', (reply: IndexReply) => {
    const waiting = pending.get(reply.id);
    pending.delete(reply.id);
    if (pending.size === 0) worker.unref();
    if ('value' in reply) {
      waiting?.resolve(reply.value);
      return;
    }
    const { failure } = reply;
    waiting?.reject(errorOf(failure, folder));
    if (failure.damagedId !== null) options.onDamaged(failure.damagedId);
  });
  worker.on('error', (error: NodeJS.ErrnoException) => {
    const { code = null, stack, message } = error;
    endWith(errorOf({ code, text: stack ?? message, damagedId: null }, folder));
  });
  worker.on('exit', (exitCode) =>
    endWith(new AppError('storage.failed', { reason: `index ended with ${exitCode}` })),
  );
  await opened.promise;

  const ask = async (method: Method, args: unknown[]): Promise<unknown> => {
    if (end !== undefined) throw end;
    lastId += 1;
    const id = lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    pending.set(id, { resolve, reject });
    // An index that nobody asks must not keep the process alive.
    worker.ref();
    worker.postMessage({ id, method, args } satisfies IndexRequest);
    const value = await promise;
    if (method === 'close') await worker.terminate();
    return value;
  };
  const calls = methods.map((method) => [method, (...args: unknown[]) => ask(method, args)]);
  return Object.fromEntries(calls) as IndexThread;
}

/** An index that could not be opened: every call rejects with the reason, but `close`. */
export function closedIndexThread(reason: unknown): IndexThread {
  const calls = methods.map((method) => [
    method,
    async () => {
      if (method !== 'close') throw reason;
    },
  ]);
  return Object.fromEntries(calls) as IndexThread;
}
