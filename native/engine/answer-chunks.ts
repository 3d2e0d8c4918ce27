import type * as z from 'zod';
import type { engineContract } from '../../contract/engine-contract.ts';
import type { Batch } from '../addon/index.d.ts';

/** One chunk of an answer, as the contract has it. */
export type AnswerChunk = z.infer<typeof engineContract.run.generate.chunk>;

/**
 * Turns batches of one run into chunks: progress only when it moved, then reasoning before text, as the
 * model wrote them; empty pieces give nothing.
 */
export function chunkReader(): (batch: Batch) => AnswerChunk[] {
  let lastReadTokens = -1;
  return ({ readTokens, promptTokens, text, reasoning }) => {
    const chunks: AnswerChunk[] = [];
    if (readTokens !== lastReadTokens) {
      lastReadTokens = readTokens;
      chunks.push({ type: 'prompt', readTokens, promptTokens });
    }
    if (reasoning !== '') chunks.push({ type: 'reasoning', text: reasoning });
    if (text !== '') chunks.push({ type: 'text', text });
    return chunks;
  };
}

/** Joins neighbours of one kind: progress takes the newer, text grows. */
export function mergeChunks(waiting: AnswerChunk, next: AnswerChunk): AnswerChunk | undefined {
  if (next.type === 'prompt') return waiting.type === 'prompt' ? next : undefined;
  if (waiting.type !== next.type) return undefined;
  return { type: next.type, text: waiting.text + next.text };
}
