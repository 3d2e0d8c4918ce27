import type { Usage, WholeTask } from '../../../contract/chat/message.ts';
import { wholeSizes } from './whole-steps.ts';

/** How fast a model is on this computer. */
export interface MeasuredSpeed {
  readMsPerToken: number;
  writeMsPerToken: number;
}

/** Below this a figure is more about the beginning of a run than about its speed. */
const leastTokens = 64;

/** The speed that some answers of one model came at; null where too little was read or written in them. */
export function measuredSpeed(usages: readonly Usage[]): MeasuredSpeed | null {
  let read = { ms: 0, tokens: 0 };
  let written = { ms: 0, tokens: 0 };
  for (const { computedTokens, promptMs, answerTokens, answerMs } of usages) {
    read = { ms: read.ms + promptMs, tokens: read.tokens + computedTokens };
    written = { ms: written.ms + answerMs, tokens: written.tokens + answerTokens };
  }
  if (read.tokens < leastTokens || written.tokens < leastTokens) return null;
  return { readMsPerToken: read.ms / read.tokens, writeMsPerToken: written.ms / written.tokens };
}

/** Half of what a step may write is what it writes, as a rule. */
const writtenShare = 0.5;

/** What a task takes at a speed, in milliseconds. */
export function wholeMs(
  speed: MeasuredSpeed,
  task: { tokens: number; steps: number; kind: WholeTask; contextTokens: number },
): number {
  const sizes = wholeSizes(task.contextTokens);
  const perStep = task.kind === 'list' ? sizes.listTokens : sizes.summaryTokens;
  const written = task.steps * perStep * writtenShare;
  return task.tokens * speed.readMsPerToken + written * speed.writeMsPerToken;
}
