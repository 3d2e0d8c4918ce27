import type { EngineHandlers } from '../../contract/engine-contract.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import type { Addon, VectorFile } from './native-binding.ts';

interface VectorFileRef {
  path: string;
  dimensions: number;
}

/** The files of vectors that this process has open: each from the first request that names it. */
export class VectorFiles {
  readonly #addon: Addon;
  readonly #open = new Map<string, Promise<VectorFile>>();
  /** Files that are being closed: the same path can be opened again only after that. */
  readonly #closing = new Map<string, Promise<void>>();
  readonly handlers: EngineHandlers['vectors'];

  constructor(addon: Addon) {
    this.#addon = addon;
    this.handlers = {
      open: async (input) => ({ rowCount: (await this.#file(input)).rowCount }),
      append: async (input) => {
        const file = await this.#file(input);
        const firstRow = await file.append(input.vectors);
        return { firstRow, rowCount: file.rowCount };
      },
      scan: async (input) => {
        const { query, count, filter } = input;
        const file = await this.#file(input);
        return await file.scan(query, { count, ...(filter && { filter }) });
      },
      close: async ({ path }) => {
        await this.#close(path);
        return {};
      },
    };
  }

  /** Closes all; what was begun ends first. */
  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((path) => this.#close(path)));
  }

  async #file(ref: VectorFileRef): Promise<VectorFile> {
    let opening = this.#open.get(ref.path);
    if (!opening) {
      opening = this.#openNow(ref);
      this.#open.set(ref.path, opening);
    }
    try {
      const file = await opening;
      if (file.dimensions === ref.dimensions) return file;
    } catch (error) {
      if (this.#open.get(ref.path) === opening) this.#open.delete(ref.path);
      throw error;
    }
    throw new AppError('vectors.broken', { path: ref.path, fault: 'dimensions' });
  }

  async #openNow({ path, dimensions }: VectorFileRef): Promise<VectorFile> {
    await this.#closing.get(path)?.catch(() => {});
    return await this.#addon.VectorIndex.open({ path, dimensions });
  }

  async #close(path: string): Promise<void> {
    const opening = this.#open.get(path);
    if (!opening) {
      await this.#closing.get(path);
      return;
    }
    this.#open.delete(path);
    const closing = opening.then(
      (file) => file.close(),
      () => {},
    );
    this.#closing.set(path, closing);
    try {
      await closing;
    } finally {
      if (this.#closing.get(path) === closing) this.#closing.delete(path);
    }
  }
}
