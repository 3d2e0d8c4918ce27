import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Engine, PromptMessage } from '../index.d.ts';
import {
  answer,
  contextTokens,
  endless,
  openEngine,
  rejection,
  request,
  system,
  user,
} from './harness.ts';

let engine: Engine;
before(async () => {
  engine = await openEngine();
});
after(() => engine.dispose());

const fact = 'The budget of Project Falcon is 48210.';
const question = 'What is the budget of Project Falcon?';

describe('the tiny model answers word for word', () => {
  const cases: [string, PromptMessage[], string][] = [
    ['a greeting', [user('Hello')], 'Hello! How can I help you?'],
    ['a greeting in Chinese', [user('你好')], '你好!有什麼可以幫你的嗎?'],
    ['counting', [user('Count to 12.')], '1 2 3 4 5 6 7 8 9 10 11 12.'],
    ['a persona', [system('You are Luna, a friendly guide.'), user('Who are you?')], 'I am Luna.'],
    ['a fact of the system message', [system(fact), user(question)], fact],
    ['a fact of the question', [user(`${fact}\n\n${question}`)], fact],
    [
      'a fact in Chinese',
      [user('專案的密碼是4821。\n\n專案的密碼是什麼?'.replace('?', '？'))],
      '專案的密碼是4821。',
    ],
  ];
  for (const [name, messages, expected] of cases) {
    test(name, async () => {
      const result = await answer(engine, messages);
      assert.equal(result.text, expected);
      assert.equal(result.reasoning, '');
      assert.equal(result.stopReason, 'end');
      assert.ok(result.answerTokens > 0);
    });
  }
});

test('reasoning comes apart from the answer where it is asked for', async () => {
  const result = await answer(engine, [system(fact), user(question)], { enableThinking: true });
  assert.equal(result.reasoning.trim(), `The user says: ${question}`);
  assert.equal(result.text.trim(), fact);
});

test('batches tell how far the prompt is read, then whole code points', async () => {
  const result = await answer(engine, [user('你好')], { sequenceKey: 'batches' });
  const last = result.batches.at(-1);
  assert.equal(last?.readTokens, result.promptTokens);
  assert.equal(last?.promptTokens, result.promptTokens);
  for (const batch of result.batches) {
    assert.ok(batch.text.isWellFormed());
    assert.ok(!batch.text.includes('\ufffd'));
  }
});

test('the answer ends at the number of tokens asked for', async () => {
  const result = await answer(engine, [user('Count to 30.')], { maxAnswerTokens: 5 });
  assert.equal(result.stopReason, 'length');
  assert.equal(result.answerTokens, 5);
});

test('the same seed gives the same answer, and the temperature counts', async () => {
  const sampling = { temperature: 2, topP: 1, topK: 0, minP: 0, seed: 7 };
  const changes = { sampling, maxAnswerTokens: 24 };
  const first = await answer(engine, [user('Tell me something.')], changes);
  const second = await answer(engine, [user('Tell me something.')], changes);
  const other = await answer(engine, [user('Tell me something.')], {
    ...changes,
    sampling: { ...sampling, seed: 8 },
  });
  assert.equal(second.text, first.text);
  assert.notEqual(other.text, first.text);
});

test('a prompt that does not fit is told with both sizes, before anything is computed', async () => {
  const messages = [user('one two three four five '.repeat(1000))];
  const error = await rejection(answer(engine, messages));
  assert.equal(error.code, 'prompt.too-long');
  assert.equal(error.data['contextTokens'], contextTokens);
  const { tokens } = await engine.tokenizePrompt({ messages, enableThinking: false });
  assert.equal(error.data['promptTokens'], tokens.length);
  assert.ok(tokens.length > contextTokens);
});

test('an answer that fills the context ends for its length', async () => {
  await using small = await openEngine(undefined, 512);
  const words = (count: number): PromptMessage[] => [
    system('The budget of Project Falcon is 48210. '.repeat(count)),
    user('Count to 30.'),
  ];
  const size = async (messages: PromptMessage[]): Promise<number> =>
    (await small.tokenizePrompt({ messages, enableThinking: false })).tokens.length;
  let count = 1;
  while ((await size(words(count + 1))) < 510) count += 1;
  const result = await answer(small, words(count), {
    sampling: { temperature: 2, topP: 1, topK: 0, minP: 0, seed: 3 },
  });
  assert.equal(result.stopReason, 'length');
  // The last token is said without being computed: nothing would follow it.
  assert.equal(result.answerTokens, 512 - result.promptTokens + 1);
});

test('requests wait for each other and all end', async () => {
  const answers = await Promise.all(
    [3, 5, 7, 9].map((end) =>
      answer(engine, [user(`Count to ${end}.`)], { sequenceKey: `count-${end}` }),
    ),
  );
  assert.deepEqual(
    answers.map((each) => each.text),
    ['1 2 3.', '1 2 3 4 5.', '1 2 3 4 5 6 7.', '1 2 3 4 5 6 7 8 9.'],
  );
});

test('an exception of the batch callback ends the run and is its error', async () => {
  const failure = new Error('mine');
  const job = engine.generate(request(endless), () => {
    throw failure;
  });
  assert.equal(await rejection(job.done), failure);
  assert.equal((await answer(engine, [user('Hello')])).stopReason, 'end');
});

test('a request of the wrong shape is refused by name', () => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ messages: [] }, /messages must not be empty/],
    [{ messages: [{ role: 'robot', text: 'x' }] }, /role must be/],
    [{ messages: [{ role: 'user' }] }, /request\.messages\[0\]\.text must be a string/],
    [
      { sampling: { temperature: Number.NaN, topP: 1, topK: 0, minP: 0 } },
      /request\.sampling\.temperature must be a number/,
    ],
    [{ maxAnswerTokens: 0 }, /request\.maxAnswerTokens must be a number/],
    [{ sequenceKey: null }, /request\.sequenceKey must be a string/],
  ];
  for (const [changes, message] of wrong) {
    const broken = { ...request([user('Hello')]), ...changes };
    assert.throws(() => engine.generate(broken as never, () => {}), message);
  }
});

test('empty and blank texts are answered, not lost and not fatal', async () => {
  for (const text of ['', ' ', '\n\n']) {
    const result = await answer(engine, [user(text)], { maxAnswerTokens: 4 });
    assert.ok(result.promptTokens > 0);
  }
});
