import type { RunPhase, WatchedChunk } from '../../../contract/app-contract.ts';
import { isPart, type Message, type MessageId, textOf } from '../../../contract/chat/message.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import { checkAnswer } from '../reading/index.ts';
import { composedParts, showsPictures } from './attached-parts.ts';
import type { ConversationPrompts, PromptFor } from './conversation-prompts.ts';
import type { MessageStore } from './message-store.ts';
import { passagesOn } from './read-so-far.ts';

/** What `Gathering` needs. */
export interface GatheringOptions {
  store: Pick<MessageStore, 'find' | 'finish'>;
  prompts: ConversationPrompts;
  publish: (message: Message, chunk: WatchedChunk) => void;
}

/** Gets together what a question is given, once, and looks afterwards at what its answer made of it. */
export class Gathering {
  readonly #options: GatheringOptions;

  constructor(options: GatheringOptions) {
    this.#options = options;
  }

  /**
   * Writes down with the question what the model is given of documents, where that is not there yet.
   * @throws AppError `model.cannot-see`, as `Reader.compose`, and as storage does
   */
  async gather(
    questionId: MessageId,
    given: PromptFor & { onPhase: (phase: RunPhase) => void },
  ): Promise<void> {
    const { store, prompts, publish } = this.#options;
    const question = store.find(questionId);
    if (!question) return;
    if (showsPictures(question.parts) && !given.model.loaded.canSee) {
      throw new AppError('model.cannot-see', {});
    }
    if (question.parts.some(isPart('reading'))) return;
    const onGathering = (): void => given.onPhase({ phase: 'gathering' });
    const composed = await prompts.compose(question, { ...given, onGathering });
    if (!composed.reading) return;
    given.signal.throwIfAborted();
    const whole = { ...question, parts: composedParts(question.parts, composed) };
    store.finish(whole, whole);
    publish(whole, { type: 'message', message: whole });
  }

  /** The answer with what code found about its citations and quotes, where it was given anything to cite. */
  checked(answer: Message): Message {
    const path = this.#options.prompts.path(answer.conversationId, answer.parentId);
    const hasRead = path.some(({ parts }) => parts.some(isPart('reading')));
    const text = textOf(answer);
    if (!hasRead || text === '') return answer;
    const found = checkAnswer(text, passagesOn(path));
    if (found.citations.length + found.quotes.length === 0) return answer;
    return { ...answer, parts: [...answer.parts, found] };
  }
}
