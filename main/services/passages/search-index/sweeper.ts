import type { Database } from 'better-sqlite3';
import { documentState, rowsPerDocument } from './index-database.ts';

/** Rows that go in one transaction: a search waits for no more. */
const rowsAtOnce = 200;

/** Removes documents that are dead, a little at a time. */
export class Sweeper {
  readonly #database: Database;
  readonly #next;
  readonly #rows;
  readonly #removes;
  readonly #forget;

  constructor(database: Database) {
    this.#database = database;
    this.#next = database
      .prepare<[], number>(
        `SELECT number FROM documents WHERE state = ${documentState.dead} ORDER BY number LIMIT 1`,
      )
      .pluck();
    const within = (table: string) =>
      database
        .prepare<[number, number, number], number>(
          `SELECT row FROM ${table} WHERE row BETWEEN ? AND ? ORDER BY row LIMIT ?`,
        )
        .pluck();
    this.#rows = { passages: within('passages'), blocks: within('blocks') };
    this.#removes = [
      'DELETE FROM passage_words WHERE rowid = ?',
      'DELETE FROM vectors WHERE passage = ?',
      'DELETE FROM passages WHERE row = ?',
    ].map((sql) => database.prepare<[number]>(sql));
    this.#forget = {
      block: database.prepare<[number]>('DELETE FROM blocks WHERE row = ?'),
      document: database.prepare<[number]>('DELETE FROM documents WHERE number = ?'),
    };
  }

  /** What no run finishes any more is dead. Only at start. */
  buryPartial(): void {
    this.#database
      .prepare(
        `UPDATE documents SET state = ${documentState.dead} WHERE state = ${documentState.partial}`,
      )
      .run();
  }

  /** Removes some rows; true while there are more. */
  step(): boolean {
    const number = this.#next.get();
    if (number === undefined) return false;
    const first = number * rowsPerDocument;
    const range = [first, first + rowsPerDocument - 1, rowsAtOnce] as const;
    this.#database.transaction(() => {
      const passages = this.#rows.passages.all(...range);
      for (const row of passages) for (const remove of this.#removes) remove.run(row);
      if (passages.length > 0) return;
      const blocks = this.#rows.blocks.all(...range);
      for (const row of blocks) this.#forget.block.run(row);
      if (blocks.length === 0) this.#forget.document.run(number);
    })();
    return true;
  }
}
