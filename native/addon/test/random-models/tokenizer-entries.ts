import { closeSync, openSync, readSync } from 'node:fs';
import { type Entry, ggufType } from '../gguf-writer.ts';

// Far more than any tokenizer takes; the weights behind it may be gigabytes.
const headerBytes = 64 * 1024 * 1024;

function readHeader(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(headerBytes);
    return bytes.subarray(0, readSync(file, bytes, 0, headerBytes, 0));
  } finally {
    closeSync(file);
  }
}

const fixedBytes: Record<number, number> = {
  [ggufType.uint8]: 1,
  [ggufType.int8]: 1,
  [ggufType.uint16]: 2,
  [ggufType.int16]: 2,
  [ggufType.uint32]: 4,
  [ggufType.int32]: 4,
  [ggufType.float32]: 4,
  [ggufType.boolean]: 1,
  [ggufType.uint64]: 8,
  [ggufType.int64]: 8,
  [ggufType.float64]: 8,
};

function readLength(header: Buffer, at: number): number {
  return Number(header.readBigUInt64LE(at));
}

/** Where the value of `type` at `at` ends. */
function endOfValue(header: Buffer, type: number, at: number): number {
  if (type === ggufType.string) return at + 8 + readLength(header, at);
  if (type !== ggufType.array) return at + (fixedBytes[type] ?? Number.NaN);
  const elementType = header.readUInt32LE(at);
  const count = readLength(header, at + 4);
  let end = at + 12;
  for (let index = 0; index < count; index += 1) end = endOfValue(header, elementType, end);
  return end;
}

/** A model's vocabulary, as its file holds it. */
export interface Tokenizer {
  entries: Entry[];
  tokenCount: number;
}

/** The tokenizer and chat template of a GGUF file that is known to be sound. */
export function copyTokenizer(path: string): Tokenizer {
  const header = readHeader(path);
  const entryCount = readLength(header, 16);
  const entries: Entry[] = [];
  let at = 24;
  for (let index = 0; index < entryCount; index += 1) {
    const keyEnd = endOfValue(header, ggufType.string, at);
    const key = header.toString('latin1', at + 8, keyEnd);
    const type = header.readUInt32LE(keyEnd);
    const end = endOfValue(header, type, keyEnd + 4);
    if (key.startsWith('tokenizer.')) {
      entries.push({ key, type, value: header.subarray(keyEnd + 4, end) });
    }
    at = end;
  }
  const tokens = entries.find(({ key }) => key === 'tokenizer.ggml.tokens');
  if (!tokens) throw new Error(`no vocabulary in ${path}`);
  return { entries, tokenCount: readLength(tokens.value, 4) };
}
