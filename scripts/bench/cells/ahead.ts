/** Cells 15, 16 and 20: work done before it is asked for. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PromptMessage } from '../../../native/addon/index.d.ts';
import type { Bench, Cell } from '../bench.ts';
import { timed } from '../contestants/contestant.ts';
import { greedy, type Parley } from '../contestants/parley.ts';
import { Field } from '../field.ts';
import { answered, nextTurn } from '../prompt-writer.ts';
import { type CellFigures, compare, ratios } from '../results.ts';

const idleMs = 30_000;
const pieces = 10;
const betweenPiecesMs = 500;

/** First token of a request that warming may have prepared. */
async function send(
  parley: Parley,
  messages: PromptMessage[],
  conversation: string,
): Promise<number> {
  const prompt = await parley.prompt(messages);
  const { firstTokenMs } = await parley.answer({ prompt, maxTokens: 1, conversation });
  return firstTokenMs;
}

async function droppedDocument(at: Bench): Promise<CellFigures> {
  const parley = at.parley(at.sizes.largeContext);
  const field = new Field([parley]);
  const writer = await at.writer();
  await parley.start();
  const rounds = at.rounds.slice(0, 3);
  for (const round of rounds) {
    const question = await writer.text(at.sizes.message, 1550 + round);
    const asked = async (seed: number): Promise<[string, string]> => {
      const document = await writer.text(at.sizes.document, seed);
      return [document, `${document}\n\n${question}`];
    };
    const [, plain] = await asked(1500 + 2 * round);
    const withoutMs = await send(parley, [{ role: 'user', text: plain }], `plain-${round}`);
    const [document, text] = await asked(1501 + 2 * round);
    const sequenceKey = `warm-${round}`;
    const request = {
      sequenceKey,
      kind: 'typing',
      messages: [{ role: 'user', text: document }],
      enableThinking: false,
    } as const;
    const patience = new AbortController();
    const warmed = timed(() => parley.warm({ ...request, messages: [...request.messages] }));
    const outOfTime = sleep(idleMs, { ms: idleMs }, { signal: patience.signal });
    outOfTime.catch(() => undefined);
    const { ms } = await Promise.race([warmed, outOfTime]);
    patience.abort();
    const withMs = await send(parley, [{ role: 'user', text }], sequenceKey);
    field.add('Parley', 'warm-up in the idle time', 'ms', ms);
    field.add('Parley', 'first token, warmed', 'ms', withMs);
    field.add('Parley', 'first token, not warmed', 'ms', withoutMs);
  }
  const shares = ratios(
    field.values('Parley', 'first token, warmed'),
    field.values('Parley', 'first token, not warmed'),
  );
  const target = { limit: 0.05, sense: 'at most' } as const;
  return {
    series: field.series,
    comparisons: [compare('document dropped 30 s before it is sent ÷ not warmed', shares, target)],
    notes: [
      ...field.notes,
      `${rounds.length} rounds. Where the warm-up ended sooner, the rest of the 30 s was not waited for.`,
    ],
  };
}

async function typedMessage(at: Bench): Promise<CellFigures> {
  const parley = at.parley();
  const field = new Field([parley]);
  const writer = await at.writer();
  await parley.start();
  let messages = await writer.chat(at.sizes.history, 16);
  for (const round of at.rounds) {
    for (const isTyped of round % 2 === 0 ? [true, false] : [false, true]) {
      const prompt = await writer.prompt(messages);
      const ask = { prompt, maxTokens: at.sizes.answer, conversation: 'chat' };
      const answer = await parley.answer(ask);
      await parley.keep('chat', answered(messages, answer));
      const text = await writer.text(at.sizes.typed, 1600 + 2 * round + Number(isTyped));
      if (isTyped) await type(parley, { messages, answer, text });
      messages = nextTurn(messages, answer, text);
      const ms = await send(parley, messages, 'chat');
      field.add('Parley', `first token, ${isTyped ? 'typed' : 'pasted'}`, 'ms', ms);
      // Back to the long chat: every message is read by itself.
      messages = messages.slice(0, -2);
    }
  }
  const shares = ratios(
    field.values('Parley', 'first token, typed'),
    field.values('Parley', 'first token, pasted'),
  );
  const target = { limit: 0.15, sense: 'at most' } as const;
  const seconds = (pieces * betweenPiecesMs) / 1000;
  return {
    series: field.series,
    comparisons: [compare('message that was read while typed ÷ not read before', shares, target)],
    notes: [
      ...field.notes,
      `The message comes in ${pieces} pieces within ${seconds} s; at 40 words a minute it would take minutes, so there would be more idle time.`,
    ],
  };
}

