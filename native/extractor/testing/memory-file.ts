import type { Block, ExtractedSummary, FileFormat } from '../../../contract/documents/extracted.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import { identify, textReaders } from '../formats/index.ts';
import type { ForeignFile } from '../reader.ts';

/** Bytes as the open file of an extractor. */
export function memoryFile(content: Uint8Array | string, name = 'file'): ForeignFile {
  const bytes = Buffer.from(content);
  return {
    name,
    fileBytes: bytes.byteLength,
    read: (position, length) => new Uint8Array(bytes.subarray(position, position + length)),
    readAll: (maxBytes) => {
      if (bytes.byteLength <= maxBytes) return new Uint8Array(bytes);
      throw new AppError('document.too-large', {
        name,
        limit: 'bytes',
        found: bytes.byteLength,
        allowed: maxBytes,
      });
    },
  };
}

export interface Reading {
  format: FileFormat;
  blocks: Block[];
  /** As documents are kept: blocks with an empty line between them. */
  text: string;
  /** The same without hidden blocks. */
  seenText: string;
  summary: ExtractedSummary;
}

/** What the readers make of a file, from its identification on. */
export async function readFile(file: ForeignFile, maxChars = 10_000_000): Promise<Reading> {
  const format = await identify(file);
  const reading = textReaders[format]?.extract?.(file, {
    maxChars,
    signal: new AbortController().signal,
  });
  if (reading === undefined) throw new AppError('document.unsupported', { name: file.name });
  const blocks: Block[] = [];
  for (;;) {
    const next = await reading.next();
    if (next.done === true) {
      const seen = blocks.filter(({ hidden }) => hidden === undefined);
      return {
        format,
        blocks,
        text: blocks.map(({ text }) => text).join('\n\n'),
        seenText: seen.map(({ text }) => text).join('\n\n'),
        summary: next.value,
      };
    }
    blocks.push(...next.value.blocks);
  }
}

/** `readFile` over bytes or text. */
export function read(
  content: Uint8Array | string,
  name = 'file',
  maxChars?: number,
): Promise<Reading> {
  return readFile(memoryFile(content, name), maxChars);
}
