import type { CollectionId, DocumentId } from '../../../contract/documents/documents.ts';
import { isCancel } from '../../../contract/errors/app-error.ts';
import type { Desk } from '../../state/desk.svelte.ts';

/** A file on its way into a collection. */
export interface ComingFile {
  readonly key: number;
  readonly name: string;
  /** 0 to 1. */
  readonly copied: number;
}

/** The files of one collection. They are listed anew whenever the app tells that the collection changed. */
export class CollectionFiles {
  readonly #desk: Desk;
  readonly #id: CollectionId;
  #ids = $state.raw<readonly DocumentId[]>([]);
  #coming = $state.raw<readonly ComingFile[]>([]);
  #status = $state<'loading' | 'ready' | 'failed'>('loading');
  #lastKey = 0;

  constructor(desk: Desk, id: CollectionId) {
    this.#desk = desk;
    this.#id = id;
  }

  get status(): 'loading' | 'ready' | 'failed' {
    return this.#status;
  }

  /** As they are now, in the app's order. */
  get documents() {
    return this.#ids.flatMap((id) => this.#desk.documents.byId(id) ?? []);
  }

  get coming(): readonly ComingFile[] {
    return this.#coming;
  }

  /** Lists them until the returned function is called. */
  follow(): () => void {
    void this.load();
    return this.#desk.client.knowledge.changed(({ id }) => {
      if (id === this.#id) void this.load();
    });
  }

  async load(): Promise<void> {
    try {
      const listed = await this.#desk.client.knowledge.documents({ collectionId: this.#id });
      for (const document of listed) this.#desk.documents.meet(document);
      this.#ids = listed.map(({ id }) => id);
      this.#status = 'ready';
    } catch {
      this.#status = 'failed';
    }
  }

  /** Copies files in, one after the other; what fails is told, and the others still come. */
  async add(files: readonly File[], tell: (error: unknown) => void): Promise<void> {
    for (const file of files) {
      this.#lastKey += 1;
      const key = this.#lastKey;
      this.#coming = [...this.#coming, { key, name: file.name, copied: 0 }];
      try {
        await this.#addOne(file, key);
      } catch (error) {
        if (!isCancel(error)) tell(error);
      } finally {
        this.#coming = this.#coming.filter((coming) => coming.key !== key);
      }
    }
  }

  /** @throws AppError the codes of `knowledge.removeDocument` */
  async remove(documentId: DocumentId): Promise<void> {
    await this.#desk.client.knowledge.removeDocument({ collectionId: this.#id, documentId });
    this.#ids = this.#ids.filter((id) => id !== documentId);
  }

  async #addOne(file: File, key: number): Promise<void> {
    const reference = await this.#desk.link.refer(file, {
      signal: new AbortController().signal,
      onProgress: (copied) => {
        this.#coming = this.#coming.map((coming) =>
          coming.key === key ? { ...coming, copied } : coming,
        );
      },
    });
    const { id } = await this.#desk.documents.add(reference);
    await this.#desk.client.knowledge.addDocument({ collectionId: this.#id, documentId: id });
    await this.load();
  }
}
