import type { RecallHit } from '../../../contract/documents/documents.ts';
import { type CorpusQuery, querySets, readPassages, readQueries } from './corpus.ts';
import { ndcg, recallAt } from './ranking.ts';
import { SearchPlace } from './search-place.ts';

/** Enough for all that both legs bring. */
const allHits = 100;
const ndcgPlaces = 10;
const recallPlaces = 5;

/** What one way of looking came to, on average over a set. */
export interface Quality {
  ndcg: number;
  recall: number;
}

/** One set of questions, by words, by meaning, and by both as the app does. */
export interface RetrievalResult {
  set: string;
  questions: number;
  words: Quality;
  meaning: Quality;
  both: Quality;
}

interface Lists {
  words: string[];
  meaning: string[];
  both: string[];
}

/** Measures how well questions of the frozen corpus find their passages. */
export async function measureRetrieval(options: {
  modelPath: string;
  threads: number;
}): Promise<RetrievalResult[]> {
  const place = await SearchPlace.open(options);
  try {
    // Each passage is a document of its own, so that what is cut is what was judged.
    await place.add(
      readPassages().map(({ id, title, heading, text }) => ({
        id,
        name: `${title}.md`,
        blocks: [
          { kind: 'heading', level: 1, text: title },
          { kind: 'heading', level: 2, text: heading },
          { kind: 'paragraph', text },
        ],
      })),
    );
    await place.embedAll();
    const results: RetrievalResult[] = [];
    for (const set of querySets) {
      const queries = readQueries(set);
      const lists: Lists[] = [];
      for (const { text } of queries) lists.push(await lookUp(place, text));
      results.push({
        ...{ set, questions: queries.length },
        words: quality(
          queries,
          lists.map(({ words }) => words),
        ),
        meaning: quality(
          queries,
          lists.map(({ meaning }) => meaning),
        ),
        both: quality(
          queries,
          lists.map(({ both }) => both),
        ),
      });
    }
    return results;
  } finally {
    await place.close();
  }
}

async function lookUp(place: SearchPlace, text: string): Promise<Lists> {
  const all = (await place.find(text, allHits)).hits;
  const both = (await place.find(text, ndcgPlaces)).hits;
  return {
    words: inOrder(all, ({ wordRank }) => wordRank),
    meaning: inOrder(all, ({ meaningRank }) => meaningRank),
    both: both.map(({ passage }) => passage.documentId),
  };
}

/** What one leg found, in its own order. */
function inOrder(hits: readonly RecallHit[], rankOf: (hit: RecallHit) => number | null): string[] {
  return hits
    .flatMap((hit) => {
      const rank = rankOf(hit);
      return rank === null ? [] : [{ rank, id: hit.passage.documentId as string }];
    })
    .toSorted((left, right) => left.rank - right.rank)
    .map(({ id }) => id);
}

function quality(queries: readonly CorpusQuery[], lists: readonly string[][]): Quality {
  const mean = (score: (found: string[], query: CorpusQuery) => number): number =>
    queries.reduce((sum, query, at) => sum + score(lists[at] ?? [], query), 0) / queries.length;
  return {
    ndcg: mean((found, { judged }) => ndcg(found, judged, ndcgPlaces)),
    recall: mean((found, { judged }) => recallAt(found, judged, recallPlaces)),
  };
}
