import type { AppClient } from '../../../contract/app-contract.ts';
import type { ConversationId } from '../../../contract/chat/message.ts';
import type {
  Attachment,
  CollectionId,
  DocumentId,
  FileReading,
} from '../../../contract/documents/documents.ts';

type Plan = Awaited<ReturnType<AppClient['documents']['plan']>>;

/** A question may change at every letter: what it would be given is asked for when it rests. */
const restMs = 500;

/** What the model would be given with the question that is being written. */
export class ReadingPlan {
  readonly #api: AppClient;
  #plan = $state.raw<Plan | null>(null);
  #newest = 0;

  constructor(api: AppClient) {
    this.#api = api;
  }

  /** How a file would be read; undefined while that is not known, as without a model. */
  of(id: DocumentId): FileReading | undefined {
    return this.#plan?.files.find((file) => file.documentId === id);
  }

  /** A picture is among the files and the loaded model has no eyes. */
  get isBlind(): boolean {
    return this.#plan?.isBlind ?? false;
  }

  /** What all files take together is more than there is room for. */
  get excess(): { tokens: number; roomTokens: number } | null {
    if (!this.#plan) return null;
    const tokens = this.#plan.files.reduce((sum, file) => sum + file.tokens, 0);
    const { roomTokens } = this.#plan;
    return tokens > roomTokens ? { tokens, roomTokens } : null;
  }

  /** Asks anew once nothing has changed for a moment; the returned function takes that back. */
  ask(question: {
    conversationId: ConversationId | null;
    text: string;
    attachments: Attachment[];
    collectionIds: CollectionId[];
  }): () => void {
    this.#newest += 1;
    const request = this.#newest;
    if (question.attachments.length === 0) {
      this.#plan = null;
      return () => {};
    }
    const timer = setTimeout(() => void this.#fetch(request, question), this.#plan ? restMs : 0);
    return () => clearTimeout(timer);
  }

  async #fetch(request: number, question: Parameters<ReadingPlan['ask']>[0]): Promise<void> {
    const { text, ...rest } = question;
    try {
      const plan = await this.#api.documents.plan({ ...rest, question: text });
      if (request === this.#newest) this.#plan = plan;
    } catch {
      // Without a model there is no plan yet; the chips then say only what the files are.
      if (request === this.#newest) this.#plan = null;
    }
  }
}
