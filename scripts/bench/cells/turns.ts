/** Cells 7, 8, 12, 13 and 14: the next turn of a chat whose state is in memory. */
import type { PromptMessage } from '../../../native/addon/index.d.ts';
import type { Bench, Cell } from '../bench.ts';
import type { Answer, Contestant } from '../contestants/contestant.ts';
import { llamaBenchMs } from '../contestants/llama-bench.ts';
import { Field } from '../field.ts';
import { answered, nextTurn, sharedTokens } from '../prompt-writer.ts';
import { type CellFigures, compare, ratios } from '../results.ts';
import { median } from '../statistics.ts';

const firstToken = 'first token';
const alone = 'new tokens alone (llama-bench)';
const server = 'llama-server (defaults)';

/** What each contestant's chat has become: its answers are its own. */
type Chats = Map<string, { messages: PromptMessage[]; answer: Answer }>;

/** Starts everybody and has each answer the same chat. */
async function begin(at: Bench, field: Field, chat: PromptMessage[]): Promise<Chats> {
  const writer = await at.writer();
  const prompt = await writer.prompt(chat);
  const chats: Chats = new Map();
  await field.each(async (contestant) => {
    await contestant.start();
    const ask = { prompt, maxTokens: at.sizes.answer, conversation: 'chat' };
    const answer = await contestant.answer(ask);
    chats.set(contestant.name, { messages: chat, answer });
    await contestant.keep('chat', answered(chat, answer));
    await field.checkTokens(contestant, prompt);
  });
  return chats;
}

/** Milliseconds that `tokens` more take after `depth`, with nothing else to do. */
export async function aloneMs(at: Bench, tokens: number, depth: number): Promise<number> {
  const { tools, modelFile, threads } = at.settings;
  const place = { model: modelFile, threads };
  const test = { readTokens: tokens, writtenTokens: 0, depthTokens: depth, repetitions: 3 };
  return median(await llamaBenchMs(tools.llamaBench, place, test));
}

/** New tokens: fewer where settling has read the marks after the answer already. */
export function fewest({ computedTokens }: Pick<Answer, 'computedTokens'>, tokens: number): number {
  return Math.min(tokens, computedTokens ?? tokens);
}

async function continueChat(
  at: Bench,
  { field, chats, round }: { field: Field; chats: Chats; round: number },
): Promise<{ newTokens: number; depth: number }> {
  const writer = await at.writer();
  const message = await writer.text(at.sizes.message, 700 + round);
  let added = { newTokens: 0, depth: 0 };
  await field.each(async (contestant: Contestant) => {
    const before = chats.get(contestant.name);
    if (!before) return;
    const earlier = await writer.prompt(before.messages);
    const messages = nextTurn(before.messages, before.answer, message);
    const prompt = await writer.prompt(messages);
    // The last token of an answer is known, but was never computed upon.
    const known = [...earlier.tokens, ...before.answer.tokens.slice(0, -1)];
    const depth = sharedTokens(known, prompt.tokens);
    const ask = { prompt, maxTokens: at.sizes.answer, conversation: 'chat' };
    const answer = await field.measure(contestant, ask);
    chats.set(contestant.name, { messages, answer });
    await contestant.keep('chat', answered(messages, answer));
    if (contestant.name === 'Parley') {
      const newTokens = fewest(answer, prompt.tokens.length - depth);
      added = { newTokens, depth: prompt.tokens.length - newTokens };
    }
  });
  return added;
}

async function warmTurn(at: Bench): Promise<CellFigures> {
  const field = new Field([at.parley(), at.server('defaults'), ...at.bindings()]);
  const writer = await at.writer();
  const chats = await begin(at, field, await writer.chat(at.sizes.history, 7));
  for (const round of at.rounds) {
    const { newTokens, depth } = await continueChat(at, { field, chats, round });
    field.add(alone, firstToken, 'ms', await aloneMs(at, newTokens, depth));
  }
  const ours = field.values('Parley', firstToken);
  const comparisons = field.series
    .filter(({ contestant, measure }) => contestant !== 'Parley' && measure === firstToken)
    .map(({ contestant, values }) =>
      compare(
        `warm turn, Parley ÷ ${contestant}`,
        ratios(ours, values),
        contestant === alone ? { limit: 1.05, sense: 'at most' } : null,
      ),
    );
  return { series: field.series, comparisons, notes: field.notes };
}

