import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Embeddings, Engine, LoadedEmbedder } from '../index.d.ts';
import { addon, answer, contextTokens, modelPath, rejection, request, user } from './harness.ts';
import { makeRandomModel } from './random-models/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'embedder-'));
const bertPath = join(folder, 'bert.gguf');
const contextOfBert = 512;

let engine: Engine;
let loaded: LoadedEmbedder;
before(async () => {
  makeRandomModel(bertPath, 'bert', { size: 'small', vocabularyPath: modelPath });
  engine = new addon.Engine({ threads: 1 });
  loaded = await engine.loadEmbedder({ path: bertPath }, () => {}).done;
});
after(async () => {
  await engine.dispose();
  rmSync(folder, { recursive: true });
});

const embed = (texts: string[], by: Engine = engine): Promise<Embeddings> =>
  by.embed({ texts }).done;

const vectorOf = ({ vectors, dimensions }: Embeddings, index: number): Float32Array =>
  vectors.subarray(index * dimensions, (index + 1) * dimensions);

const dot = (left: Float32Array, right: Float32Array): number =>
  left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);

/** `count` texts of 1 to 60 words, the short and the long mixed. */
const mixed = (count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    Array.from({ length: ((index * 37) % 60) + 1 }, (_, word) => `word${index * 7 + word}`).join(
      ' ',
    ),
  );

test('an embedder says what it makes', () => {
  assert.equal(loaded.dimensions, 64);
  assert.equal(loaded.contextTokens, contextOfBert);
  assert.equal(loaded.pooling, 'mean');
  assert.match(loaded.fingerprint, /^[0-9a-f]{64}$/);
  assert.ok(loaded.memoryBytes > 0);
});

describe('vectors', () => {
  test('have length 1, in the order of the texts', async () => {
    const texts = mixed(40);
    const result = await embed(texts);
    assert.equal(result.dimensions, loaded.dimensions);
    assert.equal(result.vectors.length, texts.length * loaded.dimensions);
    const reversed = await embed(texts.toReversed());
    assert.equal(reversed.tokens, result.tokens);
    texts.forEach((_, index) => {
      const vector = vectorOf(result, index);
      assert.ok(Math.abs(dot(vector, vector) - 1) < 1e-4);
      assert.ok(dot(vector, vectorOf(reversed, texts.length - 1 - index)) > 1 - 1e-4);
    });
  });

  test('are those of each text alone, however many are computed together', async () => {
    const texts = mixed(150);
    const together = await embed(texts);
    let tokens = 0;
    for (const [index, text] of texts.entries()) {
      const alone = await embed([text]);
      tokens += alone.tokens;
      assert.ok(dot(vectorOf(alone, 0), vectorOf(together, index)) > 1 - 1e-4, text);
    }
    assert.equal(together.tokens, tokens);
  });

  test('differ between different texts', async () => {
    const result = await embed(['a red circle', 'the price of milk', 'a red circle']);
    const same = dot(vectorOf(result, 0), vectorOf(result, 2));
    const other = dot(vectorOf(result, 0), vectorOf(result, 1));
    assert.ok(same > 1 - 1e-6);
    assert.ok(other < same - 1e-3);
  });

  test('of nothing are nothing', async () => {
    const empty = await embed([]);
    assert.deepEqual([empty.vectors.length, empty.tokens], [0, 0]);
    const result = await embed(['', 'word', ' \n\t']);
    assert.ok(vectorOf(result, 0).every((value) => value === 0));
    assert.ok(vectorOf(result, 2).every((value) => value === 0));
    assert.ok(dot(vectorOf(result, 1), vectorOf(result, 1)) > 0.99);
  });

  test('of text that looks like the vocabulary’s marks are those of text', async () => {
    const result = await embed(['[CLS] [SEP] [MASK]']);
    assert.ok(result.tokens > 5);
  });
});

test('a text of just the context is read whole, one token more is refused with figures', async () => {
  // Each letter is a token; two are the marks around a text.
  const letters = (count: number): string => Array.from({ length: count }, () => 'a').join(' ');
  const whole = await embed([letters(contextOfBert - 2)]);
  assert.equal(whole.tokens, contextOfBert);
  const error = await rejection(embed(['short', letters(contextOfBert - 1)]));
  assert.equal(error.code, 'embedding.too-long');
  assert.deepEqual(error.data, {
    textIndex: 1,
    textTokens: contextOfBert + 1,
    contextTokens: contextOfBert,
  });
});

