import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Engine, Sampling } from '../index.d.ts';
import { answer, endless, openEngine, rejection, user } from './harness.ts';

let engine: Engine;
before(async () => {
  engine = await openEngine();
});
after(() => engine.dispose());

const greedy: Sampling = { temperature: 0, topP: 1, topK: 0, minP: 0 };
const schema = (value: unknown): string => JSON.stringify(value);

describe('an output schema', () => {
  test('that nothing allowed can fit is an error, and the engine goes on', async () => {
    const outputSchema = schema({
      type: 'object',
      properties: { sure: { type: 'boolean' } },
      required: ['sure'],
    });
    const logitBias: { token: number; bias: number }[] = [];
    for (let token = 0; token < 1024; token += 1) {
      const text = await engine.detokenize({ tokens: Uint32Array.of(token) });
      // With these forbidden the object can neither be begun nor the answer be ended.
      if (text === '' || /[{\s<]/.test(text)) logitBias.push({ token, bias: -100 });
    }
    const error = await rejection(answer(engine, [user('Hello')], { outputSchema, logitBias }));
    assert.equal(error.code, 'schema.unsupported');
    assert.equal((await answer(engine, [user('Count to 5.')])).text, '1 2 3 4 5.');
  });

  test('forces JSON of that form out of a model that would not write it', async () => {
    const { text, stopReason } = await answer(engine, [user('Hello')], {
      outputSchema: schema({
        type: 'object',
        properties: { mood: { enum: ['good', 'bad'] }, sure: { type: 'boolean' } },
        required: ['mood', 'sure'],
        additionalProperties: false,
      }),
      maxAnswerTokens: 100,
    });
    assert.equal(stopReason, 'end');
    const value = JSON.parse(text);
    assert.deepEqual(Object.keys(value), ['mood', 'sure']);
    assert.ok(['good', 'bad'].includes(value.mood));
    assert.equal(typeof value.sure, 'boolean');
  });

  test('holds at every temperature', async () => {
    for (const seed of [1, 2, 3]) {
      const { text } = await answer(engine, [user('Hello')], {
        outputSchema: schema({
          type: 'object',
          properties: { n: { enum: [1, 2, 3] } },
          required: ['n'],
          additionalProperties: false,
        }),
        sampling: { ...greedy, temperature: 2, seed },
        maxAnswerTokens: 400,
      });
      assert.ok([1, 2, 3].includes(JSON.parse(text).n));
    }
  });

  test('does not change the prompt', async () => {
    const plain = await answer(engine, [user('Hello')], { maxAnswerTokens: 1 });
    const formed = await answer(engine, [user('Hello')], {
      outputSchema: schema({ type: 'object' }),
      maxAnswerTokens: 1,
    });
    assert.equal(formed.promptTokens, plain.promptTokens);
  });

  const broken: [string, string][] = [
    ['broken JSON', '{'],
    ['no object', '3'],
    ['a reference to nothing', schema({ $ref: '#/definitions/none' })],
    [
      'more repetitions than a grammar holds',
      schema({ type: 'array', minItems: 100_000, items: {} }),
    ],
  ];
  for (const [name, outputSchema] of broken) {
    test(`is refused: ${name}`, async () => {
      const error = await rejection(answer(engine, [user('Hello')], { outputSchema }));
      assert.equal(error.code, 'schema.unsupported');
      assert.equal((await answer(engine, [user('Hello')])).stopReason, 'end');
    });
  }
});

describe('stop strings', () => {
  const count = user('Count to 12.');

  test('end the answer before them, across token borders', async () => {
    for (const [stop, text] of [
      [' 7', '1 2 3 4 5 6'],
      ['5 6 7', '1 2 3 4 '],
      ['2.', '1 2 3 4 5 6 7 8 9 10 11 1'],
      ['1', ''],
    ] as const) {
      const result = await answer(engine, [count], { stop: [stop] });
      assert.equal(result.text, text);
      assert.equal(result.stopString, stop);
      assert.equal(result.stopReason, 'end');
    }
  });

  test('the one that comes first in the text counts, whatever their order', async () => {
    const { text, stopString } = await answer(engine, [count], { stop: ['9', '4', ' 10'] });
    assert.equal(text, '1 2 3 ');
    assert.equal(stopString, '4');
  });

  test('what only looked like one is given out in the end', async () => {
    const { text, stopString } = await answer(engine, [count], { stop: ['11 13', '12.!'] });
    assert.equal(text, '1 2 3 4 5 6 7 8 9 10 11 12.');
    assert.equal(stopString, null);
  });

  test('no part of one is ever shown', async () => {
    const { batches } = await answer(engine, [count], { stop: ['8 9'] });
    assert.ok(
      !batches
        .map((batch) => batch.text)
        .join('')
        .includes('8'),
    );
  });

  test('work in Chinese', async () => {
    const { text } = await answer(engine, [user('你好')], { stop: ['幫你'] });
    assert.equal(text, '你好!有什麼可以');
  });
});

describe('logit bias', () => {
  test('-100 forbids a token, 100 all but forces it', async () => {
    const free = await answer(engine, [user('Hello')]);
    const first = free.answerTokenIds[0] ?? 0;
    const without = await answer(engine, [user('Hello')], {
      logitBias: [{ token: first, bias: -100 }],
      maxAnswerTokens: 8,
    });
    assert.ok(!without.answerTokenIds.includes(first));
    const forced = await answer(engine, [user('Hello')], {
      logitBias: [{ token: 305, bias: 100 }],
      maxAnswerTokens: 3,
    });
    assert.deepEqual([...forced.answerTokenIds], [305, 305, 305]);
  });

  test('a token beyond the vocabulary is no token', async () => {
    const { text } = await answer(engine, [user('Hello')], {
      logitBias: [{ token: 2 ** 31 - 1, bias: 100 }],
    });
    assert.equal(text, 'Hello! How can I help you?');
  });
});

describe('samplers', () => {
  const wild: Sampling = { ...greedy, temperature: 1.5, seed: 11 };
  const run = async (sampling: Sampling): Promise<string> =>
    (await answer(engine, endless, { sampling, maxAnswerTokens: 40 })).text;

  test('each that narrows the choice to one gives the likeliest tokens', async () => {
    const likeliest = await run(greedy);
    assert.equal(await run({ ...wild, topK: 1 }), likeliest);
    assert.equal(await run({ ...wild, topP: 0 }), likeliest);
    assert.equal(await run({ ...wild, minP: 1 }), likeliest);
    assert.equal(await run({ ...wild, topNSigma: 0.0001 }), likeliest);
    assert.notEqual(await run(wild), likeliest);
  });

  const changes: [string, Partial<Sampling>][] = [
    ['typical', { typicalP: 0.2 }],
    ['dynamic temperature', { dynamicTemperatureRange: 1 }],
    ['XTC', { xtcProbability: 1, xtcThreshold: 0.02 }],
    ['mirostat', { mirostat: 1 }],
    ['mirostat 2', { mirostat: 2, mirostatTau: 1 }],
    ['repetition', { repetitionPenalty: 5 }],
    ['presence', { presencePenalty: 2 }],
    ['frequency', { frequencyPenalty: 2 }],
    ['DRY', { dryMultiplier: 10, dryBase: 3, dryAllowedTokens: 1 }],
  ];
  for (const [name, change] of changes) {
    test(`${name} changes what is drawn, the same way each time`, async () => {
      const changed = await run({ ...wild, ...change });
      assert.notEqual(changed, await run(wild));
      assert.equal(await run({ ...wild, ...change }), changed);
    });
  }

  test('penalties count at temperature 0 as well', async () => {
    const numbers = await answer(engine, [user('Count to 12.')], {
      sampling: { ...greedy, repetitionPenalty: 10 },
      maxAnswerTokens: 40,
    });
    assert.notEqual(numbers.text, '1 2 3 4 5 6 7 8 9 10 11 12.');
  });
});
