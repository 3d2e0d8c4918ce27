import type { Picture } from '../../../contract/engine-contract.ts';
import type { Library, PictureRequest } from './library.ts';

/** What decoded pictures may take of main's memory: some twenty of the largest. */
const mostBytes = 64 * 1024 * 1024;

/** Decoded pictures, the ones used last within a cap: each question of a conversation shows its pictures again. */
export class PictureCache {
  readonly #library: Pick<Library, 'pixels'>;
  readonly #mostBytes: number;
  readonly #pictures = new Map<string, Picture>();
  #bytes = 0;

  constructor(library: Pick<Library, 'pixels'>, limitBytes = mostBytes) {
    this.#library = library;
    this.#mostBytes = limitBytes;
  }

  /** The pixels, decoded now where they are not at hand. @throws AppError as `Library.pixels` */
  async get(request: PictureRequest): Promise<Picture> {
    const key = `${request.documentId} ${request.page} ${request.maxPx}`;
    const kept = this.#pictures.get(key);
    const picture = kept ?? (await this.#library.pixels(request));
    // Also what came meanwhile by another request.
    this.#drop(key);
    this.#pictures.set(key, picture);
    this.#bytes += picture.rgb.length;
    for (const oldest of this.#pictures.keys()) {
      if (this.#bytes <= this.#mostBytes) break;
      this.#drop(oldest);
    }
    return picture;
  }

  #drop(key: string): void {
    const picture = this.#pictures.get(key);
    if (!picture) return;
    this.#pictures.delete(key);
    this.#bytes -= picture.rgb.length;
  }
}
