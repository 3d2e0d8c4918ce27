import type { Database } from 'better-sqlite3';
import { isStopWord, withoutAskingWords } from '../cutting/stop-words.ts';
import { foldedText, isSingleHan, wordsOf } from '../cutting/words.ts';
import { rowsPerDocument } from './index-database.ts';

/** Words of a question that are looked up; the rarest count, so more would hardly change an order. */
const mostWords = 24;
/** Rows that may be scored for one question: about 2.5 microseconds each. */
const scoredRows = 4000;

/** A passage that words of the question stand in. */
export interface WordHit {
  row: number;
  /** BM25, higher is better. */
  score: number;
}

/** A word of a question, and in how many passages it stands; counted up to a limit. */
export interface QuestionWord {
  word: string;
  rows: number;
}

/** The words of a question that say what it is about; all of its words where none does. */
export function contentWords(question: string): string[] {
  const folded = foldedText(question);
  const words = wordsOf(withoutAskingWords(folded)).filter((word) => !isStopWord(word));
  const chosen = words.length > 0 ? words : wordsOf(folded);
  return [...new Set(chosen)].slice(0, mostWords);
}

/** A word as FTS5 reads it: a string, never its own syntax. A single Han character is the beginning of pairs. */
function quoted(word: string): string {
  const text = `"${word.replaceAll('"', '""')}"`;
  return isSingleHan(word) ? `${text}*` : text;
}

/** Documents by their numbers, in order. */
export interface Scope {
  readonly numbers: readonly number[];
}

function rowRange(numbers: readonly number[]): [number, number] {
  const first = numbers[0] ?? 0;
  const last = numbers.at(-1) ?? 0;
  return [first * rowsPerDocument, (last + 1) * rowsPerDocument - 1];
}

/** BM25 over the index of words. */
export class WordSearch {
  readonly #count;
  readonly #search;
  readonly #holds;
  /** How many rows a word stands in, for as long as nothing is written. */
  readonly #rowCounts = new Map<string, number>();

  constructor(database: Database) {
    this.#count = database
      .prepare<[string, number], number>(
        'SELECT count(*) FROM (SELECT 1 FROM passage_words WHERE passage_words MATCH ? LIMIT ?)',
      )
      .pluck();
    // The plus sign keeps SQLite from turning the filter into one search a document. Of words that stand
    // everywhere the newest passages are scored, no more than there is time for.
    this.#search = database.prepare<[string, number, number, string, number], WordHit>(
      `SELECT row, score FROM (
         SELECT rowid AS row, -bm25(passage_words) AS score FROM passage_words
         WHERE passage_words MATCH ? AND rowid BETWEEN ? AND ?
           AND +rowid / ${rowsPerDocument} IN (SELECT value FROM json_each(?))
         ORDER BY rowid DESC LIMIT ${scoredRows}
       ) ORDER BY score DESC, row LIMIT ?`,
    );
    this.#holds = database
      .prepare<[string, number], number>(
        'SELECT 1 FROM passage_words WHERE passage_words MATCH ? AND rowid = ?',
      )
      .pluck();
  }

  /** Something was written: counts are taken anew. */
  forget(): void {
    this.#rowCounts.clear();
  }

  /** The words with the rows they stand in, the rarest first. */
  weigh(words: readonly string[]): QuestionWord[] {
    const weighed = words.map((word) => ({ word, rows: this.#rowsWith(word) }));
    return weighed.sort((left, right) => left.rows - right.rows);
  }

  /**
   * The best `count` passages of the scope. Where words are common, the rarest decide: as many as can be scored
   * in the time there is; where all are too common, the passages that hold two of them.
   */
  search(words: readonly QuestionWord[], { numbers }: Scope, count: number): WordHit[] {
    const known = words.filter(({ rows }) => rows > 0);
    if (known.length === 0 || numbers.length === 0) return [];
    const [first, last] = rowRange(numbers);
    const run = (query: string) =>
      this.#search.all(query, first, last, JSON.stringify(numbers), count);
    const chosen = withinBudget(known);
    if (chosen.length > 0) return run(chosen.map(({ word }) => quoted(word)).join(' OR '));
    const [rarest, second] = known;
    const both = second ? run(`${quoted(rarest?.word ?? '')} AND ${quoted(second.word)}`) : [];
    return both.length > 0 ? both : run(quoted(rarest?.word ?? ''));
  }

  /** Whether the passage holds the word, in whatever form the index folds together. */
  holds(row: number, word: string): boolean {
    return this.#holds.get(quoted(word), row) !== undefined;
  }

  #rowsWith(word: string): number {
    const known = this.#rowCounts.get(word);
    if (known !== undefined) return known;
    const rows = this.#count.get(quoted(word), scoredRows + 1) ?? 0;
    this.#rowCounts.set(word, rows);
    return rows;
  }
}

/** The rarest words, as long as all their rows together can be scored. */
function withinBudget(words: readonly QuestionWord[]): QuestionWord[] {
  let sum = 0;
  return words.filter(({ rows }) => {
    sum += rows;
    return sum <= scoredRows;
  });
}
