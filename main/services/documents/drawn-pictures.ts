import { mkdir, open, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { ExtractorClient } from '../../../contract/extractor-contract.ts';
import type { Ids } from '../../ports/ids.ts';
import { pngSize } from './png-header.ts';

/** Drawn pictures are kept up to this much; the least lately made go first. */
const keptBytes = 512 * 1024 * 1024;
const mostPictureBytes = 64 * 1024 * 1024;
const namePattern = /^([0-9a-f]{64})-\d{1,7}-\d{2,4}\.png$/;

/** Where a drawn picture is, below the window's own origin. */
export interface DrawnPicture {
  path: string;
  widthPx: number;
  heightPx: number;
}

/** What is to be drawn: a page of a content, to fit a square. */
export interface DrawRequest {
  contentHash: string;
  name: string;
  page: number;
  maxPx: number;
}

const drawnSchema = z.object({
  png: z.instanceof(Uint8Array),
  widthPx: z.number().int().positive(),
  heightPx: z.number().int().positive(),
});

/** The PNG that a process drew; it may have been taken over by the file. */
function checkedPng(drawn: unknown, { name, maxPx }: DrawRequest) {
  const parsed = drawnSchema.safeParse(drawn).data;
  const size = parsed && pngSize(parsed.png);
  const isSound =
    parsed !== undefined &&
    parsed.png.length <= mostPictureBytes &&
    size?.widthPx === parsed.widthPx &&
    size.heightPx === parsed.heightPx &&
    Math.max(size.widthPx, size.heightPx) <= maxPx;
  if (!isSound)
    throw new AppError('document.broken', { name, detail: 'what was drawn is no picture' });
  return parsed;
}

function translated(error: unknown, folder: string): AppError {
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  const cause = { cause: error };
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return isFull
    ? new AppError('storage.full', { path: folder }, cause)
    : new AppError('storage.failed', { reason: code }, cause);
}

/** Pictures that extractors drew, as files that a window may ask for by their names. */
export class DrawnPictures {
  readonly #folder: string;
  readonly #ids: Ids;
  readonly #drawing = new Map<string, Promise<DrawnPicture>>();

  constructor(dataFolder: string, ids: Ids) {
    this.#folder = join(dataFolder, 'drawn');
    this.#ids = ids;
  }

  /** The picture, drawn by `draw` where it is not there yet. Asked for twice at once, it is drawn once. */
  async get(
    request: DrawRequest,
    draw: () => ReturnType<ExtractorClient['file']['draw']>,
  ): Promise<DrawnPicture> {
    const { contentHash, page, maxPx } = request;
    const name = `${contentHash}-${page}-${maxPx}.png`;
    const drawing =
      this.#drawing.get(name) ??
      this.#find(name).then(async (found) => {
        return found ?? (await this.#keep(name, checkedPng(await draw(), request)));
      });
    this.#drawing.set(name, drawing);
    try {
      return await drawing;
    } finally {
      this.#drawing.delete(name);
    }
  }

  /** Removes pictures of contents that are gone, what came half, and the oldest beyond the budget. */
  async collectGarbage(isWanted: (contentHash: string) => boolean): Promise<void> {
    const kept: { path: string; bytes: number; usedMs: number }[] = [];
    for (const name of await readdir(this.#folder).catch((): string[] => [])) {
      const path = join(this.#folder, name);
      const hash = namePattern.exec(name)?.[1];
      const found = await stat(path).catch(() => undefined);
      if (hash === undefined || !isWanted(hash)) await rm(path, { recursive: true, force: true });
      else if (found) kept.push({ path, bytes: found.size, usedMs: found.mtimeMs });
    }
    let sum = 0;
    for (const { path, bytes } of kept.sort((left, right) => right.usedMs - left.usedMs)) {
      sum += bytes;
      if (sum > keptBytes) await rm(path, { force: true });
    }
  }

  async #find(name: string): Promise<DrawnPicture | undefined> {
    const path = join(this.#folder, name);
    const file = await open(path, 'r').catch(() => undefined);
    if (!file) return undefined;
    const header = Buffer.alloc(64);
    await file.read(header, 0, header.length, 0).finally(() => file.close());
    const size = pngSize(header);
    if (!size) return undefined;
    const now = new Date();
    await utimes(path, now, now).catch(() => {});
    return { path: `drawn/${name}`, ...size };
  }

  async #keep(name: string, drawn: z.infer<typeof drawnSchema>): Promise<DrawnPicture> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const temporary = join(this.#folder, `${this.#ids.next()}.part`);
    try {
      await writeFile(temporary, drawn.png, { mode: 0o600, flag: 'wx' });
      await rename(temporary, join(this.#folder, name));
    } catch (error) {
      await rm(temporary, { force: true });
      throw translated(error, this.#folder);
    }
    return { path: `drawn/${name}`, widthPx: drawn.widthPx, heightPx: drawn.heightPx };
  }
}
