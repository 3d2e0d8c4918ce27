import { setImmediate } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import type { DocumentId, Passage, RecallHit } from '../../../../contract/documents/documents.ts';
import type { Block } from '../../../../contract/documents/extracted.ts';
import { DocumentWriter, type IndexedDocument } from './document-writer.ts';
import { choose, type FusedHit, fuse } from './fuse.ts';
import { documentState, openIndexDatabase, rowsPerDocument } from './index-database.ts';
import { areNearCopies, type Shingles, shinglesOf } from './near-copies.ts';
import { PassageReader } from './passage-reader.ts';
import { withRecognised } from './recognised.ts';
import { coverageOf, type Evidence, isRelevant } from './relevance.ts';
import { Sweeper } from './sweeper.ts';
import { type KeptVector, type PassageToEmbed, VectorStore } from './vector-store.ts';
import { contentWords, type QuestionWord, WordSearch } from './word-search.ts';

/** Candidates that each leg brings. */
const legHits = 50;
/** Hits whose words are looked at to judge relevance. */
const judgedHits = 10;
const blocksAtOnce = 256;

/** What a question is looked up by. */
export interface IndexQuestion {
  question: string;
  documentIds: readonly DocumentId[];
  /** The question's own vector and the rows of the file of vectors closest to it; null without a model. */
  meaning: { query: Float32Array; rows: Uint32Array } | null;
  count: number;
}

/** What a question found. */
export interface Recall {
  hits: RecallHit[];
  evidence: Evidence;
  /** Nothing that was found bears on the question: `isRelevant` says how that is judged. */
  isNothingRelevant: boolean;
}

interface PageRow {
  page: number;
  blocks: string;
}

/**
 * The index of passages: what was read of documents, cut, and found again by words and by meaning. Everything
 * is synchronous but the slow; one thread has it for itself.
 */
export class SearchIndex {
  readonly #database: Database;
  readonly #writers = new Map<number, DocumentWriter>();
  readonly #reader: PassageReader;
  readonly #words: WordSearch;
  readonly #vectors: VectorStore;
  readonly #sweeper: Sweeper;
  #lastWriter = 0;

  /** @throws what SQLite throws, where the folder cannot be written */
  constructor(folder: string) {
    this.#database = openIndexDatabase(folder).database;
    this.#sweeper = new Sweeper(this.#database);
    this.#sweeper.buryPartial();
    this.#reader = new PassageReader(this.#database);
    this.#words = new WordSearch(this.#database);
    this.#vectors = new VectorStore(this.#database);
  }

  close(): void {
    this.#database.close();
  }

  /** Removes some of what is not wanted any more; true while there is more. */
  sweep(): boolean {
    return this.#sweeper.step();
  }

  /** Begins a document; the one of the same id is found until this one is finished. Returns its writer. */
  begin(id: DocumentId, name: string): number {
    this.#lastWriter += 1;
    this.#writers.set(this.#lastWriter, new DocumentWriter(this.#database, id, name));
    return this.#lastWriter;
  }

  /** Takes the next blocks of a document. */
  append(writer: number, blocks: readonly Block[]): void {
    this.#writer(writer).append(blocks);
  }

  finish(writer: number): IndexedDocument {
    const indexed = this.#writer(writer).finish();
    this.#writers.delete(writer);
    this.#changed();
    return indexed;
  }

  abandon(writer: number): void {
    this.#writers.get(writer)?.abandon();
    this.#writers.delete(writer);
  }

  /** Documents that are whole. */
  documentIds(): DocumentId[] {
    return this.#reader.documentIds();
  }

  rename(id: DocumentId, name: string): void {
    this.#database.prepare('UPDATE documents SET name = ? WHERE id = ?').run(name, id);
    this.#reader.refresh();
  }

