import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { modelPath } from './harness.ts';
import { makeRandomModel } from './random-models/index.ts';
import { runTestProgram } from './test-program.ts';

// A prefix is taken out of a context in blocks as it is read, joined, and brought back. Two runs are the same
// when all logits are, to the last bit, for 1,000 tokens: with random weights, ids alone would prove nothing.

const kinds = ['attention', 'hybrid', 'sliding-window', 'recurrent'] as const;
type Kind = (typeof kinds)[number];

let folder: string;
let modelPaths: Record<Kind, string>;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-states-'));
  modelPaths = {
    attention: modelPath,
    hybrid: join(folder, 'hybrid.gguf'),
    'sliding-window': join(folder, 'window.gguf'),
    recurrent: join(folder, 'recurrent.gguf'),
  };
  const options = { size: 'small', vocabularyPath: modelPath } as const;
  makeRandomModel(modelPaths.hybrid, 'hybrid', options);
  makeRandomModel(modelPaths['sliding-window'], 'window', options);
  makeRandomModel(modelPaths.recurrent, 'recurrent', options);
});
after(() => rmSync(folder, { recursive: true }));

async function outputOf(kind: Kind, name: string): Promise<string> {
  const end = await runTestProgram('state-test', [modelPaths[kind], name]);
  assert.deepEqual({ ...end, output: '' }, { exitCode: 0, signal: null, output: '', errors: '' });
  return end.output.trim();
}

async function run(kind: Kind, name: string): Promise<void> {
  assert.equal(await outputOf(kind, name), '');
}

for (const kind of kinds) {
  test(`${kind}: the kind is told from the state itself`, async () => {
    assert.equal(await outputOf(kind, 'kind'), kind);
  });

  test(`${kind}: a prefix restored into a fresh context computes on as if it had stayed`, () =>
    run(kind, 'fresh'));

  test(`${kind}: so it does without flash attention, where values lie the other way round`, () =>
    run(kind, 'fresh-plain'));

  test(`${kind}: so it does with quantised keys and values`, () => run(kind, 'fresh-q8'));

  test(`${kind}: a prefix fits into the holes between other conversations, which keep theirs`, () =>
    run(kind, 'beside'));

  test(`${kind}: what is restored replaces what was there, and gives the same blocks again`, () =>
    run(kind, 'over'));

  test(`${kind}: a context without room refuses and loses nothing`, () => run(kind, 'full'));

  test(`${kind}: cut, longer and changed states are refused or harmless`, () =>
    run(kind, 'broken'));

  test(`${kind}: a state with keys and values of another type is refused`, () =>
    run(kind, 'foreign'));

  test(`${kind}: a live prefix is shared where attention is all there is`, () =>
    run(kind, 'share'));
}

test('attention: a prefix can be cut at any token', () => run('attention', 'cut'));

test('hybrid: a picture, whose cells share one position, comes back whole', () =>
  run('hybrid', 'picture'));

test('a program that fails is seen to fail', async () => {
  const end = await runTestProgram('state-test', [modelPaths.recurrent, 'cut']);
  assert.equal(end.exitCode, 1);
  assert.match(end.errors, /llama_decode/);
});
