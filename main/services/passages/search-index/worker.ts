/** The entry of the thread that has the index: SQLite's work and the cutting never hold up the app's own. */
import { parentPort, workerData } from 'node:worker_threads';
import { DamagedRow } from './passage-reader.ts';
import { SearchIndex } from './search-index.ts';
import type { IndexFailure, IndexReply, IndexRequest } from './thread.ts';

const { folder } = workerData as { folder: string };
const index = new SearchIndex(folder);
let isSweeping = false;
let isClosed = false;

/** Between requests, so that none waits for more than one step. */
function sweep(): void {
  isSweeping = !isClosed && index.sweep();
  if (isSweeping) setImmediate(sweep);
}

/** What is thrown loses its own fields on the way between threads. */
function failureOf(error: unknown): IndexFailure {
  const { code, message, stack } = error as Partial<NodeJS.ErrnoException>;
  return {
    code: code ?? null,
    text: stack ?? message ?? String(error),
    damagedId: error instanceof DamagedRow ? error.documentId : null,
  };
}

async function answer({ id, method, args }: IndexRequest): Promise<IndexReply> {
  isClosed ||= method === 'close';
  try {
    const call = index[method] as (...values: unknown[]) => unknown;
    return { id, value: await call.apply(index, args) };
  } catch (error) {
    return { id, failure: failureOf(error) };
  } finally {
    if (!isSweeping) setImmediate(sweep);
  }
}

const port = parentPort;
port?.on('message', (request: IndexRequest) => {
  void answer(request).then((reply) => port.postMessage(reply));
});
port?.postMessage({ id: 0, value: null } satisfies IndexReply);
sweep();