interface Typing {
  messages: PromptMessage[];
  answer: { text: string; tokens: number[] };
  text: string;
}

/** Types a message piece by piece; each piece abandons the warm-up of the one before. */
async function type(parley: Parley, { messages, answer, text }: Typing): Promise<void> {
  for (let piece = 1; piece <= pieces; piece += 1) {
    const typed = text.slice(0, Math.ceil((text.length * piece) / pieces));
    await parley.beginWarm({
      sequenceKey: 'chat',
      kind: 'typing',
      messages: nextTurn(messages, answer, typed),
      enableThinking: false,
    });
    await sleep(betweenPiecesMs);
  }
}

const passage =
  `The harbour office keeps three ledgers. The first lists every ship that enters with its draught,
its cargo and the hour of the tide. The second lists what was unloaded, crate by crate, and who signed for it. The
third is opened only once a year, when the keeper of the light reads out the names of the ships that never came
back. In the winter of the great frost the ink froze, and for eleven days nothing was written at all; the pages of
those days are still blank, and nobody has ever dared to fill them in.`.replaceAll('\n', ' ');

const code = `function total(items) {
  let sum = 0;
  for (const item of items) {
    if (item.isPaid) continue;
    sum += item.price * item.count;
  }
  return sum;
}

function report(items) {
  const open = items.filter((item) => !item.isPaid);
  return { count: open.length, total: total(items) };
}`;

/** What people ask for where most of the answer stands in the question, and one where nothing does. */
const tasks = [
  { name: 'quote', text: `Repeat this text word for word, and nothing else:\n\n${passage}` },
  {
    name: 'edit',
    text: `Rename the variable items to entries everywhere. Answer with the whole code only.\n\n${code}`,
  },
  {
    name: 'cite',
    text: `${passage}\n\nQuote the two sentences above that say what happened in the winter, then the three that say what each ledger lists, each word for word.`,
  },
  { name: 'chat', text: 'Tell me a short story about a lighthouse.' },
];

/** One task with and without guessing ahead; whether both wrote the same. */
async function both(
  { parley, field, round }: { parley: Parley; field: Field; round: number },
  { name, text }: (typeof tasks)[number],
): Promise<boolean> {
  const answers: string[] = [];
  for (const speculate of round % 2 === 0 ? [false, true] : [true, false]) {
    const key = `${name}-${round}-${speculate}`;
    const request = greedy([{ role: 'user', text }], key, 256);
    const { result } = await parley.generate({ ...request, speculate });
    const way = speculate ? 'guessing' : 'not guessing';
    const speed = ((result.answerTokens - 1) / result.answerMs) * 1000;
    field.add('Parley', `${name}, ${way}`, 'tokens/s', speed);
    if (speculate) {
      const share = result.acceptedTokens / Math.max(1, result.answerTokens);
      field.add('Parley', `${name}, share of tokens guessed`, '', share);
    }
    answers.push(result.answerTokenIds.join(' '));
  }
  return answers[0] === answers[1];
}

async function speculation(at: Bench): Promise<CellFigures> {
  const parley = at.parley();
  const field = new Field([parley]);
  await parley.start();
  const differing = new Set<string>();
  for (const round of at.rounds) {
    for (const task of tasks) {
      if (!(await both({ parley, field, round }, task))) differing.add(task.name);
    }
  }
  const comparisons = tasks.map(({ name }) =>
    compare(
      `${name}: guessing ahead ÷ not`,
      ratios(
        field.values('Parley', `${name}, guessing`),
        field.values('Parley', `${name}, not guessing`),
      ),
      { limit: name === 'chat' ? 0.97 : 1.5, sense: 'at least' },
    ),
  );
  const notes = [...differing].map((name) => `${name}: the answer differed with and without.`);
  return { series: field.series, comparisons, notes: [...field.notes, ...notes] };
}

/** Work ahead of need. */
export const aheadCells: Cell[] = [
  {
    number: 15,
    title: 'A document read before it is sent',
    isDeciding: false,
    run: droppedDocument,
  },
  { number: 16, title: 'A message read while it is typed', isDeciding: false, run: typedMessage },
  {
    number: 20,
    title: 'Guessing ahead',
    needsRealWeights: true,
    isDeciding: false,
    run: speculation,
  },
];
