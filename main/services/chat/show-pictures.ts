import type { ImagePart } from '../../../contract/chat/message.ts';
import type { Picture, PromptMessage } from '../../../contract/engine-contract.ts';
import { AppError, isCancel } from '../../../contract/errors/app-error.ts';
import { mostPicturePx, type PictureCache, type ReadingPrompts } from '../reading/index.ts';
import type { UnseenMessage } from './history-to-prompt.ts';

/** What `showPictures` needs. */
export interface ShowOptions {
  pictures: Pick<PictureCache, 'get'>;
  prompts: Pick<ReadingPrompts, 'unseen-picture' | 'lost-picture'>;
  canSee: boolean;
  signal: AbortSignal;
}

function withWords(
  message: Omit<UnseenMessage, 'images'>,
  words: readonly string[],
): PromptMessage {
  if (words.length === 0) return message;
  return { ...message, text: [...words, message.text].join('\n') };
}

async function look(image: ImagePart, { pictures, signal }: ShowOptions): Promise<Picture> {
  const { documentId, page } = image;
  return await pictures.get({ documentId, page, maxPx: mostPicturePx, signal });
}

async function lookIfThere(image: ImagePart, options: ShowOptions): Promise<Picture | undefined> {
  try {
    return await look(image, options);
  } catch (error) {
    if (isCancel(error) || !(error instanceof AppError)) throw error;
    return undefined;
  }
}

/**
 * Hands each message the pixels of its pictures. A sentence stands for those of earlier messages that are gone,
 * and for all of them where the model has no eyes.
 * @throws AppError as pictures do, for those of the last message
 */
export async function showPictures(
  messages: readonly UnseenMessage[],
  options: ShowOptions,
): Promise<PromptMessage[]> {
  const shown: PromptMessage[] = [];
  for (const [index, { images = [], ...message }] of messages.entries()) {
    if (!options.canSee) {
      shown.push(
        withWords(
          message,
          images.map(() => options.prompts['unseen-picture']),
        ),
      );
      continue;
    }
    const isLast = index === messages.length - 1;
    const found: (Picture | undefined)[] = [];
    for (const image of images) {
      found.push(isLast ? await look(image, options) : await lookIfThere(image, options));
    }
    const lost = found.filter((picture) => picture === undefined);
    const pictures = found.filter((picture) => picture !== undefined);
    const told = withWords(
      message,
      lost.map(() => options.prompts['lost-picture']),
    );
    shown.push(pictures.length === 0 ? told : { ...told, pictures });
  }
  return shown;
}
