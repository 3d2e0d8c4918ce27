import type { LoadRung } from '../../contract/engine-contract.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import { leastContextTokens } from './choose-context.ts';

/** One attempt to load: how much context, and how many layers on a GPU (absent: all there are). */
export interface LoadPlan {
  rung: LoadRung;
  contextTokens: number;
  gpuLayers?: number;
  /** As measured before; absent: the addon's own choice. */
  batchTokens?: number;
}

/** Of the layers of most models about half: the rest computes on the CPU. */
const fewerGpuLayers = 16;

/** A quarter at a time: every attempt reads the weights, so few steps are worth more than close ones. */
function smallerContext(contextTokens: number): number {
  return Math.max(leastContextTokens, Math.floor(contextTokens / 4 / 256) * 256);
}

/**
 * What to try after `failed` did not load: fewer layers on the GPU, none of them, then smaller contexts
 * down to 512 tokens. Undefined at the end of the ladder.
 */
export function nextRung(failed: LoadPlan, hasGpu: boolean): LoadPlan | undefined {
  const { contextTokens, gpuLayers } = failed;
  if (hasGpu && gpuLayers === undefined) {
    return { rung: 'less-offload', contextTokens, gpuLayers: fewerGpuLayers };
  }
  if (hasGpu && gpuLayers !== 0) return { rung: 'cpu', contextTokens, gpuLayers: 0 };
  if (contextTokens <= leastContextTokens) return undefined;
  const rest = gpuLayers === undefined ? {} : { gpuLayers };
  return { rung: 'smaller-context', contextTokens: smallerContext(contextTokens), ...rest };
}

/** Words of llama.cpp and ggml where memory was refused, on every backend. */
const memoryWords = /alloc|memory|mmap|mlock/i;

/** Whether a load failed for want of memory, so that asking for less may help. */
export function isForMemory(error: unknown): boolean {
  return (
    AppError.is(error, 'model.load-failed') &&
    error.data.lastLogLines.some((line) => memoryWords.test(line))
  );
}