/** Thinking that the template drops, then an answer that stays: the chat goes on without the thoughts. */
async function strippedThoughts(at: Bench): Promise<CellFigures> {
  const parley = at.parley(at.sizes.largeContext);
  const field = new Field([parley, at.server('defaults', at.sizes.largeContext)]);
  const writer = await at.writer();
  const longAnswer = Math.min(500, at.sizes.history / 3);
  let messages = await writer.chat(at.sizes.history, 8);
  const chats = await begin(at, field, messages);
  for (const round of at.rounds) {
    const text = await writer.text(longAnswer, 800 + round);
    const message = await writer.text(at.sizes.message, 850 + round);
    const settled = [...messages, { role: 'assistant', text } as const];
    await parley.keep('chat', settled);
    messages = [...settled, { role: 'user', text: message }];
    const prompt = await writer.prompt(messages);
    await field.each(async (contestant) => {
      if (!chats.has(contestant.name)) return;
      const ask = { prompt, maxTokens: at.sizes.answer, conversation: 'chat' };
      await field.measure(contestant, ask);
    });
  }
  const shares = ratios(field.values('Parley', firstToken), field.values(server, firstToken));
  return {
    series: field.series,
    comparisons: [
      compare('turn after stripped thoughts, Parley ÷ llama-server', shares, {
        limit: 0.1,
        sense: 'at most',
      }),
    ],
    notes: [
      ...field.notes,
      `The thoughts are what the model wrote, the answer that stays is a text of ${longAnswer} tokens: so it can be measured with models that do not think. Parley settles in the idle time before the next message; its cost is not in the figure.`,
    ],
  };
}

async function editLast(at: Bench): Promise<CellFigures> {
  const field = new Field([at.parley(), at.server('defaults')]);
  const writer = await at.writer();
  const chat = await writer.chat(at.sizes.history, 12);
  const chats = await begin(at, field, chat.slice(0, -2));
  const last = await writer.prompt(chat);
  await field.each(async (contestant) => {
    await contestant.keep('chat', chat.slice(0, -1));
    await contestant.answer({ prompt: last, maxTokens: at.sizes.answer, conversation: 'chat' });
  });
  for (const round of at.rounds) {
    const text = await writer.text(at.sizes.message, 1200 + round);
    const prompt = await writer.prompt([...chat.slice(0, -1), { role: 'user', text }]);
    await field.each(async (contestant) => {
      if (!chats.has(contestant.name)) return;
      const ask = { prompt, maxTokens: at.sizes.answer, conversation: 'chat' };
      await field.measure(contestant, ask);
    });
  }
  const isCut = at.settings.model.stateKind === 'attention';
  const shares = ratios(field.values('Parley', firstToken), field.values(server, firstToken));
  return {
    series: field.series,
    comparisons: [
      compare(
        'edit of the last message, Parley ÷ llama-server',
        shares,
        isCut ? null : { limit: 0.05, sense: 'at most' },
      ),
    ],
    notes: field.notes,
  };
}

/** Plays a chat turn by turn, as a person would have had it. */
async function play(at: Bench, contestant: Contestant, chat: PromptMessage[]): Promise<void> {
  const writer = await at.writer();
  for (const [index, { role }] of chat.entries()) {
    if (role !== 'user') {
      await contestant.keep('chat', chat.slice(0, index + 1));
      continue;
    }
    const prompt = await writer.prompt(chat.slice(0, index + 1));
    await contestant.answer({ prompt, maxTokens: 1, conversation: 'chat' });
  }
}

