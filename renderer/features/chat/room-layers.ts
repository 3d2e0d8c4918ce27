import type { DocumentId } from '../../../contract/documents/documents.ts';
import type { LookedAt } from './looked-at.ts';

/** What lies over the room: one thing at a time. */
export type RoomLayer =
  | { readonly kind: 'link'; readonly url: string }
  | { readonly kind: 'picture'; readonly picture: LookedAt }
  /** A file that is to be read from beginning to end. */
  | { readonly kind: 'whole'; readonly documentId: DocumentId; readonly name: string };
