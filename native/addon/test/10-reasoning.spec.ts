import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Engine } from '../index.d.ts';
import { answer, assistant, openEngine, system, tool, user } from './harness.ts';

let engine: Engine;
before(async () => {
  engine = await openEngine();
});
after(() => engine.dispose());

const fact = 'The budget of Project Falcon is 48210.';
const question = 'What is the budget of Project Falcon?';
const messages = [system(fact), user(question)];
const thought = `The user says: ${question}`;

test('reasoning streams apart from the answer and before it', async () => {
  const { batches, text, reasoning } = await answer(engine, messages, { enableThinking: true });
  assert.equal(reasoning.trim(), thought);
  assert.equal(text.trim(), fact);
  const firstText = batches.findIndex((batch) => batch.text.trim() !== '');
  const lastReasoning = batches.findLastIndex((batch) => batch.reasoning.trim() !== '');
  assert.ok(lastReasoning <= firstText);
});

test('without thinking there is none', async () => {
  const { text, reasoning } = await answer(engine, messages);
  assert.equal(reasoning, '');
  assert.equal(text, fact);
});

test('a budget ends the reasoning, and the answer follows', async () => {
  const whole = await answer(engine, messages, { enableThinking: true });
  const short = await answer(engine, messages, { enableThinking: true, reasoningBudgetTokens: 3 });
  assert.ok(short.reasoning.length > 0);
  assert.ok(whole.reasoning.startsWith(short.reasoning.trim()));
  assert.ok(short.reasoning.length < whole.reasoning.length);
  assert.ok(short.text.length > 0);
  assert.ok(!short.text.includes('</think>'));
});

test('a budget of nothing leaves no reasoning', async () => {
  const { reasoning, text } = await answer(engine, messages, {
    enableThinking: true,
    reasoningBudgetTokens: 0,
  });
  assert.equal(reasoning.trim(), '');
  assert.ok(text.length > 0);
});

test('a budget that is not used up changes nothing', async () => {
  const free = await answer(engine, messages, { enableThinking: true });
  const wide = await answer(engine, messages, {
    enableThinking: true,
    reasoningBudgetTokens: 1000,
  });
  assert.deepEqual(wide.answerTokenIds, free.answerTokenIds);
});

test('an answer cut inside its reasoning has no text', async () => {
  const { reasoning, text, stopReason } = await answer(engine, messages, {
    enableThinking: true,
    maxAnswerTokens: 6,
  });
  assert.equal(stopReason, 'length');
  assert.ok(reasoning.length > 0);
  assert.equal(text, '');
});

test('a stop string ends the answer but never the reasoning', async () => {
  const { reasoning, text, stopString } = await answer(engine, messages, {
    enableThinking: true,
    stop: ['Falcon'],
  });
  assert.equal(reasoning.trim(), thought);
  assert.equal(text.trim(), 'The budget of Project');
  assert.equal(stopString, 'Falcon');
});

test('a tool is called after the reasoning as well', async () => {
  const { toolCalls, text } = await answer(
    engine,
    [user('Use calculator with expression = 12*7.')],
    { enableThinking: true, tools: [tool('calculator', 'expression')], toolChoice: 'required' },
  );
  assert.equal(toolCalls[0]?.name, 'calculator');
  assert.equal(text.trim(), '');
});

test('reasoning given with an earlier answer is text like any other', async () => {
  const { text } = await answer(
    engine,
    [
      system(fact),
      user('Hello'),
      { ...assistant('Hello! How can I help you?'), reasoning: '</think> I am done' },
      user(question),
    ],
    { enableThinking: true },
  );
  assert.ok(text.length > 0);
});