async function editMiddle(at: Bench): Promise<CellFigures> {
  const { largeContext } = at.sizes;
  const field = new Field([at.parley(largeContext), at.server('defaults', largeContext)]);
  const writer = await at.writer();
  const chat = await writer.chat(at.sizes.longHistory, 13);
  const middle = 2 * Math.floor(chat.length / 4);
  const rounds = at.rounds.slice(0, 3);
  for (const round of rounds) {
    const text = await writer.text(at.sizes.message, 1300 + round);
    const prompt = await writer.prompt([...chat.slice(0, middle), { role: 'user', text }]);
    await field.each(async (contestant) => {
      if (round === 0) await contestant.start();
      await play(at, contestant, chat);
      const ask = { prompt, maxTokens: at.sizes.answer, conversation: 'chat' };
      await field.measure(contestant, ask);
    });
  }
  const shares = ratios(field.values('Parley', firstToken), field.values(server, firstToken));
  return {
    series: field.series,
    comparisons: [
      compare('edit in the middle, Parley ÷ llama-server', shares, {
        limit: 0.5,
        sense: 'at most',
      }),
    ],
    notes: [
      ...field.notes,
      `${rounds.length} rounds: each begins with the whole long chat. Before each the long chat was played again, as far as it was lost.`,
    ],
  };
}

async function switchChats(at: Bench): Promise<CellFigures> {
  const { threeChatsContext } = at.sizes;
  const field = new Field([at.parley(threeChatsContext), at.server('defaults', threeChatsContext)]);
  const writer = await at.writer();
  const names = ['a', 'b', 'c'];
  const starts = new Map<string, PromptMessage[]>();
  for (const [index, name] of names.entries()) {
    starts.set(name, await writer.chat(at.sizes.history, 14 + index));
  }
  const chats = new Map<string, PromptMessage[]>();
  let turn = 0;
  const next = async (contestant: Contestant, name: string, measure: string): Promise<void> => {
    const key = `${contestant.name} ${name}`;
    const messages = chats.get(key) ?? starts.get(name) ?? [];
    const prompt = await writer.prompt(messages);
    const answer = await contestant.answer({
      prompt,
      maxTokens: at.sizes.answer,
      conversation: name,
    });
    await contestant.keep(name, answered(messages, answer));
    if (measure) field.add(contestant.name, measure, 'ms', answer.firstTokenMs);
    turn += 1;
    const message = await writer.text(at.sizes.message, 1400 + turn);
    chats.set(key, nextTurn(messages, answer, message));
  };
  await field.each(async (contestant) => {
    await contestant.start();
    for (const name of names) await next(contestant, name, '');
  });
  for (const round of at.rounds) {
    await field.each(async (contestant) => {
      await next(contestant, 'a', '');
      await next(contestant, 'a', 'same chat');
      await next(contestant, round % 2 === 0 ? 'b' : 'c', 'other chat');
      await next(contestant, 'a', 'back');
    });
  }
  const comparisons = ['Parley', server].map((name) =>
    compare(
      `${name}: back in the first chat ÷ its warm turn`,
      ratios(field.values(name, 'back'), field.values(name, 'same chat')),
      name === 'Parley' ? { limit: 1.1, sense: 'at most' } : null,
    ),
  );
  return { series: field.series, comparisons, notes: field.notes };
}

/** Turns in a chat that was never left. */
export const turnCells: Cell[] = [
  { number: 7, title: 'The next turn of a long chat', isDeciding: true, run: warmTurn },
  {
    number: 8,
    title: 'The next turn after thoughts were stripped',
    isDeciding: false,
    run: strippedThoughts,
  },
  { number: 12, title: 'Edit of the last message', isDeciding: false, run: editLast },
  { number: 13, title: 'Edit in the middle of a long chat', isDeciding: false, run: editMiddle },
  { number: 14, title: 'Back and forth between three chats', isDeciding: true, run: switchChats },
];
