import { type ImagePart, isPart, type Part } from '../../../contract/chat/message.ts';
import type { Attachment } from '../../../contract/documents/documents.ts';
import { isPicture } from '../../../contract/documents/extracted.ts';
import type { Composed, Reader } from '../reading/index.ts';

/**
 * The parts that keep what a message came with. A picture that is to be looked at is an image from the
 * beginning; of other files, their pages become images once the message is composed.
 * @throws AppError `document.not-found`
 */
export function attachedParts(
  attachments: readonly Attachment[],
  reader: Pick<Reader, 'attached'>,
): Part[] {
  return attachments.map((attachment): Part => {
    const { document, isSeen } = reader.attached(attachment);
    const { id: documentId, name, format, summary } = document;
    const { widthPx, heightPx } = summary ?? {};
    const isImage = isSeen && format !== null && isPicture(format);
    if (!isImage || !widthPx || !heightPx) return { type: 'document', name, ...attachment };
    return { type: 'image', documentId, name, page: 1, widthPx, heightPx };
  });
}

/** What a message came with, from the parts that keep it. */
export function attachmentsOf(parts: readonly Part[]): Attachment[] {
  const documents = parts.filter(isPart('document')).map((piece): Attachment => {
    const { type: _type, name: _name, ...attachment } = piece;
    return attachment;
  });
  const known = new Set(documents.map(({ documentId }) => documentId));
  const images = parts.filter(isPart('image')).filter((image) => !known.has(image.documentId));
  const ids = new Set(images.map(({ documentId }) => documentId));
  return [
    ...documents,
    ...[...ids].map((documentId) => ({ documentId, mode: 'picture' as const })),
  ];
}

/** The message as it was composed: its pictures in order, what was read, then the words. */
export function composedParts(parts: readonly Part[], { reading, images }: Composed): Part[] {
  const seen = new Set(images.map(({ documentId }) => documentId));
  const kept = parts.filter((piece) => {
    if (piece.type === 'image') return false;
    // A picture that was not looked into yet when it was sent.
    return piece.type !== 'document' || piece.mode === 'picture' || !seen.has(piece.documentId);
  });
  const words = kept.filter(({ type }) => type === 'text');
  const others = kept.filter(({ type }) => type !== 'text');
  return [...others, ...images, ...(reading ? [reading] : []), ...words];
}

/** Whether a message shows pictures, as far as is known before it is composed. */
export function showsPictures(parts: readonly Part[]): boolean {
  return parts.some((piece): piece is ImagePart => piece.type === 'image');
}

/**
 * The parts of a message asked anew in other words: its files and its task stay, what it was given is looked
 * up again.
 */
export function editedParts(parts: readonly Part[], text: string): Part[] {
  const isTask = parts.some(isPart('task'));
  const documents = new Set(parts.filter(isPart('document')).map(({ documentId }) => documentId));
  const kept = parts.filter((piece) => {
    // Pages of a document are shown anew; a picture is what it was.
    if (piece.type === 'image') return !documents.has(piece.documentId);
    if (piece.type === 'reading') return isTask;
    return piece.type === 'document' || piece.type === 'task';
  });
  return [...kept, { type: 'text', text }];
}
