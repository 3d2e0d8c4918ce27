import type { DocumentId, DocumentState } from '../../../contract/documents/documents.ts';
import { type ExtractedSummary, isPicture } from '../../../contract/documents/extracted.ts';
import { AppError, isCancel } from '../../../contract/errors/app-error.ts';
import type { Log } from '../../ports/log.ts';
import type { DocumentStore, ReadOutcome, StoredDocument } from './document-store.ts';
import {
  mostPagesUnasked,
  type Progress,
  pagesToRecognise,
  type ReadingOptions,
  readText,
  recogniseText,
} from './read-document.ts';

/** What the queue needs. */
export interface QueueOptions extends ReadingOptions {
  store: DocumentStore;
  log: Log;
  /** Files read side by side, each in a process of its own. */
  width: number;
  /** The document changed: as it is stored, with how far its reading has come. */
  changed(document: StoredDocument, state: DocumentState): void;
  /** Resolves when knowledge may be read: at once for a file that somebody waits for. */
  mayRead(document: StoredDocument): Promise<void>;
}

interface Running {
  abort: AbortController;
  state: DocumentState;
  done: Promise<void>;
}

type Failed = Extract<DocumentState, { state: 'failed' }>;

function failed(error: AppError): Failed {
  return { state: 'failed', error: error.toWire() };
}

/** What a reader cannot know, since it is told the name without it. */
function withHiddenName(summary: ExtractedSummary, chars: number): ExtractedSummary {
  if (chars === 0) return summary;
  return { ...summary, hidden: [...summary.hidden, { carrier: 'file-name', chars }] };
}

/**
 * Reads documents one after another, a few side by side. One that fails is listed with its reason and the
 * others go on; one that a death or a close interrupted is still unread and comes again at the next start.
 */
export class ReadingQueue {
  readonly #options: QueueOptions;
  readonly #waiting: DocumentId[] = [];
  readonly #running = new Map<DocumentId, Running>();
  #isClosed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** How many are waiting or being read. */
  get length(): number {
    return this.#waiting.length + this.#running.size;
  }

  /** The state of a document that is being read, else undefined. */
  stateOf(id: DocumentId): DocumentState | undefined {
    return this.#running.get(id)?.state;
  }

  /** Reads it; one that somebody waits for goes before the others. Nothing where it is queued already. */
  add(id: DocumentId, isAwaited: boolean): void {
    if (this.#isClosed || this.#running.has(id)) return;
    const at = this.#waiting.indexOf(id);
    if (at >= 0 && !isAwaited) return;
    if (at >= 0) this.#waiting.splice(at, 1);
    if (isAwaited) this.#waiting.unshift(id);
    else this.#waiting.push(id);
    this.#next();
  }

  /** Stops reading it and keeps what was read. Resolves once it is settled. */
  async stop(id: DocumentId): Promise<void> {
    const running = this.#running.get(id);
    if (running) {
      running.abort.abort();
      await running.done;
      return;
    }
    const at = this.#waiting.indexOf(id);
    if (at === -1) return;
    this.#waiting.splice(at, 1);
    const document = this.#options.store.find(id);
    if (document)
      this.#settle(document, { ...document, state: failed(new AppError('cancelled', {})) });
  }

  /** Ends all reading; what was not read to the end is read again at the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting.length = 0;
    const running = [...this.#running.values()];
    for (const { abort } of running) abort.abort();
    await Promise.all(running.map(({ done }) => done));
  }

  #next(): void {
    while (!this.#isClosed && this.#running.size < this.#options.width) {
      const id = this.#waiting.shift();
      if (id === undefined) return;
      const running: Running = {
        abort: new AbortController(),
        state: { state: 'reading', step: 'text', fraction: 0 },
        done: Promise.resolve(),
      };
      this.#running.set(id, running);
      running.done = this.#read(id, running)
        .catch((error: unknown) => void this.#options.log.incident(error, 'documents.read'))
        .finally(() => {
          this.#running.delete(id);
          this.#next();
        });
    }
  }

  async #read(id: DocumentId, running: Running): Promise<void> {
    const { store, mayRead } = this.#options;
    const waiting = store.find(id);
    if (!waiting) return;
    await mayRead(waiting);
    const document = store.find(id);
    if (!document) return;
    if (this.#isClosed) return;
    store.begin(id);
    const tell: Progress = (step, fraction) => {
      running.state = { state: 'reading', step, fraction };
      this.#options.changed(document, running.state);
    };
    tell('text', 0);
    const outcome = await this.#outcome(document, running, tell);
    // Closing is no wish of the person: it stays unread.
    if (this.#isClosed && running.abort.signal.aborted) return;
    this.#settle(document, outcome);
  }

  async #outcome(
    document: StoredDocument,
    { abort }: Running,
    tell: Progress,
  ): Promise<ReadOutcome> {
    const { signal } = abort;
    let outcome: ReadOutcome = document;
    try {
      if (document.wanted === 'text' || document.summary === null) {
        outcome = await this.#text(document, signal, tell);
      }
      const pages = this.#pagesFor({ ...document, ...outcome });
      if (pages.length > 0 && !signal.aborted) {
        const read = { ...document, ...outcome };
        const indexed = await recogniseText(this.#options, read, pages, signal, tell);
        outcome = { ...outcome, ...indexed, embeddedCount: 0 };
      }
      if (signal.aborted) return { ...outcome, state: failed(new AppError('cancelled', {})) };
      return { ...outcome, state: { state: 'ready' } };
    } catch (error) {
      return { ...outcome, state: failed(this.#translated(error, signal)) };
    }
  }

  async #text(document: StoredDocument, signal: AbortSignal, tell: Progress): Promise<ReadOutcome> {
    const { indexed, summary, format } = await readText(this.#options, document, signal, tell);
    const { textTokens, passageCount } = indexed;
    const seen = summary && withHiddenName(summary, document.hiddenNameChars);
    return {
      ...{ state: document.state, format, textTokens, passageCount },
      summary: seen,
      embeddedCount: 0,
    };
  }

  #pagesFor(document: StoredDocument): number[] {
    const isSeen = document.format !== null && isPicture(document.format);
    const isAsked = document.wanted === 'recognition';
    const pages = pagesToRecognise(document, isSeen);
    if (isAsked) return pages;
    return isSeen || pages.length > mostPagesUnasked ? [] : pages;
  }

  #translated(error: unknown, signal: AbortSignal): AppError {
    if (signal.aborted || isCancel(error)) return new AppError('cancelled', {});
    if (error instanceof AppError) return error;
    return new AppError('internal', {
      incidentId: this.#options.log.incident(error, 'documents.read'),
    });
  }

  #settle(document: StoredDocument, outcome: ReadOutcome): void {
    const { store, changed } = this.#options;
    const { id } = document;
    this.#running.delete(id);
    store.finish(id, outcome);
    const now = store.find(id);
    if (now) changed(now, now.state as DocumentState);
  }
}
