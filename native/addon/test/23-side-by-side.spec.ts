import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Batch, Engine, GenerateRequest } from '../index.d.ts';
import { answer, assistant, openEngine, rejection, request, system, user } from './harness.ts';

let engine: Engine;
/** Forbids the marks that end an answer. */
let endless: NonNullable<GenerateRequest['logitBias']> = [];
before(async () => {
  engine = await openEngine(undefined, 16_384);
  const { tokens, isControl } = await engine.tokenizePrompt({
    messages: [user('Hello'), assistant('Hello'), user('Hello')],
    enableThinking: false,
  });
  const marks = new Set(tokens.filter((_, index) => isControl[index]));
  endless = [0, 1, 2, 3, ...marks].map((token) => ({ token, bias: -100 }));
});
after(() => engine.dispose());

/** Babbles on until it is stopped. */
const wild = { temperature: 2, topP: 1, topK: 0, minP: 0, seed: 7 };

/** Starts an answer and counts its tokens as they come. */
function talk(sequenceKey: string, changes: Partial<GenerateRequest> = {}) {
  const chat = { tokens: 0, text: '' };
  const job = engine.generate(
    request([user('Count to 30.')], {
      sequenceKey,
      sampling: wild,
      logitBias: endless,
      alternatives: 0,
      ...changes,
    }),
    (batch: Batch) => {
      chat.tokens += batch.odds.length;
      chat.text += batch.text;
    },
  );
  return { chat, job };
}

test('eight conversations answer at once, none far behind', async () => {
  const talks = Array.from({ length: 8 }, (_, index) =>
    talk(`talk-${index}`, { sampling: { ...wild, seed: index } }),
  );
  const all = async (tokens: number): Promise<void> => {
    while (talks.some(({ chat }) => chat.tokens < tokens)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await all(1);
  const begun = talks.map(({ chat }) => chat.tokens);
  await all(100);
  const counts = talks.map(({ chat }, index) => chat.tokens - (begun[index] ?? 0));
  for (const { job } of talks) job.cancel();
  await Promise.all(talks.map(({ job }) => job.done));
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  assert.ok(Math.min(...counts) >= 0.7 * mean, counts.join(' '));
});

test('an answer is the same alone and beside others', async () => {
  const noise = [0, 1, 2].map((index) => talk(`noise-${index}`));
  const beside = await answer(engine, [user('Count to 12.')], { sequenceKey: 'beside' });
  for (const { job } of noise) job.cancel();
  await Promise.all(noise.map(({ job }) => job.done));
  assert.equal(beside.text, '1 2 3 4 5 6 7 8 9 10 11 12.');
});

test('a visible answer leaves background work little, but some', async () => {
  const background = [0, 1, 2].map((index) =>
    talk(`background-${index}`, { priority: 'background' }),
  );
  while (background.some(({ chat }) => chat.tokens < 5)) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const before = background.map(({ chat }) => chat.tokens);
  const visible = talk('visible');
  while (visible.chat.tokens < 300) await new Promise((resolve) => setTimeout(resolve, 5));
  const done = background.map(({ chat }, index) => chat.tokens - (before[index] ?? 0));
  for (const { job } of [...background, visible]) job.cancel();
  await Promise.all([...background, visible].map(({ job }) => job.done));
  for (const count of done) {
    assert.ok(count < 0.5 * visible.chat.tokens, `${done} beside ${visible.chat.tokens}`);
  }
});

test('two questions to one conversation are answered one after the other', async () => {
  const first = answer(engine, [user('Count to 5.')], { sequenceKey: 'turns' });
  const second = answer(engine, [user('Hello')], { sequenceKey: 'turns' });
  assert.equal((await first).text, '1 2 3 4 5.');
  assert.equal((await second).text, 'Hello! How can I help you?');
});

test('more conversations than the context holds all come to their end', async () => {
  await using small = await openEngine(undefined, 1024);
  const names = ['Anna', 'Omar', 'Lena', 'Ravi', 'Nora', 'Igor'];
  const answers = await Promise.all(
    names.map((name) =>
      answer(
        small,
        [system(`The owner of the house is ${name}. `.repeat(24)), user('Count to 9.')],
        {
          sequenceKey: name,
          maxAnswerTokens: 40,
        },
      ),
    ),
  );
  for (const [index, name] of names.entries()) {
    await using alone = await openEngine(undefined, 1024);
    const messages = [
      system(`The owner of the house is ${name}. `.repeat(24)),
      user('Count to 9.'),
    ];
    const expected = await answer(alone, messages, { maxAnswerTokens: 40 });
    assert.equal(answers[index]?.text, expected.text);
  }
});

test('a prompt beyond the context is refused with figures, unless turns may be left out', async () => {
  await using small = await openEngine(undefined, 512);
  const turn = [user('The owner of the house is Anna. '.repeat(24)), assistant('OK.')];
  const messages = [
    system('You are Luna, a friendly guide.'),
    ...turn,
    ...turn,
    ...turn,
    user('Who are you?'),
  ];
  const error = await rejection(answer(small, messages));
  assert.equal(error.code, 'prompt.too-long');
  assert.equal(error.data['contextTokens'], 512);
  assert.ok(Number(error.data['promptTokens']) > 512);
  const shorter = await answer(small, messages, { overflow: 'forget-oldest' });
  assert.ok(shorter.forgottenMessages >= 2 && shorter.forgottenMessages % 2 === 0);
  assert.ok(shorter.promptTokens < 512);
  assert.notEqual(shorter.text, '');
});

test('an unload ends all of them as cancelled', async () => {
  await using other = await openEngine();
  const jobs = ['a', 'b', 'c'].map((sequenceKey) =>
    other.generate(
      request([user('Count to 30.')], { sequenceKey, sampling: wild, logitBias: endless }),
      () => {},
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  await other.unload();
  for (const job of jobs) assert.equal((await job.done).stopReason, 'cancelled');
});

test('guesses from text seen before change no word', async () => {
  const facts = 'The budget of Project Falcon is 48210. The owner of the house is Anna. '.repeat(6);
  const messages = [system(facts), user('Count to 30.')];
  const guessed = await answer(engine, messages, { sequenceKey: 'guess', maxAnswerTokens: 200 });
  await using fresh = await openEngine(undefined, 16_384);
  const plain = await answer(fresh, messages, { maxAnswerTokens: 200, speculate: false });
  assert.equal(plain.draftedTokens, 0);
  assert.deepEqual(guessed.answerTokenIds, plain.answerTokenIds);
});
