// @fugood/llama.node with its own prebuilt binary. It takes text only. Its folder is PARLEY_BENCH_PACKAGES.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { serve } from '../child-host.ts';
import type { Answer, Ask, Place, Prompt } from './contestant.ts';

interface Completion {
  tokens_evaluated: number;
  timings: { prompt_n: number };
}
interface Context {
  completion(options: object, onToken: (token: { token: string }) => void): Promise<Completion>;
  tokenize(text: string): Promise<{ tokens: Int32Array }>;
  saveSession(path: string): Promise<void>;
  loadSession(path: string): Promise<void>;
}
interface Package {
  loadModel(options: object): Promise<Context>;
}

let context: Context | null = null;

function current(): Context {
  if (!context) throw new Error('no model is loaded');
  return context;
}

async function load(place: Place): Promise<void> {
  const folder = process.env['PARLEY_BENCH_PACKAGES'] ?? '';
  const require = createRequire(join(folder, 'package.json'));
  // By a name of its own: it is no package of ours.
  const packageName = '@fugood/llama.node';
  const { loadModel } = require(packageName) as Package;
  context = await loadModel({
    model: place.model,
    n_ctx: place.contextTokens,
    n_threads: place.threads,
    n_gpu_layers: 0,
  });
}

async function answer({ prompt, maxTokens }: Ask): Promise<Answer> {
  const startMs = performance.now();
  let firstTokenMs = 0;
  let written = '';
  const options = {
    prompt: prompt.text,
    n_predict: maxTokens,
    temperature: 0,
    top_k: 1,
  };
  const result = await current().completion(options, ({ token }) => {
    if (firstTokenMs === 0) firstTokenMs = performance.now() - startMs;
    written += token;
  });
  const totalMs = performance.now() - startMs;
  const { tokens } = await current().tokenize(written);
  return {
    firstTokenMs: firstTokenMs || totalMs,
    totalMs,
    tokens: [...tokens],
    text: written,
    computedTokens: result.timings.prompt_n,
  };
}

serve({
  load,
  answer,
  keep: ({ path }: { path: string }) => current().saveSession(path),
  reopen: ({ path }: { path: string }) => current().loadSession(path),
  tokensOf: async ({ text }: Prompt) => [...(await current().tokenize(text)).tokens],
});
