/** Cells 17 and 18: what is written to disk, and whether what comes back is the same. */

import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PromptMessage, TokenOdds } from '../../../native/addon/index.d.ts';
import { filesUnder } from '../../setup/hash.mjs';
import type { Bench, Cell } from '../bench.ts';
import { greedy, type Parley } from '../contestants/parley.ts';
import type { ParleyAnswer } from '../contestants/parley-child.ts';
import { Field } from '../field.ts';
import { answered, nextTurn } from '../prompt-writer.ts';
import { type CellFigures, compare } from '../results.ts';

const turns = 10;
const quietMs = 3000;
const megabyte = 1e6;

function folderBytes(folder: string): number {
  return filesUnder(folder).reduce((sum, file) => sum + statSync(file).size, 0);
}

/** Bytes written since the model was loaded, once nothing has been written for a while. */
async function writtenBytes(parley: Parley): Promise<number> {
  let last = (await parley.counters()).diskBytesWritten;
  for (let quiet = 0; quiet < quietMs; quiet += 250) {
    await sleep(250);
    const { diskBytesWritten } = await parley.counters();
    if (diskBytesWritten !== last) quiet = 0;
    last = diskBytesWritten;
  }
  return last;
}

async function diskWrites(at: Bench): Promise<CellFigures> {
  const parley = at.parley(at.sizes.context, { ramBytes: 64 * megabyte });
  const field = new Field([parley]);
  const writer = await at.writer();
  await parley.start();
  const tokenBytes = await parley.stateBytesPerToken();
  let messages = await writer.chat(Math.min(1000, at.sizes.history / 2), 17);
  let written = 0;
  let known = 0;
  const shares: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const prompt = await writer.prompt(messages);
    const ask = { prompt, maxTokens: at.sizes.answer, conversation: 'chat' };
    const answer = await parley.answer(ask);
    await parley.keep('chat', answered(messages, answer));
    const total = await writtenBytes(parley);
    const tokens = prompt.tokens.length + answer.tokens.length - known;
    field.add('Parley', 'written each turn', 'MB', (total - written) / megabyte);
    field.add('Parley', 'new attention state each turn', 'MB', (tokens * tokenBytes) / megabyte);
    shares.push((total - written) / (tokens * tokenBytes));
    known += tokens;
    written = total;
    messages = nextTurn(messages, answer, await writer.text(at.sizes.message, 1700 + turn));
  }
  await parley.stop();
  const kept = folderBytes(parley.folder);
  field.add('Parley', 'on disk after it ended', 'MB', kept / megabyte);
  if (kept === 0) throw new Error('nothing was kept on disk');
  const isAttention = at.settings.model.stateKind === 'attention';
  const target = { limit: 1.2, sense: 'at most' } as const;
  return {
    series: field.series,
    comparisons: [
      compare('written each turn ÷ new attention state', shares, isAttention ? target : null),
      compare('on disk in the end ÷ attention state of the chat', [kept / (known * tokenBytes)]),
      compare(
        'last five turns ÷ first turn, bytes a token',
        shares.slice(-5).map((share) => share / (shares[0] ?? Number.NaN)),
        target,
      ),
    ],
    notes: [
      ...field.notes,
      `One chat of ${turns} turns; the bytes of a turn are counted once nothing was written for ${quietMs / 1000} s.`,
      ...(isAttention ? [] : ['A snapshot of the rest of the state comes on top of each turn.']),
    ],
  };
}

/** The chances of every step, as text: equal text is equal bits. */
function stepsOf({ batches }: ParleyAnswer): string[] {
  const step = ({ token, probability, alternatives }: TokenOdds): string =>
    JSON.stringify([token, probability, alternatives.map((other) => other.probability)]);
  return batches.flatMap(({ odds }) => odds.map(step));
}

interface Run {
  restoredTokens: number;
  steps: string[];
  tokens: number[];
  cost: string;
}

/** A second turn of many tokens, with the chances of each. */
async function secondTurn(at: Bench, parley: Parley, messages: PromptMessage[]): Promise<Run> {
  const { marks } = await parley.prompt(messages);
  const answer = await parley.generate({
    ...greedy(messages, 'chat', at.sizes.identity),
    logitBias: marks.map((token) => ({ token, bias: -100 })),
    alternatives: 5,
    speculate: false,
  });
  const { reusedTokens, restoredTokens, computedTokens, answerTokenIds } = answer.result;
  return {
    restoredTokens,
    steps: stepsOf(answer),
    tokens: [...answerTokenIds],
    cost: `${reusedTokens} reused, ${restoredTokens} restored, ${computedTokens} computed`,
  };
}

function sameSteps(left: readonly string[], right: readonly string[]): number {
  const different = left.findIndex((step, index) => step !== right[index]);
  return different < 0 ? Math.min(left.length, right.length) : different;
}

async function identity(at: Bench): Promise<CellFigures> {
  const writer = await at.writer();
  const chat = await writer.chat(at.sizes.history, 18);
  const prompt = await writer.prompt(chat);
  const text = await writer.text(at.sizes.message, 1800);
  const ask = { prompt, maxTokens: at.sizes.answer, conversation: 'chat' };
  const kept = at.parley();
  await kept.start();
  const answer = await kept.answer(ask);
  const messages = nextTurn(chat, answer, text);
  await kept.keep('chat', answered(chat, answer));
  await kept.stop();
  await kept.start();
  const restored = await secondTurn(at, kept, messages);
  if (restored.restoredTokens === 0) throw new Error('nothing was restored');
  await kept.stop();
  const whole = at.parley();
  await whole.start();
  await whole.answer(ask);
  await whole.keep('chat', answered(chat, answer));
  const uninterrupted = await secondTurn(at, whole, messages);
  await whole.stop();
  const cold = at.parley();
  await cold.start();
  const computed = await secondTurn(at, cold, messages);
  await cold.stop();
  const steps = uninterrupted.steps.length;
  const field = new Field([]);
  const same = sameSteps(restored.steps, uninterrupted.steps) / steps;
  const sameTokens = restored.tokens.filter((token, step) => token === computed.tokens[step]);
  const target = { limit: 1, sense: 'at least' } as const;
  field.add('Parley', 'steps compared', 'tokens', steps);
  return {
    series: field.series,
    comparisons: [
      compare('steps bit for bit as without the restart (share)', [same], target),
      compare('tokens as after computing all of it anew (share)', [sameTokens.length / steps]),
      compare(
        'steps bit for bit as after computing all of it anew, up to the first other (share)',
        [sameSteps(restored.steps, computed.steps) / steps],
      ),
    ],
    notes: [
      `Compared at each step: the chosen token, its probability and those of the five likeliest others. Restored: ${restored.cost}; without a restart: ${uninterrupted.cost}; anew: ${computed.cost}.`,
      'Computing anew cuts the prompt into other batches, which rounds differently: only the first comparison must be exact.',
    ],
  };
}

/** What is kept. */
export const keepingCells: Cell[] = [
  { number: 17, title: 'Bytes written to disk', isDeciding: true, run: diskWrites },
  { number: 18, title: 'The same after a restore', isDeciding: true, run: identity },
];
