import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ConversionRequest } from '../../../contract/engine/embeddings.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import { describeBert } from './bert-gguf.ts';
import { type ContainerTensor, maxHeadBytes, readContainer } from './e5-container.ts';
import { paddingAfter } from './gguf-head.ts';

const chunkBytes = 2 ** 20;

/**
 * Makes a GGUF of a model in a container: reads the head, writes another one, and copies the weights as they
 * are, a mebibyte at a time. The same container gives the same bytes. Chunks are the fraction of the weights
 * copied; the result is the new file's length. Written under another name and renamed when it is on the disk.
 * @throws AppError `model.file-missing`, `model.file-unreadable`, `model.file-broken`, `storage.full`
 * Aborting `signal` ends it after the chunk in hand and leaves nothing.
 */
export async function* convertEmbedder(
  request: ConversionRequest,
  signal: AbortSignal,
): AsyncGenerator<{ fraction: number }, { fileBytes: number }, void> {
  const { path, targetPath } = request;
  const temporary = `${targetPath}.new`;
  const source = await openSource(path);
  try {
    const { head, weights } = await readHead(source, path);
    const fileBytes = yield* writeTarget({ source, temporary, head, weights, signal });
    await rename(temporary, targetPath);
    await syncFolder(dirname(targetPath));
    return { fileBytes };
  } catch (error) {
    await rm(temporary, { force: true });
    throw translated(error, targetPath);
  } finally {
    await source.close();
  }
}

async function openSource(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw openFault(error, path);
  }
}

function openFault(error: unknown, path: string): AppError {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  if (code === 'ENOENT') return new AppError('model.file-missing', { path }, { cause: error });
  return new AppError('model.file-unreadable', { path, reason: code }, { cause: error });
}

async function readHead(source: FileHandle, path: string) {
  const { size: fileBytes } = await source.stat();
  const head = Buffer.alloc(Math.min(fileBytes, maxHeadBytes));
  await readAt(source, head, 0, path);
  return describeBert(readContainer(head, { path, fileBytes }), path);
}

interface Writing {
  source: FileHandle;
  temporary: string;
  head: Buffer;
  weights: readonly ContainerTensor[];
  signal: AbortSignal;
}

async function* writeTarget(writing: Writing): AsyncGenerator<{ fraction: number }, number, void> {
  const { source, temporary, head, weights, signal } = writing;
  const target = await open(temporary, 'w');
  try {
    await target.writeFile(head);
    const totalBytes = weights.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const buffer = Buffer.alloc(chunkBytes);
    let doneBytes = 0;
    let fileBytes = head.length;
    for (const { offset, byteLength } of weights) {
      for (let at = 0; at < byteLength; at += chunkBytes) {
        signal.throwIfAborted();
        const chunk = buffer.subarray(0, Math.min(chunkBytes, byteLength - at));
        await readAt(source, chunk, offset + at, temporary);
        await target.writeFile(chunk);
        doneBytes += chunk.length;
        yield { fraction: totalBytes === 0 ? 1 : doneBytes / totalBytes };
      }
      const padding = paddingAfter(byteLength);
      if (padding > 0) await target.writeFile(Buffer.alloc(padding));
      fileBytes += byteLength + padding;
    }
    await target.sync();
    return fileBytes;
  } finally {
    await target.close();
  }
}

/** Fills `buffer` from the file at `position`. */
async function readAt(
  source: FileHandle,
  buffer: Buffer,
  position: number,
  path: string,
): Promise<void> {
  for (let at = 0; at < buffer.length; ) {
    const { bytesRead } = await source.read(buffer, at, buffer.length - at, position + at);
    if (bytesRead === 0) {
      const detail = 'the container became shorter';
      throw new AppError('model.file-broken', { path, fault: 'truncated', detail });
    }
    at += bytesRead;
  }
}

/** So that the new name lies on the disk; where folders cannot be synced, the system does it itself. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function translated(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError('storage.full', { path }, { cause: error });
  }
  return error;
}
