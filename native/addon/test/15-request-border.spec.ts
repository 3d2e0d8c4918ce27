import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { Engine, GenerateRequest } from '../index.d.ts';
import { answer, type CodedError, openEngine, request, tool, user } from './harness.ts';

let engine: Engine;
before(async () => {
  engine = await openEngine();
});
after(() => engine.dispose());

const plain = request([user('Hello')], { maxAnswerTokens: 1 });
const generate = (changes: object) => engine.generate({ ...plain, ...changes } as never, () => {});

describe('a mistake of the program is told with the name of what is wrong', () => {
  const message = (changes: object) => ({ messages: [{ role: 'user', text: 'x', ...changes }] });
  const sampling = (changes: object) => ({ sampling: { ...plain.sampling, ...changes } });
  const picture = (changes: object) =>
    message({ pictures: [{ width: 2, height: 2, rgb: new Uint8Array(12), ...changes }] });
  const wrong: [object, RegExp][] = [
    [message({ tokens: [1] }), /messages\[0\]\.tokens must be a Uint32Array/],
    [message({ tokens: new Uint8Array(1) }), /messages\[0\]\.tokens must be a Uint32Array/],
    [message({ toolCalls: [{}] }), /toolCalls must be absent|toolCalls\[0\]\.id must be a string/],
    [message({ reasoning: 1 }), /messages\[0\]\.reasoning must be a string/],
    [picture({ rgb: new Uint8Array(11) }), /pictures\[0\]\.rgb must be a Uint8Array of 12 bytes/],
    [picture({ rgb: new Uint16Array(6) }), /rgb must be a Uint8Array/],
    [picture({ width: 0 }), /pictures\[0\]\.width must be a number/],
    [picture({ width: 1.5 }), /pictures\[0\]\.width must be a whole number/],
    [
      {
        messages: [
          {
            role: 'system',
            text: 'x',
            pictures: [{ width: 1, height: 1, rgb: new Uint8Array(3) }],
          },
        ],
      },
      /only a user shows pictures/,
    ],
    [{ tools: [{ name: 'a', description: 'b' }] }, /tools\[0\]\.parameters must be a string/],
    [{ tools: {} }, /request\.tools must be an array/],
    [{ toolChoice: 'maybe' }, /toolChoice must be auto or required or none/],
    [{ parallelToolCalls: 1 }, /parallelToolCalls must be a boolean/],
    [
      { outputSchema: '{}', tools: [tool('a')] },
      /outputSchema must be absent where there are tools/,
    ],
    [{ stop: [''] }, /stop must be strings of 1 to 256 bytes/],
    [{ stop: ['x'.repeat(257)] }, /stop must be strings of 1 to 256 bytes/],
    [{ stop: Array(17).fill('x') }, /stop must be an array of at most 16/],
    [{ stop: [1] }, /stop must be an array of strings/],
    [{ logitBias: [{ token: -1, bias: 0 }] }, /logitBias\[0\]\.token must be a number/],
    [{ logitBias: [{ token: 1, bias: 101 }] }, /logitBias\[0\]\.bias must be a number/],
    [{ alternatives: 21 }, /alternatives must be a number/],
    [{ priority: 'high' }, /priority must be visible or background/],
    [{ overflow: 'cut' }, /overflow must be refuse or forget-oldest/],
    [{ reasoningBudgetTokens: -1 }, /reasoningBudgetTokens must be a number/],
    [{ ephemeral: 'yes' }, /ephemeral must be a boolean/],
    [sampling({ mirostat: 3 }), /sampling\.mirostat must be a number/],
    [sampling({ repetitionPenalty: 0 }), /sampling\.repetitionPenalty must be a number/],
    [sampling({ typicalP: Number.NaN }), /sampling\.typicalP must be a number/],
    [sampling({ penaltyTokens: 0.5 }), /sampling\.penaltyTokens must be a whole number/],
  ];
  for (const [changes, expected] of wrong) {
    test(String(expected), () => {
      assert.throws(() => generate(changes), expected);
    });
  }
});

describe('a picture beyond reason is refused before a byte of it is read', () => {
  const sizes: [number, number][] = [
    [1, 1_000_000],
    [100_001, 600],
    [10_001, 10_000],
    [201, 1],
    [1, 201],
    [4_294_967_295, 4_294_967_295],
  ];
  for (const [width, height] of sizes) {
    test(`${width} × ${height}`, () => {
      const pictures = [{ width, height, rgb: new Uint8Array(0) }];
      assert.throws(
        () => generate({ messages: [{ role: 'user', text: 'x', pictures }] }),
        (error: CodedError) => {
          assert.equal(error.code, 'picture.refused');
          assert.deepEqual(error.data, { width, height });
          return true;
        },
      );
    });
  }
});

test('whatever a request holds, it is refused by name or answered', async () => {
  // Mostly absent or of its form: a request with one thing wrong shows nothing about the others.
  const part = (inner: fc.Arbitrary<unknown>) =>
    fc.oneof(
      { weight: 40, arbitrary: fc.constant(undefined) },
      { weight: 20, arbitrary: inner },
      { weight: 1, arbitrary: fc.anything() },
    );
  const fields: Record<keyof GenerateRequest, fc.Arbitrary<unknown>> = {
    sequenceKey: fc.string(),
    messages: fc.array(
      fc.record({
        role: fc.constantFrom('system', 'user', 'user', 'assistant', 'tool'),
        text: fc.string({ unit: 'grapheme' }),
        reasoning: part(fc.string()),
        tokens: part(fc.uint32Array({ maxLength: 8 })),
        toolCalls: part(
          fc.array(fc.record({ id: fc.string(), name: fc.string(), arguments: fc.json() }), {
            maxLength: 2,
          }),
        ),
        toolCallId: part(fc.string()),
      }),
      { maxLength: 4 },
    ),
    sampling: fc.constant(plain.sampling),
    enableThinking: fc.boolean(),
    tools: part(
      fc.array(
        fc.record({ name: fc.constant('t'), description: fc.string(), parameters: fc.json() }),
        {
          maxLength: 2,
        },
      ),
    ),
    toolChoice: part(fc.constantFrom('auto', 'none', 'required')),
    parallelToolCalls: part(fc.boolean()),
    maxAnswerTokens: fc.constant(1),
    reasoningBudgetTokens: part(fc.integer()),
    outputSchema: part(fc.json()),
    stop: part(fc.array(fc.string({ minLength: 1, maxLength: 9 }), { maxLength: 3 })),
    logitBias: part(
      fc.array(
        fc.record({ token: fc.integer(), bias: fc.double({ min: -100, max: 100, noNaN: true }) }),
      ),
    ),
    alternatives: part(fc.integer({ min: 0, max: 20 })),
    priority: part(fc.constantFrom('visible', 'background')),
    overflow: part(fc.constantFrom('refuse', 'forget-oldest')),
    ephemeral: part(fc.boolean()),
    speculate: part(fc.boolean()),
  };
  const expected = ['schema.unsupported', 'model.template-broken', 'prompt.too-long'];
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(fc.record(fields), async (anything) => {
      try {
        await engine.generate(anything as never, () => {}).done;
        answered += 1;
      } catch (error) {
        const isTypeError = error instanceof TypeError && /must/.test(error.message);
        assert.ok(isTypeError || expected.includes((error as CodedError).code), String(error));
      }
    }),
    { numRuns: 300, seed: 4 },
  );
  assert.ok(answered > 20, `${answered} of 300 were answered`);
  assert.equal((await answer(engine, [user('Hello')])).text, 'Hello! How can I help you?');
});