  /** They are not found from now on; `sweep` takes them away. */
  remove(ids: readonly DocumentId[]): void {
    const bury = this.#database.prepare(
      `UPDATE documents SET state = ${documentState.dead} WHERE id = ?`,
    );
    const forget = this.#database.prepare('DELETE FROM recognised_pages WHERE document_id = ?');
    this.#database.transaction(() => {
      for (const id of ids) {
        bury.run(id);
        forget.run(id);
      }
    })();
    this.#changed();
  }

  blocks(id: DocumentId, from: number, count: number): { blocks: Block[]; totalBlocks: number } {
    return this.#reader.blocks(id, from, count);
  }

  passages(id: DocumentId, from: number, count: number): Passage[] {
    return this.#reader.passages(id, from, count);
  }

  /** Keeps what was recognised on a page until the document is cut anew. */
  keepRecognised(id: DocumentId, page: number, blocks: readonly Block[]): void {
    this.#database
      .prepare(
        'INSERT OR REPLACE INTO recognised_pages (document_id, page, blocks) VALUES (?, ?, ?)',
      )
      .run(id, page, JSON.stringify(blocks));
  }

  recognisedPages(id: DocumentId): number[] {
    return this.#recognised(id).map(({ page }) => page);
  }

  /** Cuts a document anew with what was recognised of its pages, each in its place. */
  async recut(id: DocumentId, name: string): Promise<IndexedDocument> {
    const pages = this.#recognised(id).map(({ page, blocks }) => ({
      page,
      blocks: JSON.parse(blocks) as Block[],
    }));
    const writer = this.begin(id, name);
    try {
      for (const blocks of withRecognised(this.#allBlocks(id), pages, blocksAtOnce)) {
        this.append(writer, blocks);
        await setImmediate();
      }
      return this.finish(writer);
    } catch (error) {
      this.abandon(writer);
      throw error;
    }
  }

  fingerprint(): string | null {
    return this.#vectors.fingerprint();
  }

  restartVectors(fingerprint: string): void {
    this.#vectors.restart(fingerprint);
  }

  /** `rows`: what the file of vectors must have at least; `alive`: those that belong to a passage. */
  vectorCounts(): { rows: number; alive: number } {
    return { rows: this.#vectors.rowCount(), alive: this.#vectors.aliveCount() };
  }

  toEmbed(count: number): PassageToEmbed[] {
    return this.#vectors.toEmbed(count);
  }

  waitingCount(): number {
    return this.#vectors.waitingCount();
  }

  embeddedCounts(): Map<string, number> {
    return this.#vectors.embeddedCounts();
  }

  keepVectors(vectors: readonly KeptVector[]): void {
    this.#vectors.keep(vectors);
  }

  vectorsAfter(row: number, count: number): KeptVector[] {
    return this.#vectors.after(row, count);
  }

  renumberVectors(): void {
    this.#vectors.renumber();
  }

  /** Which rows of the file of vectors a question to these documents may find; null: none. */
  vectorFilter(ids: readonly DocumentId[]): Uint8Array | null {
    return this.#vectors.filter(this.#reader.numbersOf(ids));
  }

  /** Finds passages by words, and by meaning where the question comes with a vector. */
  search({ question, documentIds, meaning, count }: IndexQuestion): Recall {
    const numbers = this.#reader.numbersOf(documentIds);
    const words = this.#words.weigh(contentWords(question));
    const byWords = this.#words.search(words, { numbers }, legHits);
    const byMeaning = meaning
      ? this.#vectors.score(meaning.rows, meaning.query).slice(0, legHits)
      : [];
    const fused = fuse(byWords, byMeaning);
    const hits = this.#choose(fused, numbers.length, count);
    const evidence = {
      coverage: this.#coverage(words, fused),
      closeness: byMeaning[0]?.score ?? null,
    };
    return {
      hits,
      evidence,
      isNothingRelevant: hits.length === 0 || !isRelevant(evidence),
    };
  }

  #choose(fused: readonly FusedHit[], sourceCount: number, count: number): RecallHit[] {
    const passages = new Map<number, Passage | undefined>();
    const passageAt = (row: number) => {
      if (!passages.has(row)) passages.set(row, this.#reader.passageAt(row));
      return passages.get(row);
    };
    const shingles = new Map<number, Shingles>();
    const shinglesAt = (row: number): Shingles => {
      const known = shingles.get(row) ?? shinglesOf(passageAt(row)?.text ?? '');
      shingles.set(row, known);
      return known;
    };
    const chosen = choose(fused, {
      ...{ count, sourceCount },
      sourceOf: (row) => Math.floor(row / rowsPerDocument),
      isCopy: (row, taken) =>
        taken.some((other) => areNearCopies(shinglesAt(row), shinglesAt(other))),
    });
    return chosen.flatMap(({ row, ...ranks }) => {
      const passage = passageAt(row);
      return passage ? [{ passage, ...ranks }] : [];
    });
  }

  #coverage(words: readonly QuestionWord[], fused: readonly FusedHit[]): number {
    const total = this.#reader.passageCount();
    const shares = fused
      .slice(0, judgedHits)
      .map(({ row }) => coverageOf(words, total, (word) => this.#words.holds(row, word)));
    return Math.max(0, ...shares);
  }

  #recognised(id: DocumentId): PageRow[] {
    return this.#database
      .prepare<[string], PageRow>(
        'SELECT page, blocks FROM recognised_pages WHERE document_id = ? ORDER BY page',
      )
      .all(id);
  }

  *#allBlocks(id: DocumentId): Generator<Block> {
    for (let from = 0; ; from += blocksAtOnce) {
      const { blocks, totalBlocks } = this.#reader.blocks(id, from, blocksAtOnce);
      yield* blocks;
      if (from + blocks.length >= totalBlocks) return;
    }
  }

  #writer(writer: number): DocumentWriter {
    const found = this.#writers.get(writer);
    if (!found) throw new Error('no such writer');
    return found;
  }

  #changed(): void {
    this.#reader.refresh();
    this.#words.forget();
    this.#vectors.forget();
  }
}
