import type { CollectionSummary, IndexingState } from '../../contract/app/knowledge.ts';
import type { AppClient } from '../../contract/app-contract.ts';
import type { CollectionId } from '../../contract/documents/documents.ts';

/** The collections of this computer and what the indexer does, as they are and as they change. */
export class KnowledgeStore {
  readonly #client: AppClient;
  #items = $state.raw<readonly CollectionSummary[]>([]);
  #status = $state<'loading' | 'ready' | 'failed'>('loading');
  #indexing = $state.raw<IndexingState | null>(null);

  constructor(client: AppClient) {
    this.#client = client;
  }

  /** By name. */
  get items(): readonly CollectionSummary[] {
    return this.#items;
  }

  get status(): 'loading' | 'ready' | 'failed' {
    return this.#status;
  }

  /** Null until the first answer came. */
  get indexing(): IndexingState | null {
    return this.#indexing;
  }

  byId(id: CollectionId | null): CollectionSummary | undefined {
    return this.#items.find((item) => item.id === id);
  }

  /** Reads everything; a failure is kept in `status`. */
  async load(): Promise<void> {
    try {
      const [items, indexing] = await Promise.all([
        this.#client.knowledge.list({}),
        this.#client.knowledge.state({}),
      ]);
      this.#items = items.toSorted(byName);
      this.#indexing = indexing;
      this.#status = 'ready';
    } catch {
      this.#status = 'failed';
    }
  }

  /** Follows changes until the returned function is called. */
  follow(): () => void {
    const leaves = [
      this.#client.knowledge.changed((summary) => this.#put(summary)),
      this.#client.knowledge.removed(({ collectionId }) => this.#drop(collectionId)),
      this.#client.knowledge.stateChanged((state) => {
        this.#indexing = state;
      }),
    ];
    return () => {
      for (const leave of leaves) leave();
    };
  }

  /** @throws AppError `storage.full`, `storage.failed` */
  async create(name: string): Promise<CollectionSummary> {
    return this.#put(await this.#client.knowledge.create({ name }));
  }

  /** @throws AppError `collection.not-found`, `storage.full`, `storage.failed` */
  async rename(id: CollectionId, name: string): Promise<void> {
    this.#put(await this.#client.knowledge.rename({ collectionId: id, name }));
  }

  /** @throws AppError `collection.not-found`, `storage.full`, `storage.failed` */
  async remove(id: CollectionId): Promise<void> {
    await this.#client.knowledge.remove({ collectionId: id });
    this.#drop(id);
  }

  /** @throws AppError `collection.not-found`, `storage.full`, `storage.failed` */
  async restore(id: CollectionId): Promise<void> {
    this.#put(await this.#client.knowledge.restore({ collectionId: id }));
  }

  /** Rests, or goes on. */
  async setPaused(isPaused: boolean): Promise<void> {
    this.#indexing = await this.#client.knowledge.pause({ isPaused });
  }

  #put(summary: CollectionSummary): CollectionSummary {
    const others = this.#items.filter((item) => item.id !== summary.id);
    this.#items = [...others, summary].toSorted(byName);
    return summary;
  }

  #drop(id: CollectionId): void {
    this.#items = this.#items.filter((item) => item.id !== id);
  }
}

function byName(left: CollectionSummary, right: CollectionSummary): number {
  return left.name.localeCompare(right.name);
}
