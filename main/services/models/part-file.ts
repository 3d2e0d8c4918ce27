import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import * as z from 'zod';
import { readJsonFile, writeJsonFile } from './json-file.ts';

const partNote = z.object({
  /** The server's name for this very content; null when it gave none. */
  etag: z.string().nullable(),
  totalBytes: z.number().int().positive().nullable(),
});
/** What a part is a part of. */
export type PartNote = z.infer<typeof partNote>;

async function hashFile(path: string, signal: AbortSignal): Promise<{ hash: Hash; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = createReadStream(path, { highWaterMark: 1 << 20, signal });
  for await (const chunk of stream) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { hash, bytes };
}

/** Opened without the append flag: emptying a file does not move where the next write goes. */
async function openOrMake(path: string, isKept: boolean): Promise<FileHandle> {
  if (!isKept) return open(path, 'w+');
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return open(path, 'w+');
  }
}

/**
 * A file on its way: `<name>.part`, its running hash, and beside it `<name>.part.json` with what it is a
 * part of. The note is on disk before the first byte, and the part is emptied before the note changes, so
 * a kill at any moment leaves a part that belongs to its note.
 */
export class PartFile {
  readonly path: string;
  readonly #notePath: string;
  readonly #handle: FileHandle;
  #note: PartNote | undefined;
  #hash: Hash;
  #bytes: number;

  private constructor(
    path: string,
    handle: FileHandle,
    found: { note: PartNote | undefined; hash: Hash; bytes: number },
  ) {
    this.path = path;
    this.#notePath = `${path}.json`;
    this.#handle = handle;
    this.#note = found.note;
    this.#hash = found.hash;
    this.#bytes = found.bytes;
  }

  /** Opens what is there, reading it through for its hash; a part without a note counts as nothing. */
  static async open(path: string, signal: AbortSignal): Promise<PartFile> {
    const note = partNote.safeParse(await readJsonFile(`${path}.json`)).data;
    const handle = await openOrMake(path, note !== undefined);
    try {
      const found = await hashFile(path, signal);
      return new PartFile(path, handle, { note: found.bytes > 0 ? note : undefined, ...found });
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Undefined as long as nothing was begun. */
  get note(): PartNote | undefined {
    return this.#note;
  }

  /** Empties it and notes what comes now. */
  async begin(note: PartNote): Promise<void> {
    await this.#handle.truncate(0);
    this.#hash = createHash('sha256');
    this.#bytes = 0;
    this.#note = note;
    await writeJsonFile(this.#notePath, note);
  }

  /** Appends all of `chunk`. After a failure this object is of no more use. */
  async write(chunk: Uint8Array): Promise<void> {
    for (let done = 0; done < chunk.length; ) {
      const at = this.#bytes + done;
      const { bytesWritten } = await this.#handle.write(chunk, done, chunk.length - done, at);
      done += bytesWritten;
    }
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
  }

  /** Hash of all that is there, in hex. */
  sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  /** Everything is on the disk when it returns. */
  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** Forgets a part and its note. */
export async function removePart(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}.json`, { force: true });
}
