import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LoadedModel, LoadRequest } from '../index.d.ts';
import { sound, textEntry, withEntries, write } from './gguf-writer.ts';
import { addon, answer, modelPath, openEngine, projectorPath, rejection, user } from './harness.ts';

const load = { path: modelPath, projectorPath: null, contextTokens: 2048 };

/** The tiny model's bytes with one text of its header replaced by another of the same length. */
function patchedModel(from: string, to: string): string {
  assert.equal(from.length, to.length);
  const bytes = readFileSync(modelPath);
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) {
    bytes.write(to, at, 'latin1');
  }
  const path = join(mkdtempSync(join(tmpdir(), 'parley-load-')), 'patched.gguf');
  writeFileSync(path, bytes);
  return path;
}

test('loading tells its progress and what was loaded', async () => {
  const engine = new addon.Engine({ threads: 1 });
  const fractions: number[] = [];
  const job = engine.load({ ...load, projectorPath }, (fraction) => fractions.push(fraction));
  const model = await job.done;
  assert.equal(model.contextTokens, 2048);
  assert.equal(model.trainedContextTokens, 2048);
  assert.equal(model.canSee, true);
  assert.equal(model.canThink, true);
  assert.ok(model.memoryBytes > 10_000_000);
  assert.ok(fractions.length > 0);
  assert.deepEqual(
    fractions,
    fractions.toSorted((left, right) => left - right),
  );
  assert.ok(fractions.every((fraction) => fraction >= 0 && fraction <= 1));
  await engine.dispose();
});

test('what was estimated is what loading takes', async () => {
  const estimate = await addon.estimateMemory(load);
  const engine = new addon.Engine({ threads: 1 });
  const { memoryBytes } = await engine.load(load, () => {}).done;
  assert.equal(memoryBytes, estimate.modelBytes + estimate.contextBytes + estimate.computeBytes);
  await engine.dispose();
});

/** What a fresh engine tells of a load. */
async function loaded(changes: Partial<LoadRequest>): Promise<LoadedModel> {
  const engine = new addon.Engine({ threads: 1 });
  const model = await engine.load({ ...load, ...changes }, () => {}).done;
  await engine.dispose();
  return model;
}

/** A copy of the tiny model under another name, with the weights of its last tensors as `change` makes them. */
function copyOfModel(change: (byte: number) => number): string {
  const bytes = readFileSync(modelPath);
  const end = bytes.subarray(-3_000_000);
  end.set(end.map(change));
  const path = join(mkdtempSync(join(tmpdir(), 'parley-load-')), 'copy.gguf');
  writeFileSync(path, bytes);
  return path;
}

test('a smaller batch takes less memory, as was estimated', async () => {
  const changes = { batchTokens: 64, threads: 1, gpuLayers: 0 };
  const estimate = await addon.estimateMemory({ ...load, ...changes });
  const { memoryBytes } = await loaded(changes);
  assert.equal(memoryBytes, estimate.modelBytes + estimate.contextBytes + estimate.computeBytes);
  assert.ok(memoryBytes < (await loaded({})).memoryBytes);
});

test('the fingerprint names the weights, not the file or the size of the context', async () => {
  const { fingerprint } = await loaded({});
  assert.match(fingerprint, /^[0-9a-f]{64}$/);
  assert.equal((await loaded({ path: copyOfModel((byte) => byte) })).fingerprint, fingerprint);
  assert.equal((await loaded({ contextTokens: 1024 })).fingerprint, fingerprint);
});

test('weights, a projector, the template and the batch give another fingerprint', async () => {
  const models = await Promise.all([
    loaded({}),
    loaded({ path: copyOfModel((byte) => byte ^ 1) }),
    loaded({ projectorPath }),
    loaded({ path: patchedModel('<|im_end|>', '<|im_End|>') }),
    loaded({ batchTokens: 64 }),
  ]);
  assert.equal(new Set(models.map(({ fingerprint }) => fingerprint)).size, models.length);
});

test('a cancelled load is rejected as cancelled and leaves no model', async () => {
  const engine = new addon.Engine({ threads: 1 });
  const job = engine.load(load, () => {});
  job.cancel();
  assert.equal((await rejection(job.done)).code, 'cancelled');
  job.cancel();
  const error = await rejection(answer(engine, [user('Hello')]));
  assert.equal(error.code, 'model.not-loaded');
  await engine.dispose();
});

test('a load that is cancelled while it runs is rejected as cancelled', async () => {
  const engine = new addon.Engine({ threads: 1 });
  const job = engine.load(load, () => job.cancel());
  const error = await rejection(job.done);
  assert.equal(error.code, 'cancelled');
  await engine.dispose();
});

test('an exception of the progress callback ends the load and is its error', async () => {
  const engine = new addon.Engine({ threads: 1 });
  const failure = new Error('mine');
  const job = engine.load(load, () => {
    throw failure;
  });
  assert.equal(await rejection(job.done), failure);
  await engine.dispose();
});

test('a missing file is told', async () => {
  const engine = new addon.Engine({ threads: 1 });
  const job = engine.load({ ...load, path: '/no/such.gguf' }, () => {});
  assert.equal((await rejection(job.done)).code, 'model.file-missing');
  await engine.dispose();
});

test('an architecture that llama.cpp does not know is told by name', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'parley-load-')), 'unknown.gguf');
  writeFileSync(path, write(withEntries(textEntry('general.architecture', 'from-the-future'))));
  const engine = new addon.Engine({ threads: 1 });
  const error = await rejection(engine.load({ ...load, path }, () => {}).done);
  assert.equal(error.code, 'model.unsupported');
  assert.deepEqual(error.data, { architecture: 'from-the-future' });
  assert.equal(
    (await rejection(addon.estimateMemory({ ...load, path }))).code,
    'model.unsupported',
  );
  await engine.dispose();
});

test('a sound header without a whole model is refused with the last lines of the log', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'parley-load-')), 'hollow.gguf');
  writeFileSync(path, write(sound()));
  const engine = new addon.Engine({ threads: 1 });
  const error = await rejection(engine.load({ ...load, path }, () => {}).done);
  assert.equal(error.code, 'model.load-failed');
  assert.ok((error.data['lastLogLines'] as string[]).length > 0);
  await engine.dispose();
});

test('a projector is no model, and a model no projector', async () => {
  const engine = new addon.Engine({ threads: 1 });
  const asModel = await rejection(engine.load({ ...load, path: projectorPath }, () => {}).done);
  assert.equal(asModel.code, 'model.file-broken');
  assert.equal(asModel.data['fault'], 'not-a-model');
  const asProjector = await rejection(
    engine.load({ ...load, projectorPath: modelPath }, () => {}).done,
  );
  assert.equal(asProjector.code, 'model.projector-mismatch');
  await engine.dispose();
});

test('a template that cannot be parsed is told when loading', async () => {
  const path = patchedModel('{%- endfor %}', '{%- endfro %}');
  const engine = new addon.Engine({ threads: 1 });
  const error = await rejection(engine.load({ ...load, path }, () => {}).done);
  assert.equal(error.code, 'model.template-broken');
  assert.ok(String(error.data['detail']).length > 0);
  await engine.dispose();
});

test('a second load takes the place of the first', async () => {
  await using engine = await openEngine();
  await engine.load({ ...load, contextTokens: 512 }, () => {}).done;
  assert.equal((await answer(engine, [user('Hello')])).text, 'Hello! How can I help you?');
});
