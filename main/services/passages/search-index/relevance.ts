import type { QuestionWord } from './word-search.ts';

/** Share of the weight of a question's words that a passage must hold to bear on it by words alone. */
const enoughCoverage = 0.5;
/** Less of it does where the meaning is rather close. */
const someCoverage = 0.2;
/**
 * Cosines of multilingual-e5-small. Of 258 questions and the passages that answer them one in five has a best
 * cosine below `close`, and of 16 questions about nothing that was there one in ten above it. How far a cosine
 * stands out from all others was tried and tells next to nothing (0.53 against 0.92, as the chance that a
 * question with an answer comes before one without).
 */
const close = 0.84;
const ratherClose = 0.82;

/** What was found out about how well a question is answered by what was found. */
export interface Evidence {
  /** Of the weight of the question's words, what the best passage holds, in [0, 1]. */
  coverage: number;
  /** The best passage's cosine; null without vectors. */
  closeness: number | null;
}

/** Small words of Chinese: a pair of characters with one of them is mostly no word but the seam of two. */
const seam = /[在和与及把被也都就很这那之而]/u;

/**
 * How much a word tells: the rarer, the more, as in BM25. One that stands nowhere tells as much as one that
 * stands once: a question about it is hardly answered by passages that do not know it.
 */
export function weightOf({ word, rows }: QuestionWord, total: number): number {
  if (word.length === 2 && seam.test(word)) return 0;
  const known = Math.max(rows, 1);
  const passages = Math.max(total, known);
  return Math.log(1 + (passages - known + 0.5) / (known + 0.5));
}

/** The share of the words' weight that stands in a passage; `holds` tells of each word. */
export function coverageOf(
  words: readonly QuestionWord[],
  total: number,
  holds: (word: string) => boolean,
): number {
  let all = 0;
  let held = 0;
  for (const asked of words) {
    const weight = weightOf(asked, total);
    all += weight;
    if (asked.rows > 0 && holds(asked.word)) held += weight;
  }
  return all === 0 ? 0 : held / all;
}

/**
 * Whether what was found bears on the question at all, by code: a passage holds most of what the question's
 * words weigh, or is close to it in meaning, or rather close and holds some of the words.
 */
export function isRelevant({ coverage, closeness }: Evidence): boolean {
  if (coverage >= enoughCoverage) return true;
  if (closeness === null) return false;
  return closeness >= close || (coverage >= someCoverage && closeness >= ratherClose);
}
