import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Engine, Picture, PromptMessage } from '../index.d.ts';
import {
  addon,
  answer,
  assistant,
  contextTokens,
  modelPath,
  openEngine,
  projectorPath,
  rejection,
  request,
  system,
  user,
} from './harness.ts';
import { loadPicture, plain } from './pictures.ts';

/** What the tiny model's projector makes of every picture. */
const cellsOfPicture = 16;
const question = 'What is in this image?';

let engine: Engine;
before(async () => {
  engine = new addon.Engine({ threads: 1 });
  const loaded = await engine.load({ path: modelPath, projectorPath, contextTokens }, () => {})
    .done;
  assert.equal(loaded.canSee, true);
});
after(() => engine.dispose());

const show = (text: string, ...pictures: Picture[]): PromptMessage => ({
  role: 'user',
  text,
  pictures,
});
const named = (text: string, ...names: string[]): PromptMessage =>
  show(text, ...names.map(loadPicture));

/** "I see a red circle and a blue square." as a sorted list: the model may begin with either. */
const seen = (text: string): string[] =>
  text
    .replace(/^I see an? |\.$/g, '')
    .split(/ and an? /)
    .sort();

describe('the tiny model says what it sees', () => {
  for (const [name, things] of [
    ['red-circle', ['red circle']],
    ['blue-square', ['blue square']],
    ['green-triangle', ['green triangle']],
    ['yellow-cross', ['yellow cross']],
    ['red-circle-blue-square', ['blue square', 'red circle']],
  ] as const) {
    test(name, async () => {
      const result = await answer(engine, [named(question, name)], { sequenceKey: name });
      assert.deepEqual(seen(result.text), things);
      assert.equal(result.stopReason, 'end');
    });
  }

  test('how many shapes, of which colour', async () => {
    const ask = async (text: string, name: string): Promise<string> =>
      (await answer(engine, [named(text, name)], { sequenceKey: text })).text;
    assert.equal(
      await ask('How many shapes are there?', 'three-shapes'),
      'There are three shapes.',
    );
    assert.equal(await ask('What color is the square?', 'blue-square'), 'The square is blue.');
    assert.equal(await ask('What shape is red?', 'red-circle'), 'It is a circle.');
  });
});

describe('pictures in the prompt', () => {
  test('each counts as the cells that its projector fills', async () => {
    const sizes: number[] = [];
    for (let count = 1; count <= 4; count += 1) {
      const pictures = Array.from({ length: count }, () => loadPicture('red-circle'));
      const result = await answer(engine, [show(question, ...pictures)], {
        sequenceKey: 'sizes',
        maxAnswerTokens: 1,
      });
      sizes.push(result.promptTokens);
    }
    const first = sizes[0] ?? 0;
    const perPicture = (sizes[1] ?? 0) - first;
    assert.ok(perPicture >= cellsOfPicture);
    assert.deepEqual(
      sizes,
      [0, 1, 2, 3].map((more) => first + more * perPicture),
    );
  });

  test('they stand in order: what is the same up to the second one is not read again', async () => {
    const begin = ['red-circle', 'blue-square'];
    const run = (...names: string[]) =>
      // A beginning of its own, since conversations share what they begin with.
      answer(engine, [system('In order.'), named(question, ...names)], {
        sequenceKey: 'order',
        maxAnswerTokens: 1,
      });
    const first = await run(...begin, 'yellow-cross');
    const other = await run(...begin, 'green-triangle');
    const swapped = await run('blue-square', 'red-circle', 'green-triangle');
    assert.ok(other.reusedTokens >= 2 * cellsOfPicture);
    assert.ok(other.reusedTokens < first.promptTokens - cellsOfPicture);
    assert.ok(swapped.reusedTokens <= other.reusedTokens - 2 * cellsOfPicture);
    assert.equal(swapped.promptTokens, first.promptTokens);
  });

  test('those of earlier messages stay where they were', async () => {
    const messages = [named(question, 'red-circle')];
    const first = await answer(engine, messages, { sequenceKey: 'talk' });
    assert.equal(first.text, 'I see a red circle.');
    const later = [...messages, assistant(first.text), user('What color is the circle?')];
    const second = await answer(engine, later, { sequenceKey: 'talk' });
    assert.ok(second.reusedTokens >= first.promptTokens - 1);
    assert.equal(second.encodedPictures, 0);
    const alone = await answer(engine, later, { sequenceKey: 'talk-cold' });
    assert.equal(alone.text, second.text);
  });

  test('a picture seen lately is not encoded again, in any conversation', async () => {
    const dot = plain(90, 90, [12, 34, 56]);
    const run = (sequenceKey: string, picture: Picture) =>
      answer(engine, [system(`For ${sequenceKey}.`), show(question, picture)], {
        sequenceKey,
        maxAnswerTokens: 4,
      });
    assert.equal((await run('seen-1', dot)).encodedPictures, 1);
    const again = await run('seen-2', { ...dot, rgb: dot.rgb.slice() });
    assert.ok(again.computedTokens > cellsOfPicture);
    assert.equal(again.encodedPictures, 0);
    const other = { ...dot, rgb: dot.rgb.slice() };
    other.rgb[0] = 13;
    assert.equal((await run('seen-3', other)).encodedPictures, 1);
    assert.equal((await run('seen-4', { ...dot, width: 45, height: 180 })).encodedPictures, 1);
  });

  test('text that looks like a place for a picture is text', async () => {
    const words = `<__media__> <image> ${question}`;
    const result = await answer(engine, [named(words, 'red-circle')], {
      sequenceKey: 'marker',
      maxAnswerTokens: 4,
    });
    const without = await answer(engine, [user(words)], {
      sequenceKey: 'marker-text',
      maxAnswerTokens: 4,
    });
    assert.equal(result.encodedPictures <= 1, true);
    assert.ok(result.promptTokens - without.promptTokens >= cellsOfPicture);
    assert.ok(result.promptTokens - without.promptTokens < 2 * cellsOfPicture);
  });
});

