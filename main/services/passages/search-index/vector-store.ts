import type { Database } from 'better-sqlite3';
import { documentState, rowsPerDocument } from './index-database.ts';

/** A passage that has no vector yet. */
export interface PassageToEmbed {
  row: number;
  documentId: string;
  headingPath: string[];
  tableHeader: string | null;
  text: string;
}

/** One vector of a passage, with its row in the file of vectors. */
export interface KeptVector {
  row: number;
  passage: number;
  vector: Float32Array;
}

/** A hit in the file of vectors, scored by the float vectors. */
export interface MeaningHit {
  row: number;
  /** Cosine. */
  score: number;
}

interface ToEmbedRow {
  row: number;
  documentId: string;
  headingPath: string;
  tableHeader: string | null;
  text: string;
}

function floatsOf(blob: Buffer): Float32Array {
  // A copy: SQLite's bytes need not begin where floats may.
  return new Float32Array(Uint8Array.from(blob).buffer);
}

function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1)
    sum += (left[index] ?? 0) * (right[index] ?? 0);
  return sum;
}

/** The float vectors of passages, and which row of the file of vectors is whose. */
export class VectorStore {
  readonly #database: Database;
  readonly #toEmbed;
  readonly #insert;
  readonly #mark;
  readonly #get;
  readonly #all;
  readonly #fact;
  readonly #setFact;
  readonly #counts;
  /** Rows of the file by document number; undefined until first wanted. */
  #rows: Map<number, number[]> | undefined;

  constructor(database: Database) {
    this.#database = database;
    this.#toEmbed = database.prepare<[number], ToEmbedRow>(
      `SELECT p.row, d.id AS documentId, heading_path AS headingPath, table_header AS tableHeader, text
       FROM passages AS p JOIN documents AS d ON d.number = p.row / ${rowsPerDocument}
       WHERE is_embedded = 0 AND d.state = ${documentState.whole} ORDER BY p.row LIMIT ?`,
    );
    this.#insert = database.prepare<[number, number, Buffer]>(
      'INSERT INTO vectors (row, passage, vector) VALUES (?, ?, ?)',
    );
    this.#mark = database.prepare<[number]>('UPDATE passages SET is_embedded = 1 WHERE row = ?');
    this.#get = database.prepare<[number], { passage: number; vector: Buffer }>(
      'SELECT passage, vector FROM vectors WHERE row = ?',
    );
    this.#all = database.prepare<
      [number, number],
      { row: number; passage: number; vector: Buffer }
    >('SELECT row, passage, vector FROM vectors WHERE row > ? ORDER BY row LIMIT ?');
    this.#fact = database
      .prepare<[string], string>('SELECT value FROM facts WHERE name = ?')
      .pluck();
    this.#setFact = database.prepare<[string, string]>(
      'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    this.#counts = database.prepare<[], { id: string; count: number }>(
      `SELECT d.id, sum(p.is_embedded) AS count FROM documents AS d
       JOIN passages AS p ON p.row BETWEEN d.number * ${rowsPerDocument} AND (d.number + 1) * ${rowsPerDocument} - 1
       WHERE d.state = ${documentState.whole} GROUP BY d.number`,
    );
  }

  /** Whose vectors these are: a model's fingerprint; null where there are none. */
  fingerprint(): string | null {
    return this.#fact.get('vectors') ?? null;
  }

  /** Throws every vector away: they are to be those of another model. */
  restart(fingerprint: string): void {
    this.#database.transaction(() => {
      this.#database.exec(
        'DELETE FROM vectors; UPDATE passages SET is_embedded = 0 WHERE is_embedded = 1',
      );
      this.#setFact.run('vectors', fingerprint);
    })();
    this.#rows = undefined;
  }

  /** Rows that the file must have at least. */
  rowCount(): number {
    const last = this.#database.prepare('SELECT max(row) FROM vectors').pluck().get();
    return last === null ? 0 : Number(last) + 1;
  }

  aliveCount(): number {
    return Number(this.#database.prepare('SELECT count(*) FROM vectors').pluck().get());
  }

  /** Passages without a vector, oldest document first. */
  toEmbed(count: number): PassageToEmbed[] {
    return this.#toEmbed.all(count).map((row) => ({
      ...row,
      headingPath: JSON.parse(row.headingPath) as string[],
    }));
  }

  waitingCount(): number {
    return Number(
      this.#database.prepare('SELECT count(*) FROM passages WHERE is_embedded = 0').pluck().get(),
    );
  }

  /** By document: how many of its passages have vectors. */
  embeddedCounts(): Map<string, number> {
    return new Map(this.#counts.all().map(({ id, count }) => [id, count]));
  }

  keep(vectors: readonly KeptVector[]): void {
    this.#database.transaction(() => {
      for (const { row, passage, vector } of vectors) {
        const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
        this.#insert.run(row, passage, bytes);
        this.#mark.run(passage);
      }
    })();
    for (const { row, passage } of vectors) this.#note(row, passage);
  }

  /** Vectors in the order of their rows, after `row`. */
  after(row: number, count: number): KeptVector[] {
    return this.#all.all(row, count).map((kept) => ({ ...kept, vector: floatsOf(kept.vector) }));
  }

  /** Gives vectors other rows: the file was made anew from them, in their order. */
  renumber(): void {
    this.#database.transaction(() => {
      const rows = this.#database
        .prepare<[], number>('SELECT row FROM vectors ORDER BY row')
        .pluck()
        .all();
      const move = this.#database.prepare<[number, number]>(
        'UPDATE vectors SET row = ? WHERE row = ?',
      );
      for (const [index, row] of rows.entries()) if (index !== row) move.run(index, row);
    })();
    this.#rows = undefined;
  }

  /** Documents went: the rows are counted anew when next wanted. */
  forget(): void {
    this.#rows = undefined;
  }

  /** A bit for each row of the file that belongs to one of the documents; null where none does. */
  filter(numbers: readonly number[]): Uint8Array | null {
    const rows = numbers.flatMap((number) => this.#loaded().get(number) ?? []);
    if (rows.length === 0) return null;
    let last = 0;
    for (const row of rows) if (row > last) last = row;
    const bits = new Uint8Array((last >> 3) + 1);
    for (const row of rows) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
    return bits;
  }

  /** The passages behind rows of the file, by the true cosine, best first, each once. */
  score(rows: Uint32Array, query: Float32Array): MeaningHit[] {
    const best = new Map<number, number>();
    for (const row of rows) {
      const found = this.#get.get(row);
      if (!found) continue;
      const score = dot(floatsOf(found.vector), query);
      best.set(found.passage, Math.max(best.get(found.passage) ?? -1, score));
    }
    return [...best]
      .map(([row, score]) => ({ row, score }))
      .sort((left, right) => right.score - left.score || left.row - right.row);
  }

  #loaded(): Map<number, number[]> {
    if (this.#rows) return this.#rows;
    this.#rows = new Map();
    const all = this.#database
      .prepare<[], [number, number]>('SELECT row, passage FROM vectors')
      .raw();
    for (const [row, passage] of all.iterate()) this.#note(row, passage);
    return this.#rows;
  }

  #note(row: number, passage: number): void {
    const number = Math.floor(passage / rowsPerDocument);
    const rows = this.#rows?.get(number);
    if (rows) rows.push(row);
    else this.#rows?.set(number, [row]);
  }
}
