import type { CollectionId, DocumentId, RecallHit } from '../../../contract/documents/documents.ts';
import type { IndexThread } from '../passages/index.ts';

/** What is looked up, and where. */
export interface Lookup {
  question: string;
  /** Documents and collections to look in; with neither, all collections. */
  documentIds: readonly DocumentId[];
  collectionIds: readonly CollectionId[];
  /** At most this many hits. */
  count: number;
  signal?: AbortSignal;
}

/** What a lookup found. */
export interface Found {
  /** Best first; no near-copies, and one source has its share and no more. */
  hits: RecallHit[];
  /** Whether passages were looked for by meaning, too. */
  hasMeaning: boolean;
  /** Nothing that was found bears on the question, by code: the model's word counts for nothing here. */
  isNothingRelevant: boolean;
}

/** How a question is looked for by meaning. */
export interface Meaning {
  /**
   * The question's vector and the rows closest to it among those of `filter`; null where there is no model or
   * it failed: words alone then do.
   */
  find(
    question: string,
    filter: Uint8Array,
    signal?: AbortSignal,
  ): Promise<{ query: Float32Array; rows: Uint32Array } | null>;
}

/** Looks a question up in documents. @throws AppError `storage.failed` */
export async function recall(
  parts: { index: IndexThread; meaning: Meaning },
  lookup: {
    question: string;
    documentIds: readonly DocumentId[];
    count: number;
    signal?: AbortSignal;
  },
): Promise<Found> {
  const { question, documentIds, count, signal } = lookup;
  const filter = await parts.index.vectorFilter(documentIds);
  const meaning = filter && (await parts.meaning.find(question, filter, signal));
  signal?.throwIfAborted();
  const found = await parts.index.search({ question, documentIds, meaning, count });
  const { hits, isNothingRelevant } = found;
  return { hits, isNothingRelevant, hasMeaning: meaning !== null };
}