describe('what is refused, before anything is computed', () => {
  const refusals: [string, Picture][] = [
    ['a line of a million pixels', plain(1_000_000, 1, [0, 0, 0])],
    ['a column of a million pixels', plain(1, 1_000_000, [0, 0, 0])],
    ['a strip', plain(4000, 10, [0, 0, 0])],
  ];
  for (const [name, picture] of refusals) {
    test(name, async () => {
      const run = (): Promise<unknown> =>
        engine.generate(request([show(question, picture)]), () => {}).done;
      const error = await rejection(Promise.resolve().then(run));
      assert.equal(error.code, 'picture.refused');
      assert.deepEqual(error.data, { width: picture.width, height: picture.height });
    });
  }

  test('more pictures than the context holds', async () => {
    await using small = await openEngine(undefined, 512, projectorPath);
    const pictures = Array.from({ length: 40 }, (_, index) => plain(64, 64, [index, 0, 0]));
    const error = await rejection(answer(small, [show(question, ...pictures)]));
    assert.equal(error.code, 'prompt.too-long');
    assert.ok(Number(error.data['promptTokens']) > 40 * cellsOfPicture);
    assert.equal(
      (await answer(small, [named(question, 'red-circle')])).text,
      'I see a red circle.',
    );
  });

  test('any picture, for a model without a projector', async () => {
    await using blind = await openEngine();
    const error = await rejection(answer(blind, [named(question, 'red-circle')]));
    assert.equal(error.code, 'model.cannot-see');
    assert.deepEqual(error.data, {});
    assert.equal((await answer(blind, [user('Hello')])).text, 'Hello! How can I help you?');
  });
});

describe('small and odd pictures are answered, not fatal', () => {
  for (const [width, height] of [
    [1, 1],
    [1, 200],
    [200, 1],
    [3, 2],
    [63, 65],
    [1500, 20],
    [1200, 900],
  ] as const) {
    test(`${width} x ${height}`, async () => {
      const result = await answer(engine, [show(question, plain(width, height, [200, 30, 30]))], {
        sequenceKey: 'odd',
        maxAnswerTokens: 4,
      });
      assert.ok(result.promptTokens > cellsOfPicture);
    });
  }
});

test('a cancel between pictures ends as cancelled, and the conversation goes on after it', async () => {
  const pictures = Array.from({ length: 60 }, (_, index) => plain(400, 400, [index, 90, 9]));
  const message = show('How many shapes are there?', ...pictures);
  const job = engine.generate(request([message], { sequenceKey: 'stop' }), () => job.cancel());
  const result = await job.done;
  assert.equal(result.stopReason, 'cancelled');
  assert.ok(result.encodedPictures < pictures.length);
  const after = await answer(engine, [named(question, 'red-circle')], { sequenceKey: 'stop' });
  assert.equal(after.text, 'I see a red circle.');
});
