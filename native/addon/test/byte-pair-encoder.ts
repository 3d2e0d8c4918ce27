import { readFileSync } from 'node:fs';

/** What a tokenizer is made of, read from a GGUF file. */
export interface Vocabulary {
  tokens: string[];
  types: number[];
  merges: string[];
}

class Cursor {
  #at = 8;
  readonly #bytes: Buffer;
  constructor(path: string) {
    this.#bytes = readFileSync(path);
  }
  number(bytes: 4 | 8): number {
    const value =
      bytes === 4
        ? this.#bytes.readUInt32LE(this.#at)
        : Number(this.#bytes.readBigUInt64LE(this.#at));
    this.#at += bytes;
    return value;
  }
  string(): string {
    const length = this.number(8);
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }
  skip(type: number): void {
    this.#at += [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8][type] ?? 0;
  }
}

function readValue(cursor: Cursor, type: number): unknown {
  if (type === 8) return cursor.string();
  if (type === 4 || type === 5) return cursor.number(4);
  if (type === 9) {
    const elementType = cursor.number(4);
    const count = cursor.number(8);
    return Array.from({ length: count }, () => readValue(cursor, elementType));
  }
  cursor.skip(type);
  return undefined;
}

/** Reads the vocabulary of a file that is known to be sound. */
export function readVocabulary(path: string): Vocabulary {
  const cursor = new Cursor(path);
  cursor.number(8);
  const entryCount = cursor.number(8);
  const entries = new Map<string, unknown>();
  for (let index = 0; index < entryCount; index += 1) {
    const key = cursor.string();
    entries.set(key, readValue(cursor, cursor.number(4)));
  }
  return {
    tokens: entries.get('tokenizer.ggml.tokens') as string[],
    types: entries.get('tokenizer.ggml.token_type') as number[],
    merges: entries.get('tokenizer.ggml.merges') as string[],
  };
}

/** GPT-2's letters for bytes: printable ones stand for themselves. */
function byteLetters(): string[] {
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(printable(byte) ? byte : next++),
  );
}

const words = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/**
 * Byte pair encoding as GPT-2 does it, written from its definition: it knows no special tokens at all, so
 * it is the measure for text that must be read as plain.
 */
export function encodePlain(vocabulary: Vocabulary, text: string): number[] {
  const letters = byteLetters();
  const ranks = new Map(vocabulary.merges.map((merge, rank) => [merge, rank]));
  const ids = new Map(vocabulary.tokens.map((token, id) => [token, id]));
  const encodeWord = (word: string): number[] => {
    let parts = [...Buffer.from(word)].map((byte) => letters[byte] ?? '');
    for (;;) {
      const pairs = parts.slice(1).map((part, index) => ranks.get(`${parts[index]} ${part}`));
      const best = Math.min(...pairs.map((rank) => rank ?? Number.POSITIVE_INFINITY));
      const at = pairs.indexOf(best);
      if (at < 0) break;
      parts = [...parts.slice(0, at), `${parts[at]}${parts[at + 1]}`, ...parts.slice(at + 2)];
    }
    return parts.map((part) => ids.get(part) ?? -1);
  };
  return (text.match(words) ?? []).flatMap(encodeWord);
}
