import type {
  Attachment,
  DocumentId,
  DocumentSummary,
  ReadingMode,
} from '../../../contract/documents/documents.ts';
import { isPicture } from '../../../contract/documents/extracted.ts';
import { isCancel } from '../../../contract/errors/app-error.ts';
import type { Desk } from '../../state/desk.svelte.ts';

/** Most files that may go with one message. */
export const mostFiles = 100;

/** A file in the composer: on its way to the app, or kept there as a document. */
export interface AttachedFile {
  readonly key: number;
  readonly name: string;
  /** Null until the app tells, for one that came back with a draft. */
  readonly fileBytes: number | null;
  readonly mode: ReadingMode;
  /** Null until the app keeps it. */
  readonly documentId: DocumentId | null;
  /** How far it is copied, 0 to 1. */
  readonly copied: number;
  /** Why the app did not take it; null otherwise. */
  readonly error: unknown;
}

/** The files that stand in a composer. Each is copied to the app at once; `onchange` tells when there are others. */
export class Attachments {
  readonly #desk: Desk;
  readonly #onchange: () => void;
  readonly #sources = new Map<number, { file: File; abort: AbortController }>();
  #items = $state.raw<readonly AttachedFile[]>([]);
  #lastKey = 0;

  constructor(desk: Desk, onchange: () => void) {
    this.#desk = desk;
    this.#onchange = onchange;
  }

  get items(): readonly AttachedFile[] {
    return this.#items;
  }

  /** The document of a file as it is now; undefined while it is being copied. */
  documentOf({ documentId }: AttachedFile): DocumentSummary | undefined {
    return documentId === null ? undefined : this.#desk.documents.byId(documentId);
  }

  /** What is wrong with a file: it was not taken, or could not be read; null where nothing is. */
  problemOf(item: AttachedFile): unknown {
    const state = this.documentOf(item)?.state;
    return item.error ?? (state?.state === 'failed' ? state.error : null);
  }

  /** A file is still being copied or read. */
  get isBusy(): boolean {
    return this.#items.some((item) => {
      if (this.problemOf(item) !== null) return false;
      const state = this.documentOf(item)?.state.state;
      return state === undefined || state === 'waiting' || state === 'reading';
    });
  }

  /** The files that cannot go with the message. */
  get failed(): readonly AttachedFile[] {
    return this.#items.filter((item) => this.problemOf(item) !== null);
  }

  /** The model is to look at this file. */
  isSeen(item: AttachedFile): boolean {
    const format = this.documentOf(item)?.format ?? null;
    const isPictureFile = format !== null && isPicture(format);
    return item.mode === 'picture' || (item.mode === 'auto' && isPictureFile);
  }

  /** What the app keeps of them, in their order. */
  get kept(): Attachment[] {
    return this.#items.flatMap(({ documentId, mode }) =>
      documentId === null ? [] : { documentId, mode },
    );
  }

  /** What goes with a message now: all that was read. */
  get ready(): Attachment[] {
    return this.#items.flatMap((item) => {
      const { documentId, mode } = item;
      const isRead = this.documentOf(item)?.state.state === 'ready';
      return documentId === null || !isRead ? [] : { documentId, mode };
    });
  }

  /** Takes files in, all at once; returns how many there was no room for. */
  add(files: readonly File[]): number {
    const taken = files.slice(0, Math.max(0, mostFiles - this.#items.length));
    for (const file of taken) {
      const item = this.#append({ name: file.name, fileBytes: file.size, documentId: null });
      this.#sources.set(item.key, { file, abort: new AbortController() });
      void this.#send(item.key);
    }
    return files.length - taken.length;
  }

  /** Puts files back that the app keeps; one that it no longer has is left out. */
  async restore(kept: readonly Attachment[]): Promise<void> {
    const found = await Promise.all(
      kept.map(async ({ documentId, mode }) => {
        const document = await this.#desk.documents.find(documentId).catch(() => undefined);
        return document && { document, mode };
      }),
    );
    for (const entry of found) {
      if (!entry) continue;
      const { id, name, fileBytes } = entry.document;
      this.#append({ name, fileBytes, documentId: id, mode: entry.mode, copied: 1 });
    }
  }

  remove(key: number): void {
    this.#sources.get(key)?.abort.abort();
    this.#sources.delete(key);
    this.#items = this.#items.filter((item) => item.key !== key);
    this.#onchange();
  }

  /** Takes out the files of these documents. */
  removeAll(ids: ReadonlySet<DocumentId>): void {
    for (const { key, documentId } of this.#items) {
      if (documentId !== null && ids.has(documentId)) this.remove(key);
    }
  }

  /** Takes them all out, to be sent. */
  clear(): readonly AttachedFile[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  /** Puts files that were taken out back, before those added since. */
  putBack(items: readonly AttachedFile[]): void {
    this.#items = [...items, ...this.#items];
  }

  setMode(key: number, mode: ReadingMode): void {
    this.#change(key, { mode });
    this.#onchange();
  }

  /** Takes or reads a file once more, as after a failure. @throws AppError `document.not-found` */
  async retry(key: number): Promise<void> {
    const item = this.#items.find((other) => other.key === key);
    if (!item) return;
    if (item.documentId === null) await this.#send(key);
    else {
      const isPatient = this.documentOf(item)?.state.state === 'failed' && this.#wasTooSlow(item);
      await this.#desk.documents.read(item.documentId, { recognise: false, isPatient });
    }
  }

  /** Has the text in a picture, or on scanned pages, read. @throws AppError `document.not-found` */
  async recognise(key: number): Promise<void> {
    const item = this.#items.find((other) => other.key === key);
    if (!item?.documentId) return;
    await this.#desk.documents.read(item.documentId, { recognise: true, isPatient: false });
  }

  #wasTooSlow(item: AttachedFile): boolean {
    const problem = this.problemOf(item);
    return (
      typeof problem === 'object' &&
      problem !== null &&
      'code' in problem &&
      problem.code === 'document.too-slow'
    );
  }

  async #send(key: number): Promise<void> {
    const source = this.#sources.get(key);
    if (!source) return;
    const { file, abort } = source;
    this.#change(key, { error: null, copied: 0 });
    try {
      const reference = await this.#desk.link.refer(file, {
        signal: abort.signal,
        onProgress: (copied) => this.#change(key, { copied }),
      });
      const document = await this.#desk.documents.add(reference);
      if (abort.signal.aborted) return;
      this.#sources.delete(key);
      // The same file once more adds nothing.
      const isThere = this.#items.some((item) => item.documentId === document.id);
      if (isThere) this.#items = this.#items.filter((item) => item.key !== key);
      else this.#change(key, { documentId: document.id, name: document.name, copied: 1 });
      this.#onchange();
    } catch (error) {
      if (!abort.signal.aborted && !isCancel(error)) this.#change(key, { error });
    }
  }

  #append(item: Pick<AttachedFile, 'name' | 'fileBytes' | 'documentId'> & Partial<AttachedFile>) {
    this.#lastKey += 1;
    const whole: AttachedFile = {
      mode: 'auto',
      copied: 0,
      error: null,
      ...item,
      key: this.#lastKey,
    };
    this.#items = [...this.#items, whole];
    return whole;
  }

  #change(key: number, change: Partial<AttachedFile>): void {
    this.#items = this.#items.map((item) => (item.key === key ? { ...item, ...change } : item));
  }
}
