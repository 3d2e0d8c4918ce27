import type { IndexingState } from '../../../contract/app/knowledge.ts';
import type { DocumentId } from '../../../contract/documents/documents.ts';
import { AppError, isCancel } from '../../../contract/errors/app-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Engine } from '../../ports/engine.ts';
import type { Log } from '../../ports/log.ts';
import type { Documents } from '../documents/index.ts';
import type { Embedder } from '../models/index.ts';
import type { IndexThread, PassageToEmbed } from '../passages/index.ts';
import { type EmbeddedPiece, piecesToEmbed } from './embedded-text.ts';
import type { MeaningWork } from './knowledge-service.ts';
import { VectorFile, type VectorKind } from './vector-file.ts';

/** Passages that are embedded between two looks at whether there is something better to do. */
const passagesAtOnce = 16;
/** Rows that the scan brings for each that is wanted: int8 scores order them only roughly. */
const scannedRows = 200;
const retryMs = 30_000;

export interface EmbeddingFlowOptions {
  embedder: Embedder;
  engine: Pick<Engine, 'client'>;
  index: IndexThread;
  documents: Pick<Documents, 'find' | 'noteEmbedded'>;
  /** Of the files of vectors. */
  folder: string;
  clock: Pick<Clock, 'after'>;
  log: Log;
  /** Resolves when there may be work. */
  mayWork: () => Promise<void>;
  changed: () => void;
}

/**
 * Gives passages vectors in idle time, a few at a time, and finds passages by a question's vector. What it has
 * done lies on the disk after each few; a death costs no more than those.
 */
export class EmbeddingFlow implements MeaningWork {
  readonly #options: EmbeddingFlowOptions;
  readonly #file: VectorFile;
  readonly #closing = new AbortController();
  readonly #stopListening: () => void;
  #running: Promise<void> | undefined;
  #isWanted = false;
  #hasRecounted = false;
  #cancelRetry = (): void => {};

  constructor(options: EmbeddingFlowOptions) {
    this.#options = options;
    this.#file = new VectorFile(options);
    this.#stopListening = options.embedder.onChanged(() => {
      options.changed();
      this.wake();
    });
  }

  embedderState(): IndexingState['embedder'] {
    return this.#options.embedder.state;
  }

  /** Works through what waits, unless it does so already. */
  wake(): void {
    this.#isWanted = true;
    if (this.#running || this.#closing.signal.aborted) return;
    this.#running = this.#work()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#running = undefined;
      });
  }

  async find(question: string, filter: Uint8Array, signal?: AbortSignal) {
    const { embedder, index, log } = this.#options;
    if (embedder.state === 'absent' || embedder.state === 'failed') return null;
    try {
      const { vectors, ...kind } = await embedder.embedQuery(question, this.#signal(signal));
      // Vectors of another model stand there until all are made anew: they say nothing about this one.
      if ((await index.fingerprint()) !== kind.fingerprint) return null;
      const rows = await this.#file.scan(kind, {
        ...{ query: vectors, count: scannedRows, filter },
        ...(signal === undefined ? {} : { signal }),
      });
      return { query: vectors, rows };
    } catch (error) {
      if (isCancel(error)) signal?.throwIfAborted();
      else log.warn(`knowledge: searched by words alone: ${String(error)}`);
      return null;
    }
  }

  async close(): Promise<void> {
    this.#stopListening();
    this.#cancelRetry();
    this.#closing.abort();
    await this.#running;
  }

  #signal(signal: AbortSignal | undefined): AbortSignal {
    const closing = this.#closing.signal;
    return signal === undefined ? closing : AbortSignal.any([closing, signal]);
  }

  async #work(): Promise<void> {
    const { embedder, index, mayWork, changed } = this.#options;
    const { signal } = this.#closing;
    while (this.#isWanted && !signal.aborted) {
      this.#isWanted = false;
      for (;;) {
        if (embedder.state === 'absent' || embedder.state === 'failed') return;
        const passages = await index.toEmbed(passagesAtOnce);
        if (passages.length === 0) break;
        await mayWork();
        if (signal.aborted) return;
        await this.#embed(passages, signal);
        changed();
      }
    }
  }

  async #embed(passages: readonly PassageToEmbed[], signal: AbortSignal): Promise<void> {
    const { embedder, index } = this.#options;
    const before = await index.fingerprint();
    const { fingerprint } = await embedder.ready(signal);
    if (!this.#hasRecounted || before !== fingerprint) await this.#recount(fingerprint);
    const pieces = await piecesToEmbed(passages, (texts) =>
      embedder.countPassageTokens(texts, signal),
    );
    const texts = pieces.map(({ text }) => text);
    const { vectors, ...kind } = await embedder.embedPassages(texts, signal);
    if (kind.fingerprint !== fingerprint) return;
    await this.#keep(kind, pieces, vectors);
    const byDocument = Map.groupBy(passages, ({ documentId }) => documentId);
    for (const [id, own] of byDocument) this.#note(id as DocumentId, own.length);
  }

  async #keep(kind: VectorKind, pieces: readonly EmbeddedPiece[], vectors: Float32Array) {
    const firstRow = await this.#file.append(kind, vectors);
    const { dimensions } = kind;
    await this.#options.index.keepVectors(
      pieces.map(({ passage }, at) => ({
        row: firstRow + at,
        passage: passage.row,
        vector: vectors.slice(at * dimensions, (at + 1) * dimensions),
      })),
    );
  }

  #note(id: DocumentId, embedded: number): void {
    const { documents } = this.#options;
    const document = documents.find(id);
    if (!document) return;
    const { passageCount, embeddedCount } = document;
    documents.noteEmbedded(id, Math.min(passageCount, embeddedCount + embedded));
  }

  /** What documents say they have of vectors is made to fit what there is, for this model. */
  async #recount(fingerprint: string): Promise<void> {
    const { index, documents } = this.#options;
    if ((await index.fingerprint()) !== fingerprint) await index.restartVectors(fingerprint);
    for (const [id, count] of await index.embeddedCounts()) {
      const document = documents.find(id as DocumentId);
      if (document && document.embeddedCount !== count) documents.noteEmbedded(document.id, count);
    }
    this.#hasRecounted = true;
  }

  #failed(error: unknown): void {
    const { log, clock } = this.#options;
    if (this.#closing.signal.aborted || isCancel(error)) return;
    if (error instanceof AppError) log.warn(`knowledge: not embedded now: ${error.message}`);
    else log.incident(error, 'knowledge.embed');
    this.#cancelRetry();
    this.#cancelRetry = clock.after(retryMs, () => this.wake());
  }
}
