import {
  type DocumentId,
  type DocumentSummary,
  documentId,
  type Passage,
  passageId,
} from '../../../../contract/documents/documents.ts';
import type { FileFormat } from '../../../../contract/documents/extracted.ts';
import type { Picture } from '../../../../contract/engine-contract.ts';
import { AppError } from '../../../../contract/errors/app-error.ts';
import type { Library, Lookup } from '../../reading/index.ts';

/** A passage of a test: its text, and what is special about it. */
export type ShelfPassage = string | (Partial<Passage> & { text: string });

/** What is special about a file of a test. */
export interface ShelfFile {
  format?: FileFormat;
  passages?: ShelfPassage[];
  pageCount?: number;
  widthPx?: number;
  heightPx?: number;
}

function words(text: string): string[] {
  return text.toLowerCase().match(/\p{sc=Han}|[\p{L}\p{N}]{4,}/gu) ?? [];
}

/** Files that a test puts there; a lookup finds the passages that share a word of four letters or a Han character. */
export class Shelf implements Library {
  readonly lookups: Lookup[] = [];
  readonly decoded: string[] = [];
  readonly #documents = new Map<string, { summary: DocumentSummary; passages: Passage[] }>();

  /** Puts a file there; its id is its name. */
  put(name: string, { format = 'text', passages = [], ...more }: ShelfFile = {}): DocumentId {
    const id = documentId.parse(name);
    let start = 0;
    const all = passages.map((piece, index): Passage => {
      const special = typeof piece === 'string' ? { text: piece } : piece;
      const passage: Passage = {
        ...{ id: passageId.parse(`${name}-${index + 1}`), documentId: id, documentName: name },
        ...{ start, end: start + special.text.length, headingPath: [], page: null, part: null },
        ...{ boxes: [], isHidden: false },
        ...special,
      };
      start += special.text.length + 2;
      return passage;
    });
    const textChars = all.reduce((sum, { text }) => sum + text.length, 0);
    const { pageCount = null, ...size } = more;
    const summary: DocumentSummary = {
      ...{ id, name, fileBytes: 1, contentHash: 'ab'.repeat(32), addedAtMs: 0, format },
      ...{ state: { state: 'ready' }, textTokens: Math.ceil(textChars / 4) },
      ...{ passageCount: all.length, embeddedCount: 0 },
      summary: {
        ...{ format, title: null, pageCount, textChars, hidden: [], leftOut: [] },
        ...{ scannedPages: [], ...size },
      },
    };
    this.#documents.set(id, { summary, passages: all });
    return id;
  }

  remove(id: DocumentId): void {
    this.#documents.delete(id);
  }

  document(id: DocumentId): DocumentSummary {
    return this.#get(id).summary;
  }

  find(id: DocumentId): DocumentSummary | undefined {
    return this.#documents.get(id)?.summary;
  }

  async passages(id: DocumentId): Promise<Passage[]> {
    return this.#get(id).passages;
  }

  async search(lookup: Lookup) {
    this.lookups.push(lookup);
    const asked = new Set(words(lookup.question));
    const hits = lookup.documentIds
      .flatMap((id) => this.#get(id).passages)
      .map((passage) => ({
        passage,
        score: words(passage.text).filter((w) => asked.has(w)).length,
      }))
      .filter(({ score }) => score > 0)
      .sort((left, right) => right.score - left.score)
      .slice(0, lookup.count)
      .map((hit) => ({
        ...hit,
        ...{ wordRank: 1, wordScore: hit.score, meaningRank: null, meaningScore: null },
      }));
    return { hits, isNothingRelevant: hits.length === 0 };
  }

  async pixels({
    documentId: id,
    page,
  }: {
    documentId: DocumentId;
    page: number;
  }): Promise<Picture> {
    this.#get(id);
    this.decoded.push(`${id}-${page}`);
    return { width: 2, height: 1, rgb: new Uint8Array(6).fill(page) };
  }

  #get(id: DocumentId) {
    const found = this.#documents.get(id);
    if (!found) throw new AppError('document.not-found', { documentId: id });
    return found;
  }
}
