import type { WatchedChunk } from '../../../contract/app-contract.ts';
import {
  isPart,
  type Message,
  type NotesPart,
  type Part,
  type ReadingPart,
  type TaskPart,
  textOf,
  type WholeTask as WholeTaskKind,
} from '../../../contract/chat/message.ts';
import { childrenOf } from '../../../contract/chat/message-tree.ts';
import type { DocumentId } from '../../../contract/documents/documents.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { ModelRuntime, ReadyModel } from '../models/index.ts';
import {
  allNumbered,
  type Library,
  measuredSpeed,
  readUpTo,
  stretches,
  TokenCounter,
  wholeMs,
  wholeReading,
  wholeSizes,
} from '../reading/index.ts';
import type { ConversationPrompts } from './conversation-prompts.ts';
import type { GenerateOptions, Outcome } from './generate-answer.ts';
import type { MessageStore } from './message-store.ts';
import type { Prompts } from './prompts.ts';
import { readSoFar } from './read-so-far.ts';
import { WholeTask } from './read-whole.ts';

/** Answers whose speed counts. */
const mostUsages = 20;

/** What `WholeTasks` needs. */
export interface WholeTasksOptions {
  store: Pick<MessageStore, 'find' | 'finish' | 'list' | 'usages'>;
  library: Pick<Library, 'document' | 'passages'>;
  models: Pick<ModelRuntime, 'current'>;
  conversationPrompts: Pick<ConversationPrompts, 'path'>;
  prompts: Prompts;
  publish: (message: Message, chunk: WatchedChunk) => void;
}

/** Whole-document tasks: what they take, how they are kept, and how their answers are made. */
export class WholeTasks {
  readonly #options: WholeTasksOptions;

  constructor(options: WholeTasksOptions) {
    this.#options = options;
  }

  /**
   * What a task would take with the model that is loaded.
   * @throws AppError `document.not-found`, `model.not-loaded`
   */
  async cost(documentIds: readonly DocumentId[]) {
    const { library, models, prompts } = this.#options;
    const model = models.current();
    if (!model) throw new AppError('model.not-loaded', {});
    const passages = (await Promise.all(documentIds.map((id) => library.passages(id)))).flat();
    const counts = await new TokenCounter(model.client).countEach(passages, prompts.reading);
    const tokens = counts.reduce((sum, count) => sum + count, 0);
    const { contextTokens } = model.loaded;
    const { stepTokens } = wholeSizes(contextTokens);
    const steps = stretches(counts, (count) => count, stepTokens).length;
    const speed = this.#speedOf(model);
    const task = { tokens, steps, kind: 'summary', contextTokens } as const;
    const estimatedMs = speed && wholeMs(speed, task);
    return { passages: passages.length, tokens, steps, estimatedMs };
  }

  /**
   * The parts of a message that asks for a task, below `parentId`.
   * @throws AppError `document.not-found`
   */
  parts(
    place: Pick<Message, 'conversationId' | 'parentId'>,
    asked: { kind: WholeTaskKind; text: string; documentIds: readonly DocumentId[] },
  ): Part[] {
    const path = this.#options.conversationPrompts.path(place.conversationId, place.parentId);
    const first = readSoFar(path).nextNumber;
    const documents = asked.documentIds.map((id) => this.#options.library.document(id));
    const total = documents.reduce((sum, { passageCount }) => sum + passageCount, 0);
    return [
      ...documents.map(({ id, name }): Part => {
        return { type: 'document', documentId: id, name, mode: 'whole' };
      }),
      { type: 'task', kind: asked.kind, first, last: first + total - 1 },
      wholeReading(documents),
      { type: 'text', text: asked.text },
    ];
  }

  /** How the answer to `question` is made, where it asks for a task; else undefined. */
  workFor(answer: Message) {
    const question =
      answer.parentId === null ? undefined : this.#options.store.find(answer.parentId);
    const task = question?.parts.find(isPart('task'));
    if (!question || !task) return undefined;
    let whole: WholeTask | undefined;
    return async (options: GenerateOptions, addWhole: (piece: Part) => void): Promise<Outcome> => {
      whole ??= await this.#begin(answer, question, { task, addWhole });
      return await whole.run(options);
    };
  }

  async #begin(
    answer: Message,
    question: Message,
    { task, addWhole }: { task: TaskPart; addWhole: (piece: Part) => void },
  ): Promise<WholeTask> {
    const { prompts, library } = this.#options;
    const ids = question.parts.filter(isPart('document')).map(({ documentId }) => documentId);
    const documents = await Promise.all(ids.map((id) => library.passages(id)));
    const all = allNumbered(documents, task.first);
    let read = '';
    return new WholeTask({
      ...{ task, text: textOf(question), passages: all, prompts, addWhole },
      system: prompts.system,
      begun: this.#begunBefore(answer),
      speedOf: (model) => this.#speedOf(model),
      onRead: (last, text) => {
        read += `\n${text}`;
        this.#change(question.id, (reading) => readUpTo(reading, last, { all, text: read }));
      },
      onNothingFound: () => {
        this.#change(question.id, (reading) => ({ ...reading, isNothingRelevant: true }));
      },
    });
  }

  /** Notes of the newest attempt before this one, where it did not come to its end. */
  #begunBefore(answer: Message): NotesPart[] {
    const siblings = childrenOf(this.#options.store.list(answer.conversationId), answer.parentId);
    const before = siblings.filter(({ sequence }) => sequence < answer.sequence).at(-1);
    const isOpen = before && before.status !== 'complete' && before.status !== 'cut';
    return isOpen ? before.parts.filter(isPart('notes')) : [];
  }

  #change(questionId: Message['id'], change: (reading: ReadingPart) => ReadingPart): void {
    const { store, publish } = this.#options;
    const question = store.find(questionId);
    if (!question) return;
    const parts = question.parts.map((piece) => (piece.type === 'reading' ? change(piece) : piece));
    const message = { ...question, parts };
    store.finish(message, message);
    publish(message, { type: 'message', message });
  }

  #speedOf({ name }: ReadyModel) {
    return measuredSpeed(this.#options.store.usages(name, mostUsages));
  }
}
