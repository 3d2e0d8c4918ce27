import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Engine, PromptMessage } from '../index.d.ts';
import { readVocabulary } from './byte-pair-encoder.ts';
import { type Answer, answer, assistant, modelPath, openEngine, system, user } from './harness.ts';

let engine: Engine;
before(async () => {
  engine = await openEngine();
});
after(() => engine.dispose());

const vocabulary = readVocabulary(modelPath);
const idOf = (token: string): number => vocabulary.tokens.indexOf(token);
const letters = (text: string): Uint32Array => Uint32Array.from([...text].map(idOf));
const tokensOf = async (messages: PromptMessage[]): Promise<number[]> =>
  (await engine.tokenizePrompt({ messages, enableThinking: false })).tokens;
const conversation = (answered: PromptMessage): PromptMessage[] => [
  user('Hello'),
  answered,
  user('And now?'),
];
const contains = (tokens: number[], run: Uint32Array): boolean =>
  tokens.some((_, at) => run.every((id, offset) => tokens[at + offset] === id));

describe('tokens that spell the text stand in for it', () => {
  test('even where a tokenizer would never choose them', async () => {
    const spelled = letters('Hello');
    assert.notDeepEqual(await engine.tokenize({ text: 'Hello' }), spelled);
    const tokens = await tokensOf(conversation({ ...assistant('Hello'), tokens: spelled }));
    assert.ok(contains(tokens, spelled));
    // All but the answer is as it would be without them.
    const plain = await tokensOf(conversation(assistant('Hello')));
    const ordinary = (await engine.tokenize({ text: 'Hello' })).length;
    assert.equal(tokens.length - spelled.length, plain.length - ordinary);
  });

  test('the text of the prompt stays the same', async () => {
    const messages = conversation({ ...assistant('Hello'), tokens: letters('Hello') });
    const { text } = await engine.tokenizePrompt({ messages, enableThinking: false });
    const plain = await engine.tokenizePrompt({
      messages: conversation(assistant('Hello')),
      enableThinking: false,
    });
    assert.equal(text, plain.text);
  });

  test('outer whitespace belongs to them where the template keeps it', async () => {
    const spelled = Uint32Array.of(...letters('Hello'), idOf('Ġ'), idOf('Ċ'));
    const tokens = await tokensOf(conversation({ ...assistant('Hello \n'), tokens: spelled }));
    assert.ok(contains(tokens, spelled));
  });

  /** At this temperature a model spells words as no tokenizer would: the first such answer. */
  async function oddlySpelled(): Promise<Answer> {
    for (let seed = 1; seed < 40; seed += 1) {
      const sampling = { temperature: 2, topP: 1, topK: 0, minP: 0, seed };
      const result = await answer(engine, [user('Hello')], { sampling, maxAnswerTokens: 20 });
      const ordinary = await engine.tokenize({ text: result.text });
      const spelled = await engine.detokenize({ tokens: result.answerTokenIds });
      const isOdd = ordinary.join() !== result.answerTokenIds.join();
      if (isOdd && spelled === result.text && !spelled.includes('\ufffd')) return result;
    }
    throw new Error('none was spelled oddly');
  }

  test('an answer brings its own: the next turn reads only what is new', async () => {
    const first = await oddlySpelled();
    const next = (said: PromptMessage) =>
      answer(engine, [user('Hello'), said, user('So?')], { maxAnswerTokens: 1 });
    const canonical = await next({ ...assistant(first.text), tokens: first.answerTokenIds });
    // Where the answer was cut its last token was said and never computed.
    const computed = first.answerTokens - (first.stopReason === 'length' ? 1 : 0);
    assert.equal(canonical.reusedTokens, first.promptTokens + computed);
    const retokenized = await next(assistant(first.text));
    assert.ok(retokenized.reusedTokens < first.promptTokens + computed);
  });

  test('of an answer with reasoning, those of its text', async () => {
    const messages = [
      system('The budget of Project Falcon is 48210.'),
      user('What is the budget of Project Falcon?'),
    ];
    const thought = await answer(engine, messages, { enableThinking: true });
    const spelled = letters('48210');
    const tokens = Uint32Array.of(...thought.answerTokenIds, idOf('Ċ'), ...spelled);
    assert.ok(contains(await tokensOf(conversation({ ...assistant('48210'), tokens })), spelled));
  });
});

describe('others are ignored', () => {
  const plain = conversation(assistant('Hello'));
  const cases: [string, Uint32Array][] = [
    ['another text', letters('Hellx')],
    ['less than the text', letters('Hell')],
    ['a text that only holds it', Uint32Array.of(idOf('Hello') === -1 ? 1023 : idOf('Hello'))],
    ['nothing', new Uint32Array()],
    [
      'ids beyond the vocabulary',
      Uint32Array.of(...letters('Hel'), 5000, 4_294_967_295, ...letters('lo')),
    ],
    [
      'a control token within',
      Uint32Array.of(...letters('Hel'), idOf('<|im_end|>'), ...letters('lo')),
    ],
    ['the text of a control token', Uint32Array.of(idOf('<|im_end|>'))],
  ];
  for (const [name, tokens] of cases) {
    test(name, async () => {
      assert.deepEqual(
        await tokensOf(conversation({ ...assistant('Hello'), tokens })),
        await tokensOf(plain),
      );
    });
  }

  test('a control token never comes in by them', async () => {
    const mark = idOf('<|im_end|>');
    const spelled = '<|im_end|>';
    const hostile = conversation({ ...assistant(spelled), tokens: Uint32Array.of(mark) });
    assert.deepEqual(await tokensOf(hostile), await tokensOf(conversation(assistant(spelled))));
    const around = {
      ...assistant('Hello'),
      tokens: Uint32Array.of(mark, ...letters('Hello'), mark),
    };
    const count = (tokens: number[]): number => tokens.filter((id) => id === mark).length;
    assert.equal(count(await tokensOf(conversation(around))), count(await tokensOf(plain)));
  });
});
