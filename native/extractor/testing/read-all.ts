import type { Block, ExtractedSummary } from '../../../contract/documents/extracted.ts';
import type { ForeignFile, FormatReader } from '../reader.ts';

/** What a reader gave of a file. */
export interface ReadFile {
  readonly blocks: readonly Block[];
  readonly summary: ExtractedSummary;
  readonly fractions: readonly number[];
}

/** Reads a file to its end. */
export async function readAll(
  reader: FormatReader,
  file: ForeignFile,
  options: { maxChars?: number; signal?: AbortSignal; cpuSeconds?: number } = {},
): Promise<ReadFile> {
  const { maxChars = 10_000_000, signal = new AbortController().signal, ...rest } = options;
  const reading = reader.extract?.(file, { maxChars, signal, ...rest });
  if (reading === undefined) throw new Error('This reader reads no text.');
  const blocks: Block[] = [];
  const fractions: number[] = [];
  for (;;) {
    const next = await reading.next();
    if (next.done === true) return { blocks, summary: next.value, fractions };
    blocks.push(...next.value.blocks);
    fractions.push(next.value.fraction);
  }
}
