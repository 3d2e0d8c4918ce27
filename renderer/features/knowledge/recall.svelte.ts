import type { AppClient } from '../../../contract/app-contract.ts';
import type { CollectionId, RecallHit } from '../../../contract/documents/documents.ts';

const mostHits = 20;

/** The recall test of one collection: what a question finds, and why. */
export class Recall {
  readonly #client: AppClient;
  readonly #id: CollectionId;
  question = $state('');
  #hits = $state.raw<readonly RecallHit[] | null>(null);
  #hasMeaning = $state(true);
  #isLooking = $state(false);
  #newest = 0;

  constructor(client: AppClient, id: CollectionId) {
    this.#client = client;
    this.#id = id;
  }

  /** Best first; null until a question was looked up. */
  get hits(): readonly RecallHit[] | null {
    return this.#hits;
  }

  /** Passages were looked for by meaning too. */
  get hasMeaning(): boolean {
    return this.#hasMeaning;
  }

  get isLooking(): boolean {
    return this.#isLooking;
  }

  /** Looks the question up; only the newest shows. @throws AppError the codes of `knowledge.recall` */
  async look(): Promise<void> {
    const question = this.question.trim();
    if (question === '') return;
    this.#newest += 1;
    const request = this.#newest;
    this.#isLooking = true;
    try {
      const asked = { question, collectionIds: [this.#id], documentIds: [], count: mostHits };
      const { hits, hasMeaning } = await this.#client.knowledge.recall(asked);
      if (request !== this.#newest) return;
      this.#hits = hits;
      this.#hasMeaning = hasMeaning;
    } finally {
      if (request === this.#newest) this.#isLooking = false;
    }
  }
}
