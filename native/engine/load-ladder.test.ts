import { expect, test } from 'vitest';
import { AppError } from '../../contract/errors/app-error.ts';
import { isForMemory, type LoadPlan, nextRung } from './load-ladder.ts';

function ladder(first: LoadPlan, hasGpu: boolean): LoadPlan[] {
  const plans: LoadPlan[] = [];
  for (let plan: LoadPlan | undefined = first; plan; plan = nextRung(plan, hasGpu)) {
    plans.push(plan);
  }
  return plans;
}

test('without a GPU the context gets smaller, down to the least', () => {
  expect(ladder({ rung: 'planned', contextTokens: 8192 }, false)).toEqual([
    { rung: 'planned', contextTokens: 8192 },
    { rung: 'smaller-context', contextTokens: 2048 },
    { rung: 'smaller-context', contextTokens: 512 },
  ]);
});

test('with a GPU the offload gets less, then nothing of it is used, then the context gets smaller', () => {
  expect(ladder({ rung: 'planned', contextTokens: 4096 }, true)).toEqual([
    { rung: 'planned', contextTokens: 4096 },
    { rung: 'less-offload', contextTokens: 4096, gpuLayers: 16 },
    { rung: 'cpu', contextTokens: 4096, gpuLayers: 0 },
    { rung: 'smaller-context', contextTokens: 1024, gpuLayers: 0 },
    { rung: 'smaller-context', contextTokens: 512, gpuLayers: 0 },
  ]);
});

test('the ladder ends whatever it begins with', () => {
  expect(ladder({ rung: 'planned', contextTokens: 512 }, false)).toHaveLength(1);
  expect(ladder({ rung: 'planned', contextTokens: 1_048_576 }, true).length).toBeLessThan(12);
});

test('only a failure that speaks of memory is worth another try', () => {
  const failed = (line: string): AppError =>
    new AppError('model.load-failed', { path: '/m.gguf', lastLogLines: ['loading', line] });
  expect(isForMemory(failed('failed to allocate CPU buffer of size 1000'))).toBe(true);
  expect(isForMemory(failed('ggml_backend_cuda_buffer_type_alloc_buffer: out of memory'))).toBe(
    true,
  );
  expect(isForMemory(failed('missing tensor blk.0.attn_q.weight'))).toBe(false);
  expect(isForMemory(new AppError('model.unsupported', { architecture: 'x' }))).toBe(false);
  expect(isForMemory(new Error('out of memory'))).toBe(false);
});
