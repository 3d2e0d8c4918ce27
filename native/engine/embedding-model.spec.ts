/**
 * A made-up container, converted as the real one is, in the real engine: its vectors beside those of a float32
 * encoder over the same weights.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../addon/index.d.ts';
import { addon } from '../addon/test/harness.ts';
import { makeRandomModel } from '../addon/test/random-models/index.ts';
import { convertEmbedder } from './conversion/convert-embedder.ts';
import { readContainer } from './conversion/e5-container.ts';
import { containerBytes, tinySpec } from './conversion/testing/container.fixture.ts';
import { dot, EncoderReference } from './conversion/testing/encoder.fixture.ts';
import { UnigramReference } from './conversion/testing/unigram.fixture.ts';
import { forkEngine } from './forked-engine.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-embedding-'));
const path = join(folder, 'e5.bin');
const targetPath = join(folder, 'e5.gguf');
const texts = [
  'query: the red circle',
  'passage: the word',
  'THE Red Circle',
  'the   red\u3000circle ',
  'ﬁre',
  'soft\u00adhyphen',
  'a 💩 word',
  '預算預',
  'ᚠᚢᚦ unknown runes ᚠ',
  '<s> the </s> circle <mask>',
  'x',
  'ab '.repeat(20),
];

let engine: Engine;
before(async () => {
  writeFileSync(path, containerBytes(tinySpec()));
  const signal = new AbortController().signal;
  const steps = convertEmbedder({ format: 'e5s1', path, targetPath }, signal);
  while (!(await steps.next()).done);
  engine = new addon.Engine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
  rmSync(folder, { recursive: true });
});

test('a converted model has a sound header', async () => {
  const summary = await addon.inspectGguf(targetPath);
  assert.equal(summary.architecture, 'bert');
  assert.equal(summary.name, 'multilingual-e5-small');
  assert.equal(summary.quantization, 'Q4_0');
  assert.equal(summary.trainedContextTokens, 64);
  assert.equal(summary.embeddingWidth, 64);
  assert.equal(summary.tensorCount, 37);
});

test('the engine’s process makes the same file, and says how far it is', async () => {
  const root = join(import.meta.dirname, '../..');
  const engineProcess = forkEngine(join(import.meta.dirname, 'entry.ts'), {
    PARLEY_ADDON: process.env['PARLEY_ADDON'] ?? join(root, 'dist/native/addon.node'),
  });
  const byProcess = join(folder, 'by-process.gguf');
  try {
    const request = { format: 'e5s1', path, targetPath: byProcess } as const;
    const steps = engineProcess.client.embedding.convert(request);
    const fractions: number[] = [];
    let step = await steps.next();
    for (; !step.done; step = await steps.next()) fractions.push(step.value.fraction);
    assert.equal(fractions.at(-1), 1);
    const made = readFileSync(byProcess);
    assert.equal(made.length, step.value.fileBytes);
    assert.ok(made.equals(readFileSync(targetPath)));
  } finally {
    engineProcess.close();
    await engineProcess.ended;
  }
});

test('its tokens are those of the vocabulary it was made of', async () => {
  // Only a model that answers shows its tokens, so one gets this vocabulary.
  const random = join(folder, 'random.gguf');
  makeRandomModel(random, 'window', { size: 'small', vocabularyPath: targetPath, seed: 1 });
  await engine.load({ path: random, projectorPath: null, contextTokens: 512 }, () => {}).done;
  const file = readFileSync(path);
  const tokenizer = new UnigramReference(readContainer(file, { path, fileBytes: file.length }));
  for (const text of texts) {
    const ids = [...(await engine.tokenize({ text }))];
    assert.deepEqual(ids, tokenizer.encode(text).slice(1, -1), text);
  }
});

test('its vectors are those of the weights it was made of, whatever the text', async () => {
  const loaded = await engine.loadEmbedder({ path: targetPath }, () => {}).done;
  assert.equal(loaded.pooling, 'mean');
  assert.equal(loaded.contextTokens, 64);
  assert.equal(loaded.dimensions, 64);
  const file = readFileSync(path);
  const container = readContainer(file, { path, fileBytes: file.length });
  const encoder = new EncoderReference(container, file);
  const tokenizer = new UnigramReference(container);
  for (const text of texts) {
    const ids = tokenizer.encode(text);
    const { vectors, tokens } = await engine.embed({ texts: [text] }).done;
    assert.equal(tokens, ids.length, text);
    const cosine = dot(vectors, encoder.vector(ids));
    assert.ok(cosine >= 0.999, `${text}: ${cosine}`);
  }
});
