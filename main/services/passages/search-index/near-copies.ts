import { wordsOf } from '../cutting/words.ts';

/** Words that are looked at together. */
const shingleWords = 3;
/** From here on two texts are taken for copies of one another. */
const copyShare = 0.7;

function hashOf(words: readonly string[], start: number): number {
  let hash = 2_166_136_261;
  for (let index = start; index < start + shingleWords; index += 1) {
    for (const char of words[index] ?? '') {
      hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619);
    }
    hash = Math.imul(hash ^ 0x20, 16_777_619);
  }
  return hash >>> 0;
}

/** What a text is compared by. */
export type Shingles = ReadonlySet<number>;

/** The runs of three words that a text has; of a shorter one, all of it. */
export function shinglesOf(text: string): Shingles {
  const words = wordsOf(text);
  const last = Math.max(words.length - shingleWords, 0);
  return new Set(Array.from({ length: last + 1 }, (_, start) => hashOf(words, start)));
}

/**
 * Whether one text is nearly the other, or nearly all of it stands in the other. Two texts without words are
 * copies.
 */
export function areNearCopies(left: Shingles, right: Shingles): boolean {
  const [small, large] = left.size <= right.size ? [left, right] : [right, left];
  let shared = 0;
  for (const hash of small) if (large.has(hash)) shared += 1;
  return shared >= copyShare * small.size;
}
