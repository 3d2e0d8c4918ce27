import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { addon, modelPath, projectorPath, rejection } from './harness.ts';

test('a model is summed up from its header', async () => {
  assert.deepEqual(await addon.inspectGguf(modelPath), {
    path: modelPath,
    fileBytes: 5_809_024,
    kind: 'model',
    architecture: 'llama',
    name: 'Parley Tiny',
    quantization: 'F16',
    parameterCount: 2_885_888,
    trainedContextTokens: 2048,
    embeddingWidth: 256,
    tensorCount: 38,
    hasChatTemplate: true,
    projectorKind: null,
  });
});

test('a projector is told from a model, and fits it by its width', async () => {
  const summary = await addon.inspectGguf(projectorPath);
  assert.equal(summary.kind, 'projector');
  assert.equal(summary.projectorKind, 'mlp');
  assert.equal(summary.embeddingWidth, 256);
  assert.equal(summary.trainedContextTokens, null);
});

test('a missing file, a folder and a text are told apart', async () => {
  const missing = await rejection(addon.inspectGguf('/no/such/file.gguf'));
  assert.equal(missing.code, 'model.file-missing');
  assert.deepEqual(missing.data, { path: '/no/such/file.gguf' });
  const folder = mkdtempSync(join(tmpdir(), 'parley-inspect-'));
  assert.equal((await rejection(addon.inspectGguf(folder))).code, 'model.file-unreadable');
  const text = join(folder, '文字.gguf');
  writeFileSync(text, 'once upon a time');
  const broken = await rejection(addon.inspectGguf(text));
  assert.equal(broken.code, 'model.file-broken');
  assert.deepEqual(broken.data, {
    path: text,
    fault: 'not-gguf',
    detail: 'the file does not begin with GGUF',
    offsetBytes: 0,
  });
});

test('an estimate comes without loading and grows with the context', async () => {
  const small = await addon.estimateMemory({ path: modelPath, projectorPath, contextTokens: 512 });
  const large = await addon.estimateMemory({
    path: modelPath,
    projectorPath: null,
    contextTokens: 2048,
  });
  assert.equal(large.contextBytes, 4 * small.contextBytes);
  assert.ok(small.modelBytes > 5_000_000 && small.modelBytes < 6_000_000);
  assert.ok(small.projectorBytes > 1_000_000);
  assert.equal(large.projectorBytes, 0);
  assert.ok(small.computeBytes > 0);
});

test('an argument of the wrong type is named', async () => {
  assert.throws(() => addon.inspectGguf(1 as never), /path must be a string/);
  assert.throws(
    () => addon.estimateMemory({ path: modelPath, projectorPath: null, contextTokens: 1.5e9 }),
    /request\.contextTokens must be/,
  );
});

test('the engine says what it runs on', () => {
  const description = addon.describe();
  assert.match(description.llamaVersion, /^0\.5\.0/);
  assert.ok(description.devices.length > 0);
});
