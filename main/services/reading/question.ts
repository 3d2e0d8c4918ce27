import type { ImagePart, ReadingPart } from '../../../contract/chat/message.ts';
import type {
  Attachment,
  CollectionId,
  DocumentId,
  DocumentSummary,
  PassageId,
} from '../../../contract/documents/documents.ts';
import { type FileFormat, isPicture } from '../../../contract/documents/extracted.ts';
import type { PromptMessage } from '../../../contract/engine-contract.ts';
import type { ReadyModel } from '../models/index.ts';

/** What a branch has been given of documents, as far as it is in the prompt still. */
export interface ReadSoFar {
  /** The number that the next passage has. */
  nextNumber: number;
  passageIds: ReadonlySet<PassageId>;
  /** Files of earlier questions, to be looked up in again. */
  documentIds: readonly DocumentId[];
  /** Those of them that stand in the conversation as a whole. */
  wholeIds: ReadonlySet<DocumentId>;
  /** Pictures that are shown again. */
  pictures: number;
}

/** A question and what it comes with. */
export interface Question {
  text: string;
  attachments: readonly Attachment[];
  collectionIds: readonly CollectionId[];
  before: ReadSoFar;
  /** History and question as the engine gets them, without what is to be read and without pictures. */
  messages: readonly PromptMessage[];
  model: ReadyModel;
  signal: AbortSignal;
}

/** What a question is given. */
export interface Composed {
  /** Undefined where there is nothing to read from. */
  reading: ReadingPart | undefined;
  /** In the order shown. */
  images: ImagePart[];
}

/** An attached file, and what it turned out to be. */
export interface AttachedFile {
  document: DocumentSummary;
  attachment: Attachment;
  isSeen: boolean;
}

function canBeSeen(format: FileFormat | null): boolean {
  return format !== null && (isPicture(format) || format === 'pdf');
}

/** Whether the model is to look at the file rather than to read it. */
export function isSeen(format: FileFormat | null, mode: Attachment['mode']): boolean {
  if (mode === 'picture') return canBeSeen(format);
  return mode === 'auto' && format !== null && isPicture(format);
}
