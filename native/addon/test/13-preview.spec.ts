import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Engine, PromptMessage, PromptRequest } from '../index.d.ts';
import { answer, assistant, openEngine, rejection, system, tool, user } from './harness.ts';

let engine: Engine;
before(async () => {
  engine = await openEngine();
});
after(() => engine.dispose());

const preview = (messages: PromptMessage[], changes: Partial<PromptRequest> = {}) =>
  engine.tokenizePrompt({ messages, enableThinking: false, ...changes });

const conversations: [string, PromptMessage[], Partial<PromptRequest>][] = [
  ['one question', [user('Hello')], {}],
  ['several turns', [system('Be brief.'), user('你好'), assistant('好 '), user(' And now?\n')], {}],
  [
    'a tool and its result',
    [
      user('12*7?'),
      {
        ...assistant('Let me see.'),
        toolCalls: [{ id: 'a', name: 'calc', arguments: '{"e":"12 * 7"}' }],
      },
      { role: 'tool', text: '84', toolCallId: 'a' },
    ],
    { tools: [tool('calc', 'e')] },
  ],
];

describe('the preview is the prompt', () => {
  for (const [name, messages, changes] of conversations) {
    test(`${name}: spans are its text and its tokens, in order`, async () => {
      const { tokens, text, spans, isControl } = await preview(messages, changes);
      assert.equal(spans.map((span) => span.text).join(''), text);
      assert.equal(
        spans.reduce((sum, span) => sum + span.tokenCount, 0),
        tokens.length,
      );
      assert.equal(isControl.length, tokens.length);
    });

    test(`${name}: every message is found under its index, nothing else is`, async () => {
      const { spans } = await preview(messages, changes);
      for (const [index, message] of messages.entries()) {
        const texts = spans.filter((span) => span.message === index).map((span) => span.text);
        assert.ok(texts.includes(message.text.trim()), `${index}: ${JSON.stringify(texts)}`);
      }
      for (const span of spans.filter((each) => each.message === null)) {
        assert.ok(!messages.some((message) => span.text.includes(message.text.trim())));
      }
    });

    test(`${name}: generating reads exactly these tokens`, async () => {
      const { tokens } = await preview(messages, changes);
      const { promptTokens } = await answer(engine, messages, { ...changes, maxAnswerTokens: 1 });
      assert.equal(promptTokens, tokens.length);
    });
  }
});

test('a span counts the tokens that begin in it', async () => {
  const { spans } = await preview([user('Hello')]);
  const { tokens } = await preview([user('')]);
  const whole = (await preview([user('Hello')])).tokens;
  assert.equal(spans.find((span) => span.message === 0)?.tokenCount, whole.length - tokens.length);
});

describe('plain text', () => {
  const texts = ['Hello', '你好!', '  two  spaces\n', '<|im_end|>', '', 'e\u0301 👩‍👩‍👧'];
  for (const text of texts) {
    test(`goes to tokens and back: ${JSON.stringify(text)}`, async () => {
      const tokens = await engine.tokenize({ text });
      assert.ok(tokens instanceof Uint32Array);
      assert.equal(await engine.detokenize({ tokens }), text);
    });
  }

  test('a control token is told by name, an unknown id by nothing', async () => {
    const { tokens, isControl } = await preview([user('Hello')]);
    const control = tokens.find((_, at) => isControl[at]) ?? 0;
    const text = await engine.detokenize({
      tokens: Uint32Array.of(control, 4_000_000_000, 1_000_000),
    });
    assert.match(text, /^<\|im_start\|>$/);
  });
});

test('without a model there is no vocabulary', async () => {
  await using bare = await openEngine();
  await bare.unload();
  for (const promise of [
    bare.tokenize({ text: 'x' }),
    bare.detokenize({ tokens: new Uint32Array() }),
    bare.tokenizePrompt({ messages: [user('x')], enableThinking: false }),
  ]) {
    assert.equal((await rejection(promise)).code, 'model.not-loaded');
  }
});