test('progress rises to 1', async () => {
  const fractions: number[] = [];
  await engine.embed({ texts: mixed(200) }, (fraction) => fractions.push(fraction)).done;
  assert.deepEqual(
    fractions,
    fractions.toSorted((left, right) => left - right),
  );
  assert.equal(fractions.at(-1), 1);
});

test('a cancel ends it between batches and gives nothing', async () => {
  const job = engine.embed({ texts: mixed(4000) }, (fraction) => {
    if (fraction > 0) job.cancel();
  });
  assert.equal((await rejection(job.done)).code, 'cancelled');
  assert.equal((await embed(['word'])).vectors.length, loaded.dimensions);
});

test('what the progress callback throws ends it and is its error', async () => {
  const failure = new Error('mine');
  const job = engine.embed({ texts: mixed(1000) }, () => {
    throw failure;
  });
  assert.equal(await rejection(job.done), failure);
});

test('a request of the wrong shape is refused by name', () => {
  const wrong: [unknown, RegExp][] = [
    [{}, /request\.texts must be an array/],
    [{ texts: 'word' }, /request\.texts must be an array/],
    [{ texts: [1] }, /request\.texts must be an array of strings/],
    [
      { texts: Array.from({ length: 4097 }, () => '') },
      /request\.texts must be an array of at most/,
    ],
  ];
  for (const [request, message] of wrong) {
    assert.throws(() => engine.embed(request as never), message);
  }
});

describe('beside the chat model', () => {
  test('both are loaded and work at once; unloading one leaves the other', async () => {
    await using both = Object.assign(new addon.Engine({ threads: 1 }), {
      [Symbol.asyncDispose]: (): Promise<void> => both.dispose(),
    });
    await both.loadEmbedder({ path: bertPath }, () => {}).done;
    await both.load({ path: modelPath, projectorPath: null, contextTokens }, () => {}).done;
    const [text, vectors, more] = await Promise.all([
      answer(both, [user('Count to 12.')]),
      embed(mixed(100), both),
      answer(both, [user('Hello')], { sequenceKey: 'other' }),
    ]);
    assert.equal(text.text, '1 2 3 4 5 6 7 8 9 10 11 12.');
    assert.equal(more.text, 'Hello! How can I help you?');
    assert.equal(vectors.vectors.length, 100 * vectors.dimensions);
    await both.unload();
    assert.equal((await embed(['word'], both)).dimensions, vectors.dimensions);
    await both.load({ path: modelPath, projectorPath: null, contextTokens }, () => {}).done;
    await both.unloadEmbedder();
    assert.equal((await rejection(embed(['word'], both))).code, 'embedding.not-loaded');
    assert.equal((await answer(both, [user('Hello')])).text, 'Hello! How can I help you?');
  });

  test('what is embedded goes on while a chat model comes and goes', async () => {
    await using both = Object.assign(new addon.Engine({ threads: 1 }), {
      [Symbol.asyncDispose]: (): Promise<void> => both.dispose(),
    });
    await both.loadEmbedder({ path: bertPath }, () => {}).done;
    const embedding = embed(mixed(500), both);
    await both.load({ path: modelPath, projectorPath: null, contextTokens }, () => {}).done;
    await both.unload();
    const whole = await embedding;
    assert.equal(whole.vectors.length, 500 * whole.dimensions);
  });

  test('unloading the embedder ends its jobs as cancelled, and not the chat', async () => {
    await using both = Object.assign(new addon.Engine({ threads: 1 }), {
      [Symbol.asyncDispose]: (): Promise<void> => both.dispose(),
    });
    await both.loadEmbedder({ path: bertPath }, () => {}).done;
    await both.load({ path: modelPath, projectorPath: null, contextTokens }, () => {}).done;
    const embedding = rejection(embed(mixed(4000), both));
    const chat = answer(both, [user('Count to 5.')]);
    await both.unloadEmbedder();
    assert.equal((await embedding).code, 'cancelled');
    assert.equal((await chat).text, '1 2 3 4 5.');
  });
});

