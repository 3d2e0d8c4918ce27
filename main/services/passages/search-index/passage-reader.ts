import type { Database } from 'better-sqlite3';
import type { DocumentId, Passage, PassageId } from '../../../../contract/documents/documents.ts';
import {
  type Block,
  block as blockSchema,
  type PageBox,
} from '../../../../contract/documents/extracted.ts';
import { fitsChecksum } from '../../../storage/index.ts';
import { documentState, rowsPerDocument } from './index-database.ts';

interface DocumentRow {
  number: number;
  id: DocumentId;
  name: string;
  blockCount: number;
  passageCount: number;
}

interface PassageRow {
  row: number;
  start: number;
  end: number;
  firstBlock: number;
  lastBlock: number;
  page: number | null;
  part: string | null;
  headingPath: string;
  isHidden: number;
  text: string;
  checksum: Buffer;
}

/** The stored text is not what was written: the disk, not the document. */
export class DamagedRow extends Error {
  readonly documentId: DocumentId;

  constructor(documentId: DocumentId) {
    super('a row of the index does not fit its checksum');
    this.documentId = documentId;
  }
}

/** Boxes of the lines of a block that `[start, end)` of its text touches. */
function boxesWithin(block: Block, start: number, end: number): PageBox[] {
  return (block.lines ?? [])
    .filter((line) => line.start < end && line.end > start)
    .map(({ box }) => box);
}

/** Reads what stands in the index. */
export class PassageReader {
  readonly #documents = new Map<string, DocumentRow>();
  readonly #byNumber = new Map<number, DocumentRow>();
  readonly #list;
  readonly #blocks;
  readonly #passage;
  readonly #passages;

  constructor(database: Database) {
    this.#list = database.prepare<[], DocumentRow>(
      `SELECT number, id, name, block_count AS blockCount, passage_count AS passageCount
       FROM documents WHERE state = ${documentState.whole}`,
    );
    this.#blocks = database.prepare<
      [number, number],
      { start: number; body: string; checksum: Buffer }
    >('SELECT start, body, checksum FROM blocks WHERE row BETWEEN ? AND ? ORDER BY row');
    const columns = `row, start, end, first_block AS firstBlock, last_block AS lastBlock, page, part,
      heading_path AS headingPath, is_hidden AS isHidden, text, checksum`;
    this.#passage = database.prepare<[number], PassageRow>(
      `SELECT ${columns} FROM passages WHERE row = ?`,
    );
    this.#passages = database.prepare<[number, number], PassageRow>(
      `SELECT ${columns} FROM passages WHERE row BETWEEN ? AND ? ORDER BY row`,
    );
    this.refresh();
  }

  /** Documents came, went or were named anew. */
  refresh(): void {
    this.#documents.clear();
    this.#byNumber.clear();
    for (const row of this.#list.all()) {
      this.#documents.set(row.id, row);
      this.#byNumber.set(row.number, row);
    }
  }

  documentIds(): DocumentId[] {
    return [...this.#documents.values()].map(({ id }) => id);
  }

  /** Of all documents that can be searched. */
  passageCount(): number {
    let sum = 0;
    for (const { passageCount } of this.#documents.values()) sum += passageCount;
    return sum;
  }

  /** Numbers of those documents that can be searched, in order. */
  numbersOf(ids: readonly string[]): number[] {
    const numbers = new Set(ids.flatMap((id) => this.#documents.get(id)?.number ?? []));
    return [...numbers].sort((left, right) => left - right);
  }

  /** @throws DamagedRow */
  blocks(id: string, from: number, count: number): { blocks: Block[]; totalBlocks: number } {
    const document = this.#documents.get(id);
    if (!document) return { blocks: [], totalBlocks: 0 };
    const { blockCount } = document;
    const last = Math.min(from + count, blockCount) - 1;
    const blocks = this.#blocksOf(document, from, last).map(({ block }) => block);
    return { blocks, totalBlocks: blockCount };
  }

  /** Passages of a document in order, `from` the one of that place. @throws DamagedRow */
  passages(id: string, from: number, count: number): Passage[] {
    const document = this.#documents.get(id);
    if (!document || count === 0) return [];
    const first = document.number * rowsPerDocument;
    const last = first + Math.min(from + count, document.passageCount) - 1;
    return this.#passages.all(first + from, last).map((row) => this.#toPassage(document, row));
  }

  /** @throws DamagedRow */
  passageAt(row: number): Passage | undefined {
    const document = this.#byNumber.get(Math.floor(row / rowsPerDocument));
    const found = document && this.#passage.get(row);
    return found && this.#toPassage(document, found);
  }

  #blocksOf(document: DocumentRow, from: number, last: number): { start: number; block: Block }[] {
    const first = document.number * rowsPerDocument;
    return this.#blocks.all(first + from, first + last).map(({ start, body, checksum }) => {
      if (!fitsChecksum([body], checksum)) throw new DamagedRow(document.id);
      return { start, block: blockSchema.parse(JSON.parse(body)) };
    });
  }

  #toPassage(document: DocumentRow, row: PassageRow): Passage {
    if (!fitsChecksum([row.text], row.checksum)) throw new DamagedRow(document.id);
    const { start, end, page, part, text } = row;
    const boxes = this.#blocksOf(document, row.firstBlock, row.lastBlock).flatMap((found) =>
      boxesWithin(found.block, start - found.start, end - found.start),
    );
    return {
      id: `${document.id}.${row.row % rowsPerDocument}` as PassageId,
      documentId: document.id,
      documentName: document.name,
      ...{ text, start, end, page, part, boxes },
      headingPath: JSON.parse(row.headingPath) as string[],
      isHidden: row.isHidden === 1,
    };
  }
}
