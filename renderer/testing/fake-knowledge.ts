import type { CollectionSummary, IndexingState } from '../../contract/app/knowledge.ts';
import type { AppEmitter, AppHandlers } from '../../contract/app-contract.ts';
import type { CollectionId, DocumentId, RecallHit } from '../../contract/documents/documents.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import type { FakeDocuments } from './fake-documents.ts';
import { samplePassages } from './sample-documents.ts';

interface Owner {
  readonly emit: AppEmitter;
  readonly documents: FakeDocuments;
}

/** A collection of the fake. */
export interface FakeCollection {
  readonly id: CollectionId;
  name: string;
  documentIds: DocumentId[];
  folders: CollectionSummary['folders'];
}

/** The fake's collections. Recall finds every passage of the sample report that shares a word with the question. */
export class FakeKnowledge {
  readonly items = new Map<CollectionId, FakeCollection>();
  readonly removed = new Map<CollectionId, FakeCollection>();
  state: IndexingState = {
    ...{ waitingFiles: 0, waitingPassages: 0, isPaused: false, restsBecause: null },
    embedder: 'ready',
  };
  readonly #owner: Owner;
  #lastId = 0;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** Puts a collection there, as if it had been made before. */
  put(name: string, documentIds: DocumentId[] = []): FakeCollection {
    this.#lastId += 1;
    const id = `k${this.#lastId}` as CollectionId;
    const collection = { id, name, documentIds, folders: [] };
    this.items.set(id, collection);
    return collection;
  }

  /** Changes what the indexer does and tells every window. */
  changeState(change: Partial<IndexingState>): IndexingState {
    this.state = { ...this.state, ...change };
    this.#owner.emit.knowledge.stateChanged(this.state);
    return this.state;
  }

  handlers(): AppHandlers['knowledge'] {
    return {
      list: () => [...this.items.values()].map((item) => this.#summary(item)),
      create: ({ name }) => this.#tell(this.put(name)),
      rename: ({ collectionId, name }) => this.#change(collectionId, { name }),
      remove: ({ collectionId }) => {
        this.removed.set(collectionId, this.#find(collectionId));
        this.items.delete(collectionId);
        this.#owner.emit.knowledge.removed({ collectionId });
        return {};
      },
      restore: ({ collectionId }) => {
        const found = this.removed.get(collectionId);
        if (!found) throw new AppError('collection.not-found', { collectionId });
        this.removed.delete(collectionId);
        this.items.set(collectionId, found);
        return this.#tell(found);
      },
      documents: ({ collectionId }) => this.#documentsOf(this.#find(collectionId)),
      addDocument: ({ collectionId, documentId }) => {
        const { documentIds } = this.#find(collectionId);
        return this.#change(collectionId, {
          documentIds: [...new Set([...documentIds, documentId])],
        });
      },
      removeDocument: ({ collectionId, documentId }) => {
        const { documentIds } = this.#find(collectionId);
        return this.#change(collectionId, {
          documentIds: documentIds.filter((id) => id !== documentId),
        });
      },
      watch: ({ collectionId, path }) => {
        const { folders } = this.#find(collectionId);
        return this.#change(collectionId, { folders: [...folders, { path, isMissing: false }] });
      },
      unwatch: ({ collectionId, path }) => {
        const { folders } = this.#find(collectionId);
        return this.#change(collectionId, {
          folders: folders.filter((folder) => folder.path !== path),
        });
      },
      pause: ({ isPaused }) => this.changeState({ isPaused }),
      state: () => this.state,
      recall: ({ question, collectionIds }) => ({
        hits: this.#recall(question, collectionIds),
        hasMeaning: this.state.embedder === 'ready',
      }),
    };
  }

  #recall(question: string, collectionIds: readonly CollectionId[]): RecallHit[] {
    const words = question.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
    const documents = collectionIds.flatMap((id) => this.#documentsOf(this.#find(id)));
    const hasMeaning = this.state.embedder === 'ready';
    return documents
      .flatMap(samplePassages)
      .map((found) => {
        const count = words.filter((word) => found.text.toLowerCase().includes(word)).length;
        return { found, count };
      })
      .filter(({ count }) => count > 0)
      .toSorted((left, right) => right.count - left.count)
      .map(({ found: { number: _number, ...passage }, count }, index) => ({
        passage,
        score: 1 / (60 + index + 1),
        wordRank: index === 2 ? null : index + 1,
        wordScore: index === 2 ? null : count * 1.7,
        meaningRank: hasMeaning ? index + 1 : null,
        meaningScore: hasMeaning ? 0.88 - index * 0.04 : null,
      }));
  }

  #documentsOf({ documentIds }: FakeCollection) {
    return documentIds.flatMap((id) => this.#owner.documents.items.get(id) ?? []);
  }

  #summary(collection: FakeCollection): CollectionSummary {
    const documents = this.#documentsOf(collection);
    const sum = (count: (item: (typeof documents)[number]) => number) =>
      documents.reduce((all, item) => all + count(item), 0);
    return {
      id: collection.id,
      name: collection.name,
      createdAtMs: 0,
      documentCount: documents.length,
      passageCount: sum((item) => item.passageCount),
      embeddedCount: sum((item) => item.embeddedCount),
      failedCount: sum((item) => (item.state.state === 'failed' ? 1 : 0)),
      folders: collection.folders,
    };
  }

  #find(collectionId: CollectionId): FakeCollection {
    const found = this.items.get(collectionId);
    if (!found) throw new AppError('collection.not-found', { collectionId });
    return found;
  }

  #change(collectionId: CollectionId, change: Partial<FakeCollection>): CollectionSummary {
    const collection = this.#find(collectionId);
    Object.assign(collection, change);
    return this.#tell(collection);
  }

  #tell(collection: FakeCollection): CollectionSummary {
    const summary = this.#summary(collection);
    this.#owner.emit.knowledge.changed(summary);
    return summary;
  }
}
