// How fast the addon reads a prompt and writes an answer, beside llama-bench of the same llama.cpp: rounds of one
// run each, in turn, and the median of both. Run on an idle machine:
// node scripts/bench/engine-speed.ts --model FILE.gguf --llama-bench PROGRAM [--threads 2] [--rounds 5]
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type * as Addon from '../../native/addon/index.d.ts';
import type { Engine, GenerateRequest } from '../../native/addon/index.d.ts';

/** Tokens each second. */
interface Speed {
  read: number;
  write: number;
}

interface Place {
  model: string;
  llamaBench: string;
  threads: number;
  rounds: number;
}

const readTokens = 512;
const writtenTokens = 128;
const contextTokens = 4096;

/** @throws Error when something that has no default is missing */
function readPlace(): Place {
  const { values } = parseArgs({
    options: {
      model: { type: 'string' },
      'llama-bench': { type: 'string' },
      threads: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '5' },
    },
  });
  const { model, 'llama-bench': llamaBench } = values;
  if (!model || !llamaBench) throw new Error('give --model FILE.gguf and --llama-bench PROGRAM');
  return { model, llamaBench, threads: Number(values.threads), rounds: Number(values.rounds) };
}

function loadAddon(): typeof Addon {
  const built = join(import.meta.dirname, '../../dist/native/addon.node');
  return createRequire(import.meta.url)(process.env['PARLEY_ADDON'] ?? built);
}

/** What llama-bench says of itself; it warms up on its own. */
async function speedOfLlamaBench({ model, llamaBench, threads }: Place): Promise<Speed> {
  const sizes = ['-p', String(readTokens), '-n', String(writtenTokens)];
  const args = ['-m', model, '-t', String(threads), ...sizes, '-r', '1', '-o', 'json'];
  const { stdout } = await promisify(execFile)(llamaBench, args);
  const runs = JSON.parse(stdout) as { n_prompt: number; avg_ts: number }[];
  const find = (tokens: number): number =>
    runs.find(({ n_prompt }) => n_prompt === tokens)?.avg_ts ?? Number.NaN;
  return { read: find(readTokens), write: find(0) };
}

let requestCount = 0;

/** A request that finds nothing to reuse. */
function request(text: string, maxAnswerTokens: number): GenerateRequest {
  requestCount += 1;
  return {
    sequenceKey: `bench-${requestCount}`,
    messages: [{ role: 'user', text }],
    sampling: { temperature: 0, topP: 1, topK: 0, minP: 0 },
    maxAnswerTokens,
    enableThinking: false,
  };
}

/** A text whose whole prompt has as many tokens as llama-bench reads, or the last few fewer. */
async function textToRead(engine: Engine): Promise<string> {
  let text = 'Read.';
  for (let number = 0; ; number += 1) {
    const longer = `${text} ${number % 10}`;
    const { messages } = request(longer, 1);
    const prompt = await engine.tokenizePrompt({ messages, enableThinking: false });
    if (prompt.tokens.length > readTokens) return text;
    text = longer;
  }
}

async function speedOfAddon(engine: Engine, text: string): Promise<Speed> {
  const read = await engine.generate(request(text, 1), () => {}).done;
  const question = 'Write the numbers from one to one hundred in words, one after another.';
  const written = await engine.generate(request(question, writtenTokens), () => {}).done;
  if (written.answerTokens !== writtenTokens) {
    throw new Error(`the model ended after ${written.answerTokens} tokens`);
  }
  // The last token is given out without being computed upon.
  return {
    read: (read.promptTokens / read.promptMs) * 1000,
    write: ((written.answerTokens - 1) / written.answerMs) * 1000,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function row(name: string, ours: readonly number[], theirs: readonly number[]): string {
  const share = median(ours) / median(theirs);
  const figures = [median(ours), median(theirs)].map((value) => value.toFixed(1).padStart(12));
  const best = Math.max(...ours) / Math.max(...theirs);
  return `${name.padEnd(8)}${figures.join('')}${share.toFixed(3).padStart(10)}${best.toFixed(3).padStart(15)}`;
}

const place = readPlace();
const engine = new (loadAddon().Engine)({ threads: place.threads });
const ours: Speed[] = [];
const theirs: Speed[] = [];
try {
  await engine.load({ path: place.model, projectorPath: null, contextTokens }, () => {}).done;
  const text = await textToRead(engine);
  await speedOfAddon(engine, text);
  for (let round = 0; round < place.rounds; round += 1) {
    theirs.push(await speedOfLlamaBench(place));
    ours.push(await speedOfAddon(engine, text));
  }
} finally {
  await engine.dispose();
}
console.log(`${place.model}, ${place.threads} threads, ${place.rounds} rounds, tokens a second`);
console.log(
  `${''.padEnd(8)}${'addon'.padStart(12)}${'llama-bench'.padStart(12)}     share  share of best`,
);
const column = (speeds: readonly Speed[], name: keyof Speed): number[] =>
  speeds.map((speed) => speed[name]);
console.log(row(`pp${readTokens}`, column(ours, 'read'), column(theirs, 'read')));
console.log(row(`tg${writtenTokens}`, column(ours, 'write'), column(theirs, 'write')));
