import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DocumentId, DocumentSummary } from '../../../../contract/documents/documents.ts';
import type { FileRef } from '../../../../contract/models/models.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { FileExchange } from '../../../ports/file-exchange.ts';
import { openStorage, type Storage } from '../../../storage/index.ts';
import { ContentStore } from '../../files/index.ts';
import { type IndexThread, openPassageIndex } from '../../passages/index.ts';
import { createDocuments, type Documents } from '../index.ts';
import { ScriptedExtractor } from './scripted-extractor.fixture.ts';

const indexEntry = new URL('../../passages/search-index/worker.ts', import.meta.url);

/** The caller of a window that stays. */
export const caller = { signal: new AbortController().signal };

/** The real time. */
export const realClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

let benches = 0;

/** The documents service over a real database, a real index and real files; the processes are scripted. */
export class DocumentsBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'parley-documents-'));
  readonly extractor = new ScriptedExtractor();
  readonly changed: DocumentSummary[] = [];
  readonly removed: DocumentId[] = [];
  readonly incidents: unknown[] = [];
  readonly log = {
    info: () => {},
    warn: () => {},
    incident: (error: unknown) => `incident-${this.incidents.push(error)}`,
  };
  freeBytes = 1e12;
  nowMs = Date.UTC(2026, 10, 24);
  #lastId = 0;
  readonly #bench: number;
  readonly ids = {
    next: () => {
      this.#lastId += 1;
      return `id-${this.#bench}-${this.#lastId}`;
    },
  };
  readonly exchange: FileExchange = {
    take: async (file: FileRef) => {
      if (file.kind !== 'path') throw new Error('no uploads here');
      return { path: file.path, name: file.name, isOurs: false };
    },
  };
  #parts: { storage: Storage; index: IndexThread; documents: Documents } | undefined;

  constructor() {
    benches += 1;
    this.#bench = benches;
  }

  get storage(): Storage {
    return this.#opened().storage;
  }

  get index(): IndexThread {
    return this.#opened().index;
  }

  get documents(): Documents {
    return this.#opened().documents;
  }

  /** As at a start of the app. */
  async open(): Promise<this> {
    const clock = { ...realClock, nowMs: () => this.nowMs };
    const storage = openStorage({ folder: this.folder, clock });
    const index = await openPassageIndex({
      ...{ entry: indexEntry, dataFolder: this.folder, log: this.log },
      onDamaged: (id) => this.documents.readAgain(id),
    });
    const content = new ContentStore({
      ...{ dataFolder: this.folder, ids: this.ids },
      machine: { freeDiskBytes: async () => this.freeBytes },
    });
    const documents = await createDocuments({
      ...{ storage, content, index, extractor: this.extractor, exchange: this.exchange },
      ...{ clock, ids: this.ids, log: this.log, dataFolder: this.folder, width: 2 },
      languages: () => ['eng'],
      emit: {
        changed: (summary) => this.changed.push(structuredClone(summary) as DocumentSummary),
        removed: ({ documentId }) => this.removed.push(documentId as DocumentId),
      },
    });
    this.#parts = { storage, index, documents };
    return this;
  }

  async close(): Promise<void> {
    await this.documents.close();
    await this.index.close();
    this.storage.close();
    this.#parts = undefined;
  }

  async dispose(): Promise<void> {
    if (this.#parts) await this.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes a file of the person's and adds it. */
  async add(name: string, content: string | Uint8Array): Promise<DocumentSummary> {
    const path = join(this.folder, `theirs-${name}`);
    writeFileSync(path, content);
    const file = { kind: 'path', path, name } as const;
    return (await this.documents.handlers.add({ file }, caller)) as DocumentSummary;
  }

  /** Adds it and waits until it is read or has failed. */
  async read(name: string, content: string | Uint8Array): Promise<DocumentSummary> {
    const { id } = await this.add(name, content);
    return await this.settled(id);
  }

  /** Waits until it is neither waiting nor being read. */
  async settled(id: DocumentId): Promise<DocumentSummary> {
    for (;;) {
      const document = this.documents.get(id);
      if (document.state.state === 'ready' || document.state.state === 'failed') return document;
      await delay(5);
    }
  }

  #opened() {
    if (!this.#parts) throw new Error('the bench is closed');
    return this.#parts;
  }
}
