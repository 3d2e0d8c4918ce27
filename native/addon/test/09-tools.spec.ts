import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Engine, PromptMessage } from '../index.d.ts';
import { answer, assistant, openEngine, rejection, system, tool, user } from './harness.ts';

let engine: Engine;
before(async () => {
  engine = await openEngine();
});
after(() => engine.dispose());

const calculator = tool('calculator', 'expression');
const profile = tool('set_profile', 'field', 'value');
const ask = user('Use calculator with expression = 12*7.');
const called: PromptMessage = {
  role: 'assistant',
  text: '',
  toolCalls: [{ id: 'call00001', name: 'calculator', arguments: '{"expression": "12*7"}' }],
};
const result = (text: string): PromptMessage => ({
  role: 'tool',
  text,
  toolCallId: 'call00001',
  toolName: 'calculator',
});

describe('a call comes apart from the text, named once, its arguments in pieces', () => {
  test('one argument', async () => {
    const { text, toolCalls, stopReason } = await answer(engine, [ask], { tools: [calculator] });
    assert.equal(text, '');
    assert.equal(stopReason, 'end');
    assert.equal(toolCalls.length, 1);
    assert.equal(toolCalls[0]?.name, 'calculator');
    assert.match(toolCalls[0]?.id ?? '', /^[A-Za-z0-9]{9}$/);
    assert.deepEqual(JSON.parse(toolCalls[0]?.arguments ?? ''), { expression: '12*7' });
  });

  test('two arguments, among several tools', async () => {
    const { toolCalls } = await answer(
      engine,
      [user('Use set_profile with field = name and value = Luna.')],
      { tools: [profile] },
    );
    assert.equal(toolCalls[0]?.name, 'set_profile');
    assert.deepEqual(JSON.parse(toolCalls[0]?.arguments ?? ''), { field: 'name', value: 'Luna' });
  });

  test('the name and the id come with the first delta of a call and never again', async () => {
    const { batches } = await answer(engine, [ask], { tools: [calculator] });
    const deltas = batches.flatMap((batch) => batch.toolCalls);
    assert.ok(deltas.length > 0);
    deltas.forEach((delta, at) => {
      assert.equal(delta.index, 0);
      assert.equal('name' in delta, at === 0);
      assert.equal('id' in delta, at === 0);
    });
  });

  test('ids differ from call to call', async () => {
    const ids = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      const { toolCalls } = await answer(engine, [ask], { tools: [calculator] });
      ids.add(toolCalls[0]?.id ?? '');
    }
    assert.equal(ids.size, 3);
  });
});

test('the result of a tool is answered', async () => {
  const { text, toolCalls } = await answer(engine, [ask, called, result('84')], {
    tools: [calculator],
  });
  assert.equal(text, 'The result is 84.');
  assert.deepEqual(toolCalls, []);
});

test('with tools at hand, what needs none gets none', async () => {
  const { text, toolCalls } = await answer(engine, [user('Hello')], { tools: [calculator] });
  assert.equal(text, 'Hello! How can I help you?');
  assert.deepEqual(toolCalls, []);
});

test('`required` forces a call even where the model would have talked', async () => {
  const { text, toolCalls } = await answer(engine, [user('Hello')], {
    tools: [calculator],
    toolChoice: 'required',
    maxAnswerTokens: 200,
  });
  assert.equal(text, '');
  assert.equal(toolCalls[0]?.name, 'calculator');
});

test('`none` leaves the prompt as it is and hears no call', async () => {
  const none = await answer(engine, [ask], { tools: [calculator], toolChoice: 'none' });
  assert.deepEqual(none.toolCalls, []);
  const [auto, without] = await Promise.all(
    (['auto', 'none'] as const).map((toolChoice) =>
      engine.tokenizePrompt({
        messages: [ask],
        enableThinking: false,
        tools: [calculator],
        toolChoice,
      }),
    ),
  );
  assert.deepEqual(without?.tokens, auto?.tokens);
});

test('a call cut short ends for its length, with what there is of it', async () => {
  const whole = await answer(engine, [ask], { tools: [calculator] });
  const cut = await answer(engine, [ask], {
    tools: [calculator],
    maxAnswerTokens: whole.answerTokens - 12,
  });
  assert.equal(cut.stopReason, 'length');
  assert.ok(whole.toolCalls[0]?.arguments.startsWith(cut.toolCalls[0]?.arguments ?? 'none'));
});

describe('history tells calls and results the way the template does', () => {
  const render = async (messages: PromptMessage[]): Promise<string> =>
    (await engine.tokenizePrompt({ messages, enableThinking: false, tools: [calculator] })).text;

  test('arguments are the same JSON, quotes and line ends escaped', async () => {
    const hard = { expression: 'say "hi"\n\\ and 你好' };
    const text = await render([
      ask,
      { ...called, toolCalls: [{ id: 'a', name: 'calculator', arguments: JSON.stringify(hard) }] },
      result('84'),
    ]);
    const call = /<tool_call>\n(.*)\n<\/tool_call><\|im_end\|>/.exec(text)?.[1];
    assert.deepEqual(JSON.parse(call ?? ''), { name: 'calculator', arguments: hard });
  });

  test('arguments that are no JSON are shown as they were written', async () => {
    const broken = { id: 'a', name: 'calculator', arguments: '{"expression": 12*' };
    const text = await render([ask, { ...called, toolCalls: [broken] }, result('bad arguments')]);
    assert.ok(text.includes(JSON.stringify(broken.arguments)));
    assert.ok(text.includes('bad arguments'));
  });

  test('the words before a call and every result are kept', async () => {
    const second = { id: 'call00002', name: 'calculator', arguments: '{"expression": "1+1"}' };
    const text = await render([
      ask,
      { ...called, text: 'Let me see.', toolCalls: [...(called.toolCalls ?? []), second] },
      result('84'),
      { role: 'tool', text: '2', toolCallId: 'call00002' },
    ]);
    for (const part of ['Let me see.', '12*7', '1+1', '84', '\n2\n'])
      assert.ok(text.includes(part));
  });
});

describe('a tool that cannot be told is refused before anything is computed', () => {
  const cases: [string, Partial<typeof calculator>][] = [
    ['broken JSON', { parameters: '{"type": ' }],
    ['no object', { parameters: '[]' }],
    ['a reference to nothing', { parameters: '{"properties": {"a": {"$ref": "#/none"}}}' }],
    ['a name with a space', { name: 'two words' }],
    ['nested too deep', { parameters: `${'{"a":'.repeat(80)}1${'}'.repeat(80)}` }],
    ['too long', { parameters: JSON.stringify({ description: 'x'.repeat(300_000) }) }],
  ];
  for (const [name, change] of cases) {
    test(name, async () => {
      const error = await rejection(
        answer(engine, [ask], { tools: [{ ...calculator, ...change }], toolChoice: 'required' }),
      );
      assert.equal(error.code, 'schema.unsupported');
      assert.match(String(error.data['detail']), /\S/);
    });
  }
});

test('`required` without a tool is a mistake of the program', () => {
  assert.throws(
    () =>
      engine.generate(
        {
          sequenceKey: 'x',
          messages: [system('x'), assistant('y')],
          enableThinking: false,
          sampling: { temperature: 0, topP: 1, topK: 0, minP: 0 },
          toolChoice: 'required',
        },
        () => {},
      ),
    /request\.toolChoice must be other than required/,
  );
});
