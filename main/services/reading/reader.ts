import type { ImagePart } from '../../../contract/chat/message.ts';
import type {
  Attachment,
  FileReading,
  NumberedPassage,
  Passage,
} from '../../../contract/documents/documents.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { Library } from './library.ts';
import { PassageFinder } from './passage-finder.ts';
import type { PictureCache } from './picture-cache.ts';
import { type AttachedFile, type Composed, isSeen, type Question } from './question.ts';
import { type ReadingPrompts, wordsAround } from './reading-text.ts';
import { chooseWhole, retrievalTokens, roomFor } from './room.ts';
import { TokenCounter } from './token-counter.ts';

/** Pictures are handed to the engine no larger than this: what projectors look at is smaller still. */
export const mostPicturePx = 1024;
/** What a picture is taken to cost before the engine has seen it; what does not fit it refuses. */
const pictureTokens = 256;

/** What `Reader` needs. */
export interface ReaderOptions {
  library: Library;
  pictures: PictureCache;
  prompts: ReadingPrompts;
}

/** How much of what a question would be given. */
export interface ReadingPlan {
  files: FileReading[];
  roomTokens: number;
  isBlind: boolean;
}

interface Chosen {
  files: FileReading[];
  passages: NumberedPassage[];
  pages: { file: AttachedFile; page: number }[];
  isNothingRelevant: boolean;
  roomTokens: number;
}

/** Decides what of files and collections goes to the model with a question. */
export class Reader {
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** What an attachment is. @throws AppError `document.not-found` */
  attached(attachment: Attachment): AttachedFile {
    const document = this.#options.library.document(attachment.documentId);
    return { document, attachment, isSeen: isSeen(document.format, attachment.mode) };
  }

  /**
   * What would be given; a blank question is looked up nowhere.
   * @throws AppError `document.not-found`, and those of the engine
   */
  async plan(question: Question): Promise<ReadingPlan> {
    const { files, roomTokens } = await this.#choose(question);
    const seesNothing = !question.model.loaded.canSee;
    const isBlind = seesNothing && question.attachments.some((one) => this.attached(one).isSeen);
    return { files, roomTokens, isBlind };
  }

