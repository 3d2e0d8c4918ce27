import { open } from 'node:fs/promises';
import { reserveBytes } from './choose-context.ts';

/** Read at once; between two of them it is looked at who else wants anything. */
const pieceBytes = 4 * 2 ** 20;
/** Read between two looks at the memory. */
const lookEveryBytes = 64 * 2 ** 20;

export interface ReadAheadOptions {
  signal: AbortSignal;
  installedMemoryBytes: number;
  /** Memory that a program can have now; pages that were read ahead count as free. */
  freeMemoryBytes(): Promise<number>;
}

/**
 * Reads files from disk for nobody yet, so that the system has their pages in memory when a model is loaded from
 * them. Stops for good where memory would get short, where a file cannot be read, and on `signal`.
 * Returns the bytes that were read; never rejects.
 */
export async function readAhead(
  paths: readonly string[],
  options: ReadAheadOptions,
): Promise<number> {
  let readBytes = 0;
  const buffer = Buffer.allocUnsafe(pieceBytes);
  for (const path of paths) {
    const result = await readFileAhead(path, buffer, options).catch(() => undefined);
    readBytes += result?.readBytes ?? 0;
    if (!result?.isWhole) break;
  }
  return readBytes;
}

async function readFileAhead(path: string, buffer: Buffer, options: ReadAheadOptions) {
  const { signal, installedMemoryBytes, freeMemoryBytes } = options;
  const reserve = reserveBytes(installedMemoryBytes);
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  let readBytes = 0;
  while (readBytes < size && !signal.aborted) {
    const isTimeToLook = readBytes % lookEveryBytes === 0;
    if (isTimeToLook && (await freeMemoryBytes()) < reserve + size - readBytes) break;
    const piece = await file.read(buffer, 0, pieceBytes, readBytes);
    if (piece.bytesRead === 0) break;
    readBytes += piece.bytesRead;
  }
  return { readBytes, isWhole: readBytes >= size };
}
