import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

/** Content, page, size: the only names that `DrawnPictures` gives, and the only ones that are ever opened. */
const pathPattern = /^\/drawn\/([0-9a-f]{64}-\d{1,7}-\d{2,4}\.png)$/;
const mostBytes = 64 * 1024 * 1024;

/** Pictures that extractors drew, by the path a window asks for (`/drawn/<name>`). */
export interface DrawnFiles {
  /** Undefined for every path that names none, however it is spelled. */
  read(urlPath: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** How a drawn picture is sent, beside the window's own headers: what has this name never changes. */
export const drawnHeaders: Readonly<Record<string, string>> = {
  'content-type': 'image/png',
  'cache-control': 'private, max-age=31536000, immutable',
  'content-disposition': 'inline',
};

/** Whether a path is one of drawn pictures, there or not. */
export function isDrawnPath(urlPath: string): boolean {
  return urlPath.startsWith('/drawn/');
}

async function contentOf(file: FileHandle): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const found = await file.stat();
  if (!found.isFile() || found.size > mostBytes) return undefined;
  return await file.readFile();
}

/** Over `<dataFolder>/drawn`. Links are not followed. */
export function drawnFiles(dataFolder: string): DrawnFiles {
  return {
    async read(urlPath) {
      const name = pathPattern.exec(urlPath)?.[1];
      if (name === undefined) return undefined;
      const path = join(dataFolder, 'drawn', name);
      // Windows has no such flag and no such links for who has no special right.
      const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
      const file = await open(path, flags).catch(() => undefined);
      return file && (await contentOf(file).finally(() => file.close()));
    },
  };
}
