import { SvelteMap } from 'svelte/reactivity';
import type { AppClient } from '../../contract/app-contract.ts';
import type { DocumentId, DocumentSummary } from '../../contract/documents/documents.ts';
import type { FileRef } from '../../contract/models/models.ts';

/** A picture that the app drew of a page or a picture; `path` is below the window's own origin. */
export type Drawing = Awaited<ReturnType<AppClient['documents']['draw']>>;

/** Drawings that are remembered; the newest are kept. */
const keptDrawings = 200;

/** The documents this window has met, as they are and as they change. */
export class DocumentsStore {
  readonly #client: AppClient;
  readonly #items = new SvelteMap<DocumentId, DocumentSummary>();
  readonly #drawings = new Map<string, Promise<Drawing>>();

  constructor(client: AppClient) {
    this.#client = client;
  }

  /** Undefined until it was met; reactive. */
  byId(id: DocumentId): DocumentSummary | undefined {
    return this.#items.get(id);
  }

  /** Follows changes until the returned function is called. */
  follow(): () => void {
    const leaves = [
      this.#client.documents.changed((summary) => this.meet(summary)),
      this.#client.documents.removed(({ documentId }) => void this.#items.delete(documentId)),
    ];
    return () => {
      for (const leave of leaves) leave();
    };
  }

  /** Takes note of a document as it is now. */
  meet(summary: DocumentSummary): void {
    this.#items.set(summary.id, summary);
  }

  /** Reads a document unless it is known. @throws AppError `document.not-found` */
  async find(id: DocumentId): Promise<DocumentSummary> {
    const known = this.#items.get(id);
    if (known) return known;
    const found = await this.#client.documents.get({ documentId: id });
    // What an event told meanwhile is newer.
    const newest = this.#items.get(id) ?? found;
    this.meet(newest);
    return newest;
  }

  /** @throws AppError the codes of `documents.add` */
  async add(file: FileRef): Promise<DocumentSummary> {
    const added = await this.#client.documents.add({ file });
    if (!this.#items.has(added.id)) this.meet(added);
    return this.#items.get(added.id) ?? added;
  }

  /** Reads a file again. @throws AppError `document.not-found` */
  async read(id: DocumentId, how: { recognise: boolean; isPatient: boolean }): Promise<void> {
    await this.#client.documents.read({ documentId: id, ...how });
  }

  /** Stops reading a file; what was read stays. */
  async stop(id: DocumentId): Promise<void> {
    await this.#client.documents.stop({ documentId: id });
  }

  /**
   * A page, or a picture as page 1, drawn to fit a square of `maxPx`; asked for once.
   * @throws AppError the codes of `documents.draw`
   */
  draw(id: DocumentId, page: number, maxPx: number): Promise<Drawing> {
    const key = `${id} ${page} ${maxPx}`;
    const known = this.#drawings.get(key);
    if (known !== undefined) return known;
    const drawing = this.#client.documents.draw({ documentId: id, page, maxPx });
    this.#drawings.set(key, drawing);
    drawing.catch(() => this.#drawings.delete(key));
    const [oldest] = this.#drawings.keys();
    if (this.#drawings.size > keptDrawings && oldest) this.#drawings.delete(oldest);
    return drawing;
  }
}
