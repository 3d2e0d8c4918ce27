import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { asRead } from '../../../main/services/models/e5-protocol.ts';
import type * as Addon from '../../../native/addon/index.d.ts';
import { llamaBenchMs } from '../contestants/llama-bench.ts';
import { median } from '../statistics.ts';
import { MadeText } from './made-text.ts';

const root = resolve(import.meta.dirname, '../../..');
/** Tokens that the engine computes at once. */
const batchTokens = 512;
const textCount = 48;

/** Tokens a second with one number of threads. */
export interface EmbeddingSpeed {
  threads: number;
  /** Texts in, vectors out: tokenising, packing and pooling are in it. */
  tokensPerSecond: number;
  /** llama-bench reading as many tokens at once with the same weights: no text, no vector. */
  benchTokensPerSecond: number;
}

/**
 * Embeds texts of mixed length through the addon beside llama-bench over the same file, in turns.
 * @param llamaBench the program's path
 */
export async function measureEmbedding(options: {
  modelPath: string;
  llamaBench: string;
  threads: number;
  rounds: number;
}): Promise<EmbeddingSpeed> {
  const { modelPath, llamaBench, threads, rounds } = options;
  const addon: typeof Addon = createRequire(import.meta.url)(
    process.env['PARLEY_ADDON'] ?? join(root, 'dist/native/addon.node'),
  );
  const engine = new addon.Engine({ threads });
  const text = new MadeText(3);
  const texts = Array.from({ length: textCount }, (_, index) =>
    asRead('passage', Array.from({ length: (index % 12) + 1 }, () => text.sentence()).join(' ')),
  );
  const ours: number[] = [];
  const theirs: number[] = [];
  try {
    await engine.loadEmbedder({ path: modelPath, threads }, () => undefined).done;
    await engine.embed({ texts: texts.slice(0, 4) }).done;
    for (let round = 0; round < rounds; round += 1) {
      const startMs = performance.now();
      const { tokens } = await engine.embed({ texts }).done;
      ours.push((tokens / (performance.now() - startMs)) * 1000);
      const test = { readTokens: batchTokens, writtenTokens: 0, depthTokens: 0, repetitions: 5 };
      const times = await llamaBenchMs(llamaBench, { model: modelPath, threads }, test);
      theirs.push((batchTokens / median(times)) * 1000);
    }
  } finally {
    await engine.dispose();
  }
  return { threads, tokensPerSecond: median(ours), benchTokensPerSecond: median(theirs) };
}
