import { describe, expect, test } from 'vitest';
import { AppError } from '../../../../contract/errors/app-error.ts';
import { identify } from '../../formats/identify/identify.ts';
import { isOutOfMemory } from '../../parser-faults.ts';
import { loadPdfReader } from '../../pdf/pdf-reader.ts';
import { loadPictureReaders } from '../../pictures/picture-readers.ts';
import type { ForeignFile, FormatReader, ReaderTable } from '../../reader.ts';
import { memoryFile } from '../memory-file.ts';
import { readAll } from '../read-all.ts';
import { archivePdfs, damagedPdfs } from './pdf-shapes.ts';
import { damagedPictures, otherPictures, pictureBombs, pngSuite } from './picture-shapes.ts';
import type { BadShape } from './shape.ts';

/** Long enough for a loaded machine; an extractor gets 30 seconds of its own. */
const TIMEOUT_MS = 30_000;
const LIMITS = { maxChars: 1_000_000 };

/** How a file ends: read, an error by its code, or out of memory, for which the process ends itself. */
async function endOf(readers: ReaderTable, file: ForeignFile): Promise<string> {
  try {
    const reader = readers[await identify(file)];
    if (reader === undefined) return 'document.unsupported';
    await readAll(reader, file, LIMITS);
    await drawn(reader, file);
    return 'read';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    if (isOutOfMemory(error)) return 'memory';
    // What else PDFium's WASM throws ends as `document.broken` in the process.
    if (error instanceof Error && error.name === 'RuntimeError') return 'document.broken';
    throw error;
  }
}

async function drawn(reader: FormatReader, file: ForeignFile): Promise<void> {
  const signal = new AbortController().signal;
  const pixels = await reader.pixels?.(file, { page: 1, maxPx: 512, signal });
  expect(pixels?.rgb.length).toBe((pixels?.width ?? 0) * (pixels?.height ?? 0) * 3);
  expect(Math.max(pixels?.width ?? 0, pixels?.height ?? 0)).toBeLessThanOrEqual(512);
}

const names = (shapes: readonly BadShape[]) => shapes.map((shape) => [shape.name, shape] as const);

describe.each([
  ['damaged PDFs', damagedPdfs],
  ['PDFs for archives', archivePdfs],
])('%s', (_, shapes) => {
  test.each(names(shapes))('%s', { timeout: TIMEOUT_MS }, async (name, { bytes, ends }) => {
    // PDFium anew for each, as each file has a process of its own.
    const readers = { pdf: await loadPdfReader() };
    expect(ends).toContain(await endOf(readers, memoryFile(bytes(), name)));
  });
});

describe.each([
  ['PNGs of every kind', pngSuite],
  ['pictures of formats that are not read', otherPictures],
  ['damaged pictures', damagedPictures],
  ['bombs', pictureBombs],
])('%s', (_, shapes) => {
  test.each(names(shapes))('%s', { timeout: TIMEOUT_MS }, async (name, { bytes, ends }) => {
    const readers = await loadPictureReaders();
    expect(ends).toContain(await endOf(readers, memoryFile(bytes(), name)));
  });
});
