import type { Database } from 'better-sqlite3';
import type { Block } from '../../../../contract/documents/extracted.ts';
import { checksumOf } from '../../../storage/index.ts';
import { type CutPassage, PassageCutter } from '../cutting/passage-cutter.ts';
import { indexedText } from '../cutting/words.ts';
import { documentState, rowsPerDocument } from './index-database.ts';

/**
 * Text that is written in one transaction, in UTF-16 units: some 250 passages. FTS5 writes a part of its index
 * for each, so many small ones cost more; a search waits for one at most.
 */
const writtenAtOnce = 320_000;

/** What a document came to in the index. */
export interface IndexedDocument {
  blockCount: number;
  passageCount: number;
  textChars: number;
  textTokens: number;
}

/** The words of a passage: of the headings it stands under, then its own. */
function wordsOfPassage({ headingPath, text }: CutPassage): string {
  return indexedText(headingPath.length === 0 ? text : `${headingPath.join('\n')}\n${text}`);
}

/** The statements that write documents. */
function prepareWrites(database: Database) {
  return {
    insertDocument: database.prepare<[string, string]>(
      `INSERT INTO documents (id, name, state) VALUES (?, ?, ${documentState.partial})`,
    ),
    insertBlock: database.prepare<[number, number, string, Buffer]>(
      'INSERT INTO blocks (row, start, body, checksum) VALUES (?, ?, ?, ?)',
    ),
    insertPassage: database.prepare(
      `INSERT INTO passages (row, start, end, tokens, first_block, last_block, page, part, heading_path,
         table_header, is_hidden, text, checksum)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    insertWords: database.prepare<[number, string]>(
      'INSERT INTO passage_words (rowid, words) VALUES (?, ?)',
    ),
    bury: database.prepare<[string]>(
      `UPDATE documents SET state = ${documentState.dead} WHERE id = ? AND state = ${documentState.whole}`,
    ),
    finish: database.prepare(
      `UPDATE documents SET state = ${documentState.whole}, block_count = @blockCount,
         passage_count = @passageCount, text_chars = @textChars, text_tokens = @textTokens
       WHERE number = @number`,
    ),
    abandon: database.prepare<[number]>(
      `UPDATE documents SET state = ${documentState.dead} WHERE number = ?`,
    ),
  };
}

/**
 * Writes one document beside the one of the same id that is there; `finish` puts it in its place. What a death
 * leaves half is never searched.
 */
export class DocumentWriter {
  readonly #database: Database;
  readonly #writes: ReturnType<typeof prepareWrites>;
  readonly #cutter = new PassageCutter();
  readonly #id: string;
  readonly #number: number;
  #passages = 0;
  #blocks: { start: number; block: Block }[] = [];
  #waiting: CutPassage[] = [];
  #waitingChars = 0;

  constructor(database: Database, id: string, name: string) {
    this.#database = database;
    this.#writes = prepareWrites(database);
    this.#id = id;
    this.#number = Number(this.#writes.insertDocument.run(id, name).lastInsertRowid);
  }

  /** Takes the next blocks; they are written once there are enough of them. */
  append(blocks: readonly Block[]): void {
    for (const block of blocks) {
      const { start, passages } = this.#cutter.push(block);
      this.#blocks.push({ start, block });
      this.#waiting.push(...passages);
      this.#waitingChars += block.text.length;
      if (this.#waitingChars >= writtenAtOnce) this.#database.transaction(() => this.#write())();
    }
  }

  /** Writes what is left, and puts the document in the place of the one before it. */
  finish(): IndexedDocument {
    this.#waiting.push(...this.#cutter.end());
    return this.#database.transaction(() => {
      this.#write();
      const { blockCount, textChars, textTokens } = this.#cutter;
      const indexed = { blockCount, textChars, textTokens, passageCount: this.#passages };
      this.#writes.bury.run(this.#id);
      this.#writes.finish.run({ ...indexed, number: this.#number });
      return indexed;
    })();
  }

  abandon(): void {
    this.#writes.abandon.run(this.#number);
  }

  #row(ordinal: number): number {
    if (ordinal >= rowsPerDocument) throw new Error('too many blocks in a document');
    return this.#number * rowsPerDocument + ordinal;
  }

  #write(): void {
    const firstBlock = this.#cutter.blockCount - this.#blocks.length;
    for (const [at, { start, block }] of this.#blocks.entries()) {
      const body = JSON.stringify(block);
      this.#writes.insertBlock.run(this.#row(firstBlock + at), start, body, checksumOf([body]));
    }
    for (const passage of this.#waiting) this.#writePassage(passage);
    this.#blocks = [];
    this.#waiting = [];
    this.#waitingChars = 0;
  }

  #writePassage(passage: CutPassage): void {
    const row = this.#row(this.#passages);
    this.#passages += 1;
    this.#writes.insertPassage.run(
      ...[row, passage.start, passage.end, passage.tokens, passage.firstBlock, passage.lastBlock],
      ...[passage.page, passage.part, JSON.stringify(passage.headingPath), passage.tableHeader],
      ...[passage.isHidden ? 1 : 0, passage.text, checksumOf([passage.text])],
    );
    this.#writes.insertWords.run(row, wordsOfPassage(passage));
  }
}
