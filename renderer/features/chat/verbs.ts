import type { MessageId } from '../../../contract/chat/message.ts';
import type { DocumentId, Passage } from '../../../contract/documents/documents.ts';
import type { LookedAt } from './looked-at.ts';

/** What a person can do with a message. None throws: a failure is said in the room. */
export interface MessageVerbs {
  /** True when the text is on the clipboard. */
  copy(text: string): Promise<boolean>;
  regenerate(id: MessageId): Promise<void>;
  /** True when the new version is on its way. */
  edit(id: MessageId, text: string): Promise<boolean>;
  show(id: MessageId): Promise<void>;
  /** Shows where a link goes; it opens only after that. */
  followLink(url: string): void;
  /** Shows a picture large. */
  look(picture: LookedAt): void;
  /** Asks how a file is to be read from beginning to end. */
  readWhole(document: { documentId: DocumentId; name: string }): void;
  /** Opens a document at its beginning. */
  open(document: { documentId: DocumentId; name: string }): void;
  /** Opens the document of a passage, at what the answer `said` of it where it stands there in these words. */
  showPassage(passage: Passage, said?: string): void;
}
