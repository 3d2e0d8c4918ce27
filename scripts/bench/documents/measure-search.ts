import { median, quantile } from '../statistics.ts';
import { readQueries } from './corpus.ts';
import { MadeText } from './made-text.ts';
import { madeVectors } from './made-vectors.ts';
import { SearchPlace } from './search-place.ts';

const paragraphsPerDocument = 500;
const questionsAsked = 60;
const hitsWanted = 10;

/** How fast passages are cut and found. */
export interface SearchSpeed {
  /** Cut and put into the index of words, without vectors. */
  passagesPerSecond: number;
  queries: { passages: number; medianMs: number; slowMs: number }[];
}

/**
 * Measures cutting and indexing on the way, and the time of a question at each of `sizes` (passages, rising).
 * Vectors are made up, so the time to embed the question is not in it.
 */
export async function measureSearch(sizes: readonly number[]): Promise<SearchSpeed> {
  const place = await SearchPlace.open({ modelPath: null, threads: 1, embedder: madeVectors() });
  const text = new MadeText(1);
  const questions = readQueries('en').slice(0, questionsAsked);
  const speeds: number[] = [];
  const queries: SearchSpeed['queries'] = [];
  let passages = 0;
  let documents = 0;
  try {
    for (const size of sizes) {
      while (passages < size) {
        const paragraphs = Math.min(paragraphsPerDocument, size - passages);
        const document = text.document(`document-${documents}`, paragraphs);
        documents += 1;
        const startMs = performance.now();
        const added = await place.add([document]);
        speeds.push((added / (performance.now() - startMs)) * 1000);
        passages += added;
      }
      await place.embedAll();
      // The first question after a change reads the index's notes anew.
      await place.find('warm up', hitsWanted);
      const times: number[] = [];
      for (const { text: question } of questions) {
        const startMs = performance.now();
        await place.find(question, hitsWanted);
        times.push(performance.now() - startMs);
      }
      queries.push({ passages, medianMs: median(times), slowMs: quantile(times, 0.95) });
    }
    return { passagesPerSecond: median(speeds), queries };
  } finally {
    await place.close();
  }
}