describe('what is refused', () => {
  test('embedding before a model is loaded', async () => {
    await using none = Object.assign(new addon.Engine({ threads: 1 }), {
      [Symbol.asyncDispose]: (): Promise<void> => none.dispose(),
    });
    const error = await rejection(embed(['word'], none));
    assert.deepEqual([error.code, error.data], ['embedding.not-loaded', {}]);
  });

  test('a chat model, which does not say how to make one vector of a text', async () => {
    await using other = Object.assign(new addon.Engine({ threads: 1 }), {
      [Symbol.asyncDispose]: (): Promise<void> => other.dispose(),
    });
    const error = await rejection(other.loadEmbedder({ path: modelPath }, () => {}).done);
    assert.deepEqual([error.code, error.data], ['model.cannot-embed', { architecture: 'llama' }]);
  });

  test('a file that is none, which leaves the old model loaded', async () => {
    const missing = join(folder, 'missing.gguf');
    const error = await rejection(engine.loadEmbedder({ path: missing }, () => {}).done);
    assert.deepEqual([error.code, error.data], ['model.file-missing', { path: missing }]);
    assert.equal((await embed(['word'])).vectors.length, loaded.dimensions);
  });
});

test('tokens are counted as they would be read, also of texts that are too long to embed', async () => {
  const texts = ['', 'a b c', ...mixed(3), 'a '.repeat(2000)];
  const counts = await engine.countTokens({ texts }).done;
  assert.equal(counts.length, texts.length);
  assert.deepEqual([counts[0], counts[1], counts.at(-1)], [0, 5, 2002]);
  const few = texts.slice(1, 5);
  assert.equal(
    (await embed(few)).tokens,
    counts.subarray(1, 5).reduce((sum, count) => sum + count, 0),
  );
  assert.equal((await engine.countTokens({ texts: [] }).done).length, 0);
});

test('what was estimated is what loading takes', async () => {
  const estimate = await addon.estimateEmbedderMemory({ path: bertPath });
  const sum = estimate.modelBytes + estimate.contextBytes + estimate.computeBytes;
  assert.equal(loaded.memoryBytes, sum);
  const missing = join(folder, 'missing.gguf');
  const error = await rejection(addon.estimateEmbedderMemory({ path: missing }));
  assert.equal(error.code, 'model.file-missing');
});

describe('what a person waits for', () => {
  test('goes before what is embedded in the background, and so does counting', async () => {
    const order: string[] = [];
    const noted = (name: string, job: Promise<unknown>): Promise<unknown> =>
      job.then(() => order.push(name));
    const background = engine.embed({ texts: mixed(1500) });
    const visible = engine.embed({ texts: ['a question'], priority: 'visible' });
    const counting = engine.countTokens({ texts: mixed(100) });
    await Promise.all([
      noted('background', background.done),
      noted('counting', counting.done),
      noted('visible', visible.done),
    ]);
    assert.deepEqual(order, ['visible', 'counting', 'background']);
  });

  test('goes on beside a chat, while the background rests', async () => {
    await using both = Object.assign(new addon.Engine({ threads: 1 }), {
      [Symbol.asyncDispose]: (): Promise<void> => both.dispose(),
    });
    await both.loadEmbedder({ path: bertPath }, () => {}).done;
    await both.load({ path: modelPath, projectorPath: null, contextTokens }, () => {}).done;
    const over: string[] = [];
    const begun = Promise.withResolvers<void>();
    const chat = both.generate(request([user('Count to 200.')]), ({ text }) => {
      if (text !== '') begun.resolve();
    });
    const chatting = chat.done.then(() => over.push('chat'));
    await begun.promise;
    const background = embed(['some words'], both).then(() => over.push('background'));
    await both.embed({ texts: ['a question'], priority: 'visible' }).done;
    over.push('visible');
    chat.cancel();
    await Promise.all([chatting, background]);
    assert.deepEqual(over, ['visible', 'chat', 'background']);
  });
});

test('a copy has the same fingerprint, other weights have another', async () => {
  const copy = join(folder, 'copy.gguf');
  const other = join(folder, 'other.gguf');
  copyFileSync(bertPath, copy);
  makeRandomModel(other, 'bert', { size: 'small', vocabularyPath: modelPath, seed: 2 });
  const fingerprint = async (path: string): Promise<string> =>
    (await engine.loadEmbedder({ path }, () => {}).done).fingerprint;
  assert.notEqual(await fingerprint(other), loaded.fingerprint);
  assert.equal(await fingerprint(copy), loaded.fingerprint);
});
