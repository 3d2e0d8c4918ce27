/** Cells 1, 3 and 4: reading and writing beside llama-bench. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Bench, Cell } from '../bench.ts';
import { llamaBenchMs } from '../contestants/llama-bench.ts';
import { greedy, type Parley } from '../contestants/parley.ts';
import type { ParleyAnswer } from '../contestants/parley-child.ts';
import { Field } from '../field.ts';
import { type CellFigures, compare, ratios } from '../results.ts';
import { median } from '../statistics.ts';

const bench = 'llama-bench';

/** Milliseconds that llama-bench takes, once. */
async function ceilingMs(at: Bench, readTokens: number, writtenTokens: number): Promise<number> {
  const { tools, modelFile, threads } = at.settings;
  const place = { model: modelFile, threads };
  const test = { readTokens, writtenTokens, depthTokens: 0, repetitions: 1 };
  return median(await llamaBenchMs(tools.llamaBench, place, test));
}

/** Questions that are answered at length; which of them long enough depends on the model. */
const questions = [
  'Write the numbers from one to one thousand in words, one after another.',
  'Write a long story about a lighthouse keeper and a storm.',
  'List everything that a ship carries, with a sentence for each.',
  'Explain how tides work, as long and with as many details as you can.',
];

/** The first question whose answer has as many tokens as are measured. */
async function longQuestion(at: Bench, parley: Parley): Promise<string> {
  for (const question of questions) {
    const { result } = await write(at, parley, question);
    if (result.answerTokens === at.sizes.decode) return question;
  }
  throw new Error(`no answer had ${at.sizes.decode} tokens`);
}

async function write(at: Bench, parley: Parley, text: string): Promise<ParleyAnswer> {
  // One chat, begun anew each time: llama-bench has nothing else in its context either.
  const request = greedy([{ role: 'user', text }], 'write', at.sizes.decode);
  return parley.generate({ ...request, speculate: false });
}

async function decode(at: Bench): Promise<CellFigures> {
  const parley = at.parley();
  const field = new Field([parley]);
  await parley.start();
  const question = await longQuestion(at, parley);
  const { decode: tokens } = at.sizes;
  for (const _ of at.rounds) {
    const theirs = await ceilingMs(at, 0, tokens);
    const { result } = await write(at, parley, question);
    field.add(bench, `decode ${tokens}`, 'tokens/s', (tokens / theirs) * 1000);
    // The first token comes with the prompt.
    const speed = ((tokens - 1) / result.answerMs) * 1000;
    field.add(parley.name, `decode ${tokens}`, 'tokens/s', speed);
  }
  const measure = `decode ${tokens}`;
  const shares = ratios(field.values(parley.name, measure), field.values(bench, measure));
  return {
    series: field.series,
    comparisons: [
      compare('decode, Parley ÷ llama-bench', shares, { limit: 0.99, sense: 'at least' }),
    ],
    notes: field.notes,
  };
}

async function read(at: Bench): Promise<CellFigures> {
  const parley = at.parley();
  const writer = await at.writer();
  const field = new Field([parley]);
  await parley.start();
  const empty = (await writer.prompt([{ role: 'user', text: 'a' }])).tokens.length - 1;
  for (const round of at.rounds) {
    for (const tokens of at.sizes.read) {
      const text = await writer.text(tokens - empty, 500 + round);
      const theirs = await ceilingMs(at, tokens, 0);
      const request = greedy([{ role: 'user', text }], `read-${tokens}-${round}`, 1);
      const { result } = await parley.generate(request);
      field.add(bench, `read ${tokens}`, 'tokens/s', (tokens / theirs) * 1000);
      const speed = (result.promptTokens / result.promptMs) * 1000;
      field.add(parley.name, `read ${tokens}`, 'tokens/s', speed);
    }
  }
  const comparisons = at.sizes.read.map((tokens) => {
    const name = `read ${tokens}`;
    const shares = ratios(field.values(parley.name, name), field.values(bench, name));
    const target = { limit: 0.99, sense: 'at least' } as const;
    return compare(`read ${tokens} tokens, Parley ÷ llama-bench`, shares, target);
  });
  return { series: field.series, comparisons, notes: field.notes };
}

async function perToken(at: Bench): Promise<CellFigures> {
  const parley = at.parley();
  const field = new Field([parley]);
  await parley.start();
  const question = await longQuestion(at, parley);
  const { decode: tokens } = at.sizes;
  for (const _ of at.rounds) {
    const theirs = (await ceilingMs(at, 0, tokens)) / tokens;
    const answer = await write(at, parley, question);
    const wall = answer.result.answerMs / (tokens - 1);
    const javascript = answer.javascriptMs / tokens;
    field.add(parley.name, 'JavaScript thread, each token', 'ms', javascript);
    field.add(parley.name, 'added each token', 'ms', javascript + Math.max(0, wall - theirs));
  }
  const added = field.values(parley.name, 'added each token');
  return {
    series: field.series,
    comparisons: [
      compare('added each token by the addon', added, { limit: 0.25, sense: 'at most' }, 'ms'),
    ],
    notes: [
      ...field.notes,
      'The CPU time of the JavaScript thread, and what a token takes longer than with llama-bench. The process hop and the window are not in it.',
    ],
  };
}

/** The same weights in the other four-bit form, which processors compute with faster. */
async function quantization(at: Bench): Promise<CellFigures> {
  const field = new Field([]);
  const { tools, modelFile, threads } = at.settings;
  const folder = await mkdtemp(join(tmpdir(), 'parley-quantized-'));
  const other = join(folder, 'q4_0.gguf');
  try {
    const args = ['--allow-requantize', modelFile, other, 'Q4_0', String(threads)];
    await promisify(execFile)(tools.llamaQuantize, args);
    for (const _ of at.rounds) {
      for (const [name, model] of Object.entries({ Q4_1: modelFile, Q4_0: other })) {
        for (const [measure, read, written] of [
          ['read 512', 512, 0],
          ['decode 128', 0, 128],
        ] as const) {
          const test = { readTokens: read, writtenTokens: written, depthTokens: 0, repetitions: 1 };
          const ms = median(await llamaBenchMs(tools.llamaBench, { model, threads }, test));
          field.add(`llama-bench, ${name}`, measure, 'tokens/s', ((read + written) / ms) * 1000);
        }
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const comparisons = ['read 512', 'decode 128'].map((measure) =>
    compare(
      `${measure}: Q4_0 ÷ Q4_1`,
      ratios(
        field.values('llama-bench, Q4_0', measure),
        field.values('llama-bench, Q4_1', measure),
      ),
    ),
  );
  const notes = [
    'The Q4_0 file is made from the Q4_1 file on the spot: its speed is that of any Q4_0, its words are not.',
  ];
  return { series: field.series, comparisons, notes };
}

/** Reading and writing beside the ceiling. */
export const speedCells: Cell[] = [
  { number: 1, title: 'Decoding, addon beside llama-bench', isDeciding: true, run: decode },
  { number: 3, title: 'Reading, addon beside llama-bench', isDeciding: true, run: read },
  { number: 4, title: 'CPU time added to each token', isDeciding: false, run: perToken },
  {
    number: 91,
    title: 'Two forms of the same weights',
    modelIds: ['smollm2'],
    isDeciding: false,
    run: quantization,
  },
];
