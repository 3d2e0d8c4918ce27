import type { RunPhase } from '../../../contract/app-contract.ts';
import type { Message } from '../../../contract/chat/message.ts';
import { textOf } from '../../../contract/chat/message.ts';
import type { ChatWords } from '../../messages/chat.ts';
import type { Format } from '../../messages/format.ts';

/** A token is about this many words, over English and Chinese. */
const wordsPerToken = 0.75;
const shortestRateMs = 200;

/** Words of a text as people count them: Latin words, and each Han letter. */
export function countWords(text: string): number {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  return (
    han +
    (text
      .match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)
      ?.filter((word) => !/^\p{Script=Han}+$/u.test(word)).length ?? 0)
  );
}

/** What the run does before it writes, in one line; null while it writes. */
export function phaseLine(phase: RunPhase, words: ChatWords, format: Format): string | null {
  switch (phase.phase) {
    case 'loading-model':
      return words.loadingModel(format.percent(phase.fraction));
    case 'queued':
      return words.queued;
    case 'reading': {
      const read = format.count(phase.readTokens * wordsPerToken);
      return words.reading(read, format.count(phase.promptTokens * wordsPerToken));
    }
    case 'writing':
      return null;
  }
}

/** How fast an answer came, in words, and the exact figures beside it; null where nothing was measured. */
export function speedLine(
  message: Message,
  words: ChatWords,
  format: Format,
): { short: string; exact: string } | null {
  const { usage } = message;
  if (!usage || usage.answerTokens === 0) return null;
  const began = format.seconds(usage.promptMs);
  const hasRate = usage.answerMs >= shortestRateMs;
  const rate = countWords(textOf(message)) / (usage.answerMs / 1000);
  return {
    short: hasRate && rate >= 1 ? words.speed(began, format.count(rate)) : began,
    exact: words.exactSpeed({
      began,
      model: message.modelName ?? '',
      answerTokens: format.count(usage.answerTokens),
      tokensPerSecond: hasRate ? format.count(usage.answerTokens / (usage.answerMs / 1000)) : null,
      promptTokens: format.count(usage.promptTokens),
      reusedTokens: format.count(usage.reusedTokens),
    }),
  };
}
