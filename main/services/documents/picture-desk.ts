import * as z from 'zod';
import type { Picture } from '../../../contract/engine-contract.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Extractor, OpenedFile } from '../../ports/extractor.ts';
import type { StoredDocument } from './document-store.ts';
import type { DrawnPicture, DrawnPictures } from './drawn-pictures.ts';
import { openFile } from './opened-file.ts';

/** A process that has drawn a page waits this long for the next page of the same file. */
const idleMs = 5_000;
const mostPixels = 4096 * 4096;

const pixelsSchema = z
  .object({
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    rgb: z.instanceof(Uint8Array),
  })
  .refine(
    ({ width, height, rgb }) => width * height <= mostPixels && rgb.length === width * height * 3,
  );

export interface PictureDeskOptions {
  extractor: Extractor;
  drawn: DrawnPictures;
  clock: Pick<Clock, 'after'>;
  pathOf: (contentHash: string) => string;
}

/** One page of a document, or the picture itself as page 1. */
export interface PageRequest {
  page: number;
  /** It fits a square of this size. */
  maxPx: number;
  signal: AbortSignal;
}

interface Session {
  contentHash: string;
  opened: OpenedFile;
  cancelIdle: () => void;
}

/**
 * Has pages and pictures drawn, in processes of their files. A process stays a moment for the next page, since
 * whoever looks at one page mostly looks at the next.
 */
export class PictureDesk {
  readonly #options: PictureDeskOptions;
  #session: Session | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: PictureDeskOptions) {
    this.#options = options;
  }

  /** A PNG that the window may ask for. @throws AppError as `documents.draw` */
  async draw(
    document: StoredDocument,
    { page, maxPx, signal }: PageRequest,
  ): Promise<DrawnPicture> {
    const { contentHash, name } = document;
    return await this.#options.drawn.get({ contentHash, name, page, maxPx }, () =>
      this.#with(document, signal, (file) => file.draw({ page, maxPx }, { signal })),
    );
  }

  /** The same as pixels for the engine. @throws AppError as `documents.draw` */
  async pixels(document: StoredDocument, { page, maxPx, signal }: PageRequest): Promise<Picture> {
    const pixels = await this.#with(document, signal, (file) =>
      file.pixels({ page, maxPx }, { signal }),
    );
    const parsed = pixelsSchema.safeParse(pixels).data;
    if (!parsed || Math.max(parsed.width, parsed.height) > maxPx) {
      throw new AppError('document.broken', { name: document.name, detail: 'no pixels' });
    }
    return parsed;
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => {});
    await this.#end();
  }

  /** One at a time: a page takes a fraction of a second, and memory. */
  async #with<T>(
    document: StoredDocument,
    signal: AbortSignal,
    work: (file: OpenedFile['file']) => Promise<T>,
  ): Promise<T> {
    const turn = this.#turn
      .catch(() => {})
      .then(async () => {
        signal.throwIfAborted();
        const isReused = this.#session?.contentHash === document.contentHash;
        try {
          return await this.#use(document, signal, work);
        } catch (error) {
          // An older process may have been at the end of its processor time.
          if (!isReused || signal.aborted) throw error;
          return await this.#use(document, signal, work);
        }
      });
    this.#turn = turn;
    return await turn;
  }

  async #use<T>(
    document: StoredDocument,
    signal: AbortSignal,
    work: (file: OpenedFile['file']) => Promise<T>,
  ): Promise<T> {
    const session = await this.#sessionFor(document, signal);
    session.cancelIdle();
    try {
      const value = await work(session.opened.file);
      session.cancelIdle = this.#options.clock.after(idleMs, () => void this.#end());
      return value;
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  async #sessionFor(document: StoredDocument, signal: AbortSignal): Promise<Session> {
    const { contentHash, name, format } = document;
    if (this.#session?.contentHash === contentHash) return this.#session;
    await this.#end();
    const path = this.#options.pathOf(contentHash);
    const readable = { path, name, format, isPatient: false, languages: [] };
    const { opened } = await openFile(this.#options.extractor, readable, signal);
    this.#session = { contentHash, opened, cancelIdle: () => {} };
    return this.#session;
  }

  async #end(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    session?.cancelIdle();
    await session?.opened.close();
  }
}
