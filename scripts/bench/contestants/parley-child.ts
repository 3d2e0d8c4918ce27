// Our addon in a process of its own, through nothing but its public surface.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Addon from '../../../native/addon/index.d.ts';
import type {
  Batch,
  Engine,
  EngineCounters,
  GenerateRequest,
  GenerateResult,
  LoadedModel,
  PromptCost,
  PromptRequest,
  WarmRequest,
} from '../../../native/addon/index.d.ts';
import { serve } from '../child-host.ts';
import { memoryOf } from '../processes.ts';
import type { Place } from './contestant.ts';

/** A place with the budgets of the cache in bytes. */
export interface ParleyPlace extends Place {
  ramBytes: number;
  diskBytes: number;
}

/** A generation by the caller's clock. */
export interface ParleyAnswer {
  firstTokenMs: number;
  totalMs: number;
  /** CPU time of the JavaScript thread from call to end. */
  javascriptMs: number;
  result: GenerateResult;
  batches: Batch[];
}

/** What the process holds, in bytes. */
export interface ParleyMemory {
  residentBytes: number;
  proportionalBytes: number;
}

const built = join(import.meta.dirname, '../../../dist/native/addon.node');
const addon: typeof Addon = createRequire(import.meta.url)(process.env['PARLEY_ADDON'] ?? built);
let engine: Engine | null = null;

function current(): Engine {
  if (!engine) throw new Error('the engine was not opened');
  return engine;
}

async function open({ threads }: { threads: number }): Promise<void> {
  engine = new addon.Engine({ threads });
}

function load(place: ParleyPlace): Promise<LoadedModel> {
  // The key is secret in the app; here it only has to be the same after a restart.
  const key = createHash('sha256').update('bench').digest();
  const { folder, ramBytes, diskBytes } = place;
  const hasCache = ramBytes > 0 || diskBytes > 0;
  return current().load(
    {
      path: place.model,
      projectorPath: null,
      contextTokens: place.contextTokens,
      ...(hasCache ? { cache: { folder, key, ramBytes, diskBytes } } : {}),
    },
    () => {},
  ).done;
}

async function generate(request: GenerateRequest): Promise<ParleyAnswer> {
  const batches: Batch[] = [];
  const startMs = performance.now();
  let firstTokenMs = 0;
  const threadBefore = process.threadCpuUsage();
  const result = await current().generate(request, (batch) => {
    const hasWritten = batch.text !== '' || batch.reasoning !== '';
    if (firstTokenMs === 0 && hasWritten) firstTokenMs = performance.now() - startMs;
    batches.push(batch);
  }).done;
  const totalMs = performance.now() - startMs;
  const thread = process.threadCpuUsage(threadBefore);
  return {
    firstTokenMs: firstTokenMs || totalMs,
    totalMs,
    javascriptMs: (thread.user + thread.system) / 1000,
    result,
    batches,
  };
}

/** Cancels a generation `afterMs` after its first batch, and says how long it took to end. */
async function cancel({
  request,
  afterMs,
}: {
  request: GenerateRequest;
  afterMs: number;
}): Promise<{ endMs: number; result: GenerateResult }> {
  let begun = (): void => {};
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const job = current().generate(request, () => begun());
  await Promise.race([hasBegun, job.done]);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  const startMs = performance.now();
  job.cancel();
  const result = await job.done;
  return { endMs: performance.now() - startMs, result };
}

let warming: { cancel(): void; done: Promise<unknown> } | null = null;

/** Begins to warm in place of what is being warmed; `wait` stays until it is done. */
async function warm({
  request,
  mustWait,
}: {
  request: WarmRequest;
  mustWait: boolean;
}): Promise<PromptCost | null> {
  warming?.cancel();
  const job = current().warm(request);
  warming = job;
  if (mustWait) return job.done;
  job.done.catch(() => {});
  return null;
}

serve({
  open,
  load,
  generate,
  cancel,
  warm,
  unload: () => current().unload(),
  dispose: () => current().dispose(),
  counters: (): Promise<EngineCounters> => current().counters(),
  describe: async () => addon.describe(),
  estimateMemory: (request: Parameters<typeof addon.estimateMemory>[0]) =>
    addon.estimateMemory(request),
  memory: async (): Promise<ParleyMemory> => memoryOf(process.pid),
  tokenizePrompt: (request: PromptRequest) => current().tokenizePrompt(request),
  tokenize: (request: { text: string }) => current().tokenize(request),
  detokenize: (request: { tokens: Uint32Array }) => current().detokenize(request),
});
