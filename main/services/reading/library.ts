import type {
  CollectionId,
  DocumentId,
  DocumentSummary,
  Passage,
  RecallHit,
} from '../../../contract/documents/documents.ts';
import type { Picture } from '../../../contract/engine-contract.ts';

/** What is looked up, and where. */
export interface Lookup {
  question: string;
  documentIds: readonly DocumentId[];
  collectionIds: readonly CollectionId[];
  /** At most this many hits. */
  count: number;
  signal: AbortSignal;
}

/** What a lookup found. */
export interface Found {
  /** Best first; no near-copies. */
  hits: readonly RecallHit[];
  /** By code: none of them bears on the question. */
  isNothingRelevant: boolean;
}

/** One page, or a picture as page 1. */
export interface PictureRequest {
  documentId: DocumentId;
  page: number;
  /** Fits a square of this width. */
  maxPx: number;
  signal: AbortSignal;
}

/** What reading needs of the documents and knowledge services. */
export interface Library {
  /** @throws AppError `document.not-found` */
  document(id: DocumentId): DocumentSummary;
  /** Undefined where it is not kept any more. */
  find(id: DocumentId): DocumentSummary | undefined;
  /** Every passage in reading order; none overlaps another. @throws AppError `document.not-found` */
  passages(id: DocumentId): Promise<Passage[]>;
  /** @throws AppError `document.not-found`, `collection.not-found`, and as storage does */
  search(lookup: Lookup): Promise<Found>;
  /** Decoded pixels for the engine. @throws AppError as `documents.draw` says */
  pixels(request: PictureRequest): Promise<Picture>;
}
