import type {
  DocumentId,
  FileReading,
  NumberedPassage,
  Passage,
} from '../../../contract/documents/documents.ts';
import type { Found, Library } from './library.ts';
import type { AttachedFile, Question } from './question.ts';
import type { ReadingPrompts } from './reading-text.ts';
import { choosePassages } from './room.ts';
import type { TokenCounter } from './token-counter.ts';

/** Hits that are looked at: what fits is a fraction of them. */
const mostHits = 40;

/** What `PassageFinder` needs. */
export interface PassageFinderOptions {
  library: Pick<Library, 'find' | 'search'>;
  prompts: ReadingPrompts;
  counter: TokenCounter;
}

/** Where passages are to be found, and how much of them is wanted. */
export interface FindRequest {
  /** Attached files that do not go whole. */
  files: readonly AttachedFile[];
  nextNumber: number;
  budgetTokens: number;
}

/** What was found for a question. */
export interface FoundPassages {
  files: FileReading[];
  passages: NumberedPassage[];
  isNothingRelevant: boolean;
}

interface Candidate {
  passage: Passage;
  source: DocumentId;
  tokens: number;
}

const nothing: Found = { hits: [], isNothingRelevant: false };

/** Finds the passages that bear on a question and fit. */
export class PassageFinder {
  readonly #options: PassageFinderOptions;

  constructor(options: PassageFinderOptions) {
    this.#options = options;
  }

  /**
   * Those of files, earlier files and collections, in the order of their files and places. What stands in the
   * conversation already is counted and not given again.
   */
  async find(question: Question, request: FindRequest): Promise<FoundPassages> {
    const { before } = question;
    const found = await this.#search(question, request);
    const { isNothingRelevant } = found;
    const hits = isNothingRelevant ? [] : found.hits;
    const earlier = hits.filter(({ passage }) => before.passageIds.has(passage.id));
    const fresh = hits.map(({ passage }) => passage).filter(({ id }) => !before.passageIds.has(id));
    const tokens = await this.#options.counter.countEach(fresh, this.#options.prompts);
    const candidates = fresh.map((passage, index): Candidate => {
      return { passage, source: passage.documentId, tokens: tokens[index] ?? 0 };
    });
    const chosen = choosePassages(candidates, request.budgetTokens);
    const order = this.#order(
      request,
      hits.map(({ passage }) => passage.documentId),
    );
    const readings = order.map((documentId) => ({
      own: candidates.filter(({ source }) => source === documentId),
      earlier: earlier.filter(({ passage }) => passage.documentId === documentId).length,
      documentId,
    }));
    const passages = readings
      .flatMap(({ own }) => own.filter((one) => chosen.has(one)).sort(byPlace))
      .map(({ passage }, index) => ({ ...passage, number: request.nextNumber + index }));
    return {
      files: readings.map((reading) => this.#fileReading(reading, chosen)),
      passages,
      isNothingRelevant,
    };
  }

  async #search(question: Question, { files }: FindRequest): Promise<Found> {
    const { text, before, collectionIds, signal } = question;
    const attached = files.map(({ document }) => document.id);
    const again = before.documentIds.filter((id) => !before.wholeIds.has(id));
    // A file that is gone, or of which nothing was read, is looked up nowhere.
    const documentIds = [...new Set([...attached, ...again])].filter((id) => {
      return (this.#options.library.find(id)?.passageCount ?? 0) > 0;
    });
    if (text.trim() === '' || documentIds.length + collectionIds.length === 0) return nothing;
    const lookup = { question: text, documentIds, collectionIds, count: mostHits, signal };
    return await this.#options.library.search(lookup);
  }

  /** Attached files first, then those that passages were found in, the best first. */
  #order({ files }: FindRequest, found: readonly DocumentId[]): DocumentId[] {
    return [...new Set([...files.map(({ document }) => document.id), ...found])];
  }

  #fileReading(
    { own, earlier, documentId }: { own: Candidate[]; earlier: number; documentId: DocumentId },
    chosen: ReadonlySet<Candidate>,
  ): FileReading {
    const given = own.filter((one) => chosen.has(one));
    const found = this.#options.library.find(documentId);
    const name = found?.name ?? own[0]?.passage.documentName ?? '';
    const passageCount = found?.passageCount ?? own.length;
    return {
      ...{ documentId, name, mode: 'passages' },
      tokens: given.reduce((sum, { tokens }) => sum + tokens, 0),
      passagesGiven: given.length,
      passagesEarlier: earlier,
      passagesTotal: passageCount,
      passagesLeftOut: own.length - given.length,
    };
  }
}

function byPlace(left: Candidate, right: Candidate): number {
  return left.passage.start - right.passage.start;
}
