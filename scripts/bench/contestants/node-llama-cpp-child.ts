// node-llama-cpp with its own prebuilt binary, driven by token ids. Its folder is PARLEY_BENCH_PACKAGES.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serve } from '../child-host.ts';
import type { Answer, Ask, Place, Prompt } from './contestant.ts';

interface Sequence {
  readonly nextTokenIndex: number;
  adaptStateToTokens(tokens: number[], allowShift: boolean): Promise<void>;
  evaluate(tokens: number[], options: { temperature: number }): AsyncGenerator<number>;
  saveStateToFile(path: string): Promise<unknown>;
  loadStateFromFile(path: string, risk: { acceptRisk: true }): Promise<void>;
  dispose(): Promise<void>;
}
interface Model {
  createContext(options: object): Promise<{ getSequence(): Sequence }>;
  tokenize(text: string, parseSpecial: boolean): number[];
  detokenize(tokens: number[]): string;
}
interface Package {
  getLlama(options: object): Promise<{ loadModel(options: object): Promise<Model> }>;
}

const sequenceCount = 3;
const sequences = new Map<string, Sequence>();
let model: Model | null = null;
let context: { getSequence(): Sequence } | null = null;

async function load(place: Place): Promise<void> {
  const folder = process.env['PARLEY_BENCH_PACKAGES'] ?? '';
  const entry = createRequire(join(folder, 'package.json')).resolve('node-llama-cpp');
  const { getLlama } = (await import(pathToFileURL(entry).href)) as Package;
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    maxThreads: place.threads,
    logLevel: 'error',
  });
  model = await llama.loadModel({ modelPath: place.model, gpuLayers: 0 });
  context = await model.createContext({
    contextSize: place.contextTokens,
    sequences: sequenceCount,
    threads: place.threads,
  });
}

function sequenceOf(conversation: string): Sequence {
  const known = sequences.get(conversation);
  if (known) return known;
  const made = context?.getSequence();
  if (!made) throw new Error('no model is loaded');
  sequences.set(conversation, made);
  return made;
}

async function answer({ prompt, maxTokens, conversation }: Ask): Promise<Answer> {
  const sequence = sequenceOf(conversation);
  const startMs = performance.now();
  // The last token is always computed: its logits choose the first of the answer.
  await sequence.adaptStateToTokens(prompt.tokens.slice(0, -1), false);
  const fresh = prompt.tokens.slice(sequence.nextTokenIndex);
  const tokens: number[] = [];
  let firstTokenMs = 0;
  for await (const token of sequence.evaluate(fresh, { temperature: 0 })) {
    if (tokens.length === 0) firstTokenMs = performance.now() - startMs;
    tokens.push(token);
    if (tokens.length >= maxTokens) break;
  }
  const totalMs = performance.now() - startMs;
  return {
    firstTokenMs: firstTokenMs || totalMs,
    totalMs,
    tokens,
    text: model?.detokenize(tokens) ?? '',
    computedTokens: fresh.length,
  };
}

serve({
  load,
  answer,
  keep: async ({ conversation, path }: { conversation: string; path: string }) => {
    await sequenceOf(conversation).saveStateToFile(path);
  },
  reopen: ({ conversation, path }: { conversation: string; path: string }) =>
    sequenceOf(conversation).loadStateFromFile(path, { acceptRisk: true }),
  tokensOf: async ({ text }: Prompt) => model?.tokenize(text, true) ?? null,
});
