import type { QuestionWord } from './word-search.ts';

/** Share of the weight of a question's words that a passage must hold to bear on it. */
const enoughCoverage = 0.5;
/** Fewer cosines than this say nothing of how they spread. */
const fewestSamples = 20;
/** How far above the crowd the best passage must stand, in standard deviations of the crowd. */
const standsOut = 3;

/** What was found out about how well a question is answered by what was found. */
export interface Evidence {
  /** Of the weight of the question's words, what the best passage holds, in [0, 1]. */
  coverage: number;
  /** How many standard deviations the best passage's cosine lies above all passages'; null without vectors. */
  prominence: number | null;
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

/** How far `best` stands above `sample`, in its standard deviations; null for too small a sample. */
export function prominenceOf(best: number, sample: readonly number[]): number | null {
  if (sample.length < fewestSamples) return null;
  const mean = sample.reduce((sum, score) => sum + score, 0) / sample.length;
  const variance = sample.reduce((sum, score) => sum + (score - mean) ** 2, 0) / sample.length;
  return variance === 0 ? 0 : (best - mean) / Math.sqrt(variance);
}

/**
 * Whether what was found bears on the question at all, by code: a passage holds most of what the question's
 * words weigh, or its meaning stands out from the crowd of all passages. Cosines of the embedding model are
 * never compared with a fixed figure: what is high differs from question to question.
 */
export function isRelevant({ coverage, prominence }: Evidence): boolean {
  return coverage >= enoughCoverage || (prominence !== null && prominence >= standsOut);
}
