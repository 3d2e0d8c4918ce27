import type { DocumentId } from '../../../contract/documents/documents.ts';

/** A picture, or a page of a document, that is shown large. */
export interface LookedAt {
  readonly documentId: DocumentId;
  readonly name: string;
  /** From 1. */
  readonly page: number;
}
