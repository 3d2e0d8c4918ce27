import type { RunPhase } from '../../../contract/app-contract.ts';
import type { Message, Usage } from '../../../contract/chat/message.ts';
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
    case 'gathering':
      return words.gathering;
    case 'step': {
      const line = words.step(format.count(phase.step), format.count(phase.steps));
      return phase.leftMs === null ? line : `${line} · ${format.timeLeft(phase.leftMs / 1000)}`;
    }
    case 'writing':
      return null;
  }
}

function rateOf(usage: Usage): number | null {
  return usage.answerMs >= shortestRateMs ? usage.answerTokens / (usage.answerMs / 1000) : null;
}

/** How soon an answer began and how fast it came, in words; null where nothing was measured. */
export function speedLine(message: Message, words: ChatWords, format: Format): string | null {
  const { usage } = message;
  if (!usage || usage.answerTokens === 0) return null;
  const began = format.seconds(usage.firstTokenMs ?? usage.promptMs);
  const rate = countWords(textOf(message)) / (usage.answerMs / 1000);
  return rateOf(usage) !== null && rate >= 1 ? words.speed(began, format.count(rate)) : began;
}

/** One line of what is known about an answer. */
export interface AnswerFact {
  id: string;
  name: string;
  value: string;
  /** A part of the fact before it. */
  isShare: boolean;
}

/** What an answer cost, exactly; empty where nothing was measured. */
export function answerFacts(message: Message, words: ChatWords, format: Format): AnswerFact[] {
  const { usage, modelName } = message;
  if (!usage) return [];
  const rate = rateOf(usage);
  const fact = (id: string, name: string, value: string) => ({ id, name, value, isShare: false });
  const share = (id: string, name: string, tokens: number) => ({
    ...{ id, name, value: format.count(tokens), isShare: true },
  });
  return [
    ...(modelName === null ? [] : [fact('model', words.factModel, modelName)]),
    fact('first', words.factFirst, format.seconds(usage.firstTokenMs ?? usage.promptMs)),
    ...(rate === null
      ? []
      : [fact('speed', words.factSpeed, words.factSpeedValue(format.count(rate)))]),
    fact('written', words.factWritten, format.count(usage.answerTokens)),
    fact('read', words.factRead, format.count(usage.promptTokens)),
    share('reused', words.factReused, usage.reusedTokens),
    share('restored', words.factRestored, usage.restoredTokens),
    share('computed', words.factComputed, usage.computedTokens),
  ];
}