  /**
   * What is given with a question, word for word, with its pictures decoded.
   * @throws AppError `model.cannot-see`, `document.not-found`, those of pictures and of the engine
   */
  async compose(question: Question): Promise<Composed> {
    const { files, passages, pages, isNothingRelevant } = await this.#choose(question);
    if (pages.length > 0 && !question.model.loaded.canSee)
      throw new AppError('model.cannot-see', {});
    const given = wordsAround(passages, isNothingRelevant, this.#options.prompts);
    const images: ImagePart[] = [];
    for (const { file, page } of pages) images.push(await this.#image(file, page, question.signal));
    return { reading: { type: 'reading', files, passages, given, isNothingRelevant }, images };
  }

  async #choose(question: Question): Promise<Chosen> {
    const { model, before } = question;
    const counter = new TokenCounter(model.client);
    const used = await counter.countPrompt(question.messages);
    const { contextTokens } = model.loaded;
    const roomTokens = roomFor(contextTokens, used + before.pictures * pictureTokens);
    const attached = question.attachments.map((one) => this.attached(one));
    const seen = this.#pages(attached, roomTokens);
    let left = roomTokens - seen.pages.length * pictureTokens;

    const whole = await this.#whole(question, attached, { counter, left });
    left -= whole.files.reduce((sum, { tokens }) => sum + tokens, 0);
    const wholeIds = new Set(whole.files.map(({ documentId }) => documentId));
    const partly = attached.filter((file) => !file.isSeen && !wholeIds.has(file.document.id));

    const finder = new PassageFinder({ ...this.#options, counter });
    const found = await finder.find(question, {
      files: partly,
      nextNumber: before.nextNumber + whole.passages.length,
      budgetTokens: retrievalTokens(contextTokens, Math.max(0, left)),
    });
    const isWholeThere = wholeIds.size + before.wholeIds.size > 0;
    return {
      files: [...seen.files, ...whole.files, ...found.files],
      passages: [...whole.passages, ...found.passages],
      pages: seen.pages,
      isNothingRelevant: found.isNothingRelevant && !isWholeThere,
      roomTokens,
    };
  }

  #pages(attached: readonly AttachedFile[], roomTokens: number): Pick<Chosen, 'files' | 'pages'> {
    const files: FileReading[] = [];
    const pages: Chosen['pages'] = [];
    for (const file of attached.filter((one) => one.isSeen)) {
      const { document, attachment } = file;
      const total = document.summary?.pageCount ?? 1;
      const all = attachment.pages ?? Array.from({ length: total }, (_, index) => index + 1);
      const wanted = all.filter((page) => page <= total);
      const fitting = Math.floor(roomTokens / pictureTokens) - pages.length;
      // The first picture always goes: whether it fits is for the engine to say.
      const shown = wanted.slice(0, Math.max(fitting, pages.length === 0 ? 1 : 0));
      for (const page of shown) pages.push({ file, page });
      files.push({
        ...{ documentId: document.id, name: document.name, mode: 'picture' },
        tokens: shown.length * pictureTokens,
        ...{ passagesGiven: shown.length, passagesEarlier: 0, passagesTotal: total },
        passagesLeftOut: wanted.length - shown.length,
      });
    }
    return { files, pages };
  }

  async #whole(
    { before, collectionIds }: Question,
    attached: readonly AttachedFile[],
    { counter, left }: { counter: TokenCounter; left: number },
  ): Promise<Pick<Chosen, 'files' | 'passages'>> {
    const isRead = ({ document, isSeen: seen }: AttachedFile) => !seen && document.passageCount > 0;
    const readable = attached.filter(isRead);
    const mayBeWhole = readable.filter(({ attachment, document }) => {
      const tokens = document.textTokens ?? 0;
      // The estimate may be off by half; what is far too long is not counted exactly.
      return attachment.mode !== 'passages' && tokens <= left * 2;
    });
    const candidates = await Promise.all(
      mayBeWhole.map(async ({ document, attachment }) => {
        const passages = await this.#options.library.passages(document.id);
        const tokens = await counter.countPassages(passages, this.#options.prompts);
        return { document, passages, tokens, isAsked: attachment.mode === 'whole' };
      }),
    );
    const others = readable.length - mayBeWhole.length + (collectionIds.length > 0 ? 1 : 0);
    const chosen = chooseWhole(candidates, left, others);
    const files: FileReading[] = [];
    const passages: NumberedPassage[] = [];
    // In the order in which they were attached.
    for (const candidate of candidates.filter((one) => chosen.has(one))) {
      passages.push(...numberedFrom(candidate.passages, before.nextNumber + passages.length));
      files.push({
        ...{ documentId: candidate.document.id, name: candidate.document.name, mode: 'whole' },
        tokens: candidate.tokens,
        ...{ passagesGiven: candidate.passages.length, passagesEarlier: 0 },
        ...{ passagesTotal: candidate.passages.length, passagesLeftOut: 0 },
      });
    }
    return { files, passages };
  }

  async #image({ document }: AttachedFile, page: number, signal: AbortSignal): Promise<ImagePart> {
    const { id: documentId, name } = document;
    const request = { documentId, page, maxPx: mostPicturePx, signal };
    const { width, height } = await this.#options.pictures.get(request);
    const { widthPx = width, heightPx = height } = document.summary ?? {};
    return { type: 'image', documentId, name, page, widthPx, heightPx };
  }
}

/** The passages with numbers from `first`. */
export function numberedFrom(passages: readonly Passage[], first: number): NumberedPassage[] {
  return passages.map((passage, index) => ({ ...passage, number: first + index }));
}
