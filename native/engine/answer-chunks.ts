import type { AnswerChunk } from '../../contract/engine-contract.ts';
import type { Batch } from '../addon/index.d.ts';

/**
 * Turns batches of one run into chunks: progress only when it moved, then reasoning, text and
 * tool calls in the order that models write them, then odds; empty pieces give nothing.
 */
export function chunkReader(): (batch: Batch) => AnswerChunk[] {
  let lastReadTokens = -1;
  return ({ readTokens, promptTokens, text, reasoning, toolCalls, odds }) => {
    const chunks: AnswerChunk[] = [];
    if (readTokens !== lastReadTokens) {
      lastReadTokens = readTokens;
      chunks.push({ type: 'prompt', readTokens, promptTokens });
    }
    if (reasoning !== '') chunks.push({ type: 'reasoning', text: reasoning });
    if (text !== '') chunks.push({ type: 'text', text });
    for (const delta of toolCalls) chunks.push({ type: 'tool-call', ...delta });
    if (odds.length > 0) chunks.push({ type: 'odds', odds });
    return chunks;
  };
}

/**
 * Joins neighbours of one kind: progress takes the newer, text and odds grow, and so do the arguments of
 * one tool call.
 */
export function mergeChunks(waiting: AnswerChunk, next: AnswerChunk): AnswerChunk | undefined {
  if (waiting.type === 'prompt' && next.type === 'prompt') return next;
  if (waiting.type === 'odds' && next.type === 'odds') {
    return { type: 'odds', odds: [...waiting.odds, ...next.odds] };
  }
  if (waiting.type === 'tool-call' && next.type === 'tool-call') {
    const isSameCall = waiting.index === next.index && next.id === undefined;
    if (!isSameCall || next.name !== undefined) return undefined;
    return { ...waiting, arguments: waiting.arguments + next.arguments };
  }
  const isText = waiting.type === 'text' || waiting.type === 'reasoning';
  if (!isText || next.type !== waiting.type) return undefined;
  return { type: next.type, text: waiting.text + next.text };
}
