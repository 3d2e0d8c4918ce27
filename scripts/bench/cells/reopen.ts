/** Cells 9, 10 and 11: chats after everything was closed and started again. */
import type { PromptMessage } from '../../../native/addon/index.d.ts';
import type { Bench, Cell } from '../bench.ts';
import { type Answer, type Contestant, timed } from '../contestants/contestant.ts';
import { Field } from '../field.ts';
import { dropFromPageCache } from '../page-cache.ts';
import { answered, nextTurn, sharedTokens } from '../prompt-writer.ts';
import { type CellFigures, type Comparison, compare, ratios } from '../results.ts';
import { aloneMs, fewest } from './turns.ts';

const firstToken = 'first token';
const coldFirstToken = 'first token, files not in memory';
const alone = 'new tokens alone (llama-bench)';
const recompute = 'llama-server (defaults)';
const slotFiles = 'llama-server (slot files)';

/** A small request of another chat: the first after a start pays for what has nothing to do with the cache. */
async function settleIn(at: Bench, contestant: Contestant): Promise<void> {
  const writer = await at.writer();
  const prompt = await writer.prompt([{ role: 'user', text: 'Hello' }]);
  await contestant.answer({ prompt, maxTokens: 2, conversation: 'hello' });
}

/** One chat answered and kept by everybody, then all processes ended. */
async function prepare(
  at: Bench,
  field: Field,
  chat: PromptMessage[],
): Promise<Map<string, Answer>> {
  const writer = await at.writer();
  const prompt = await writer.prompt(chat);
  const answers = new Map<string, Answer>();
  await field.each(async (contestant) => {
    await contestant.start();
    const ask = { prompt, maxTokens: at.sizes.answer, conversation: 'chat' };
    const answer = await contestant.answer(ask);
    answers.set(contestant.name, answer);
    await field.checkTokens(contestant, prompt);
    await contestant.keep('chat', answered(chat, answer));
    await contestant.stop();
  });
  return answers;
}

interface Reopening {
  field: Field;
  contestant: Contestant;
  messages: PromptMessage[];
  conversation: string;
  isCold?: boolean;
}

/** Starts a contestant anew, brings the chat back and measures up to the first token. */
async function reopenOnce(at: Bench, reopening: Reopening): Promise<void> {
  const { field, contestant, messages, conversation, isCold = false } = reopening;
  const prompt = await (await at.writer()).prompt(messages);
  await contestant.start();
  await settleIn(at, contestant);
  const { ms } = await timed(() => contestant.reopen('chat'));
  const ask = { prompt, maxTokens: 1, conversation };
  if (isCold) {
    const { firstTokenMs } = await contestant.answer(ask);
    field.add(contestant.name, coldFirstToken, 'ms', firstTokenMs + ms);
  } else {
    await field.measure(contestant, ask, ms);
  }
  await contestant.stop();
}

/** What a restore took beyond the new tokens, over what computing everything took beyond them. */
function restoreShares(field: Field, measure: string, opponent: string): number[] {
  const beyond = (contestant: string, name: string): number[] => {
    const news = field.values(alone, firstToken);
    return field.values(contestant, name).map((value, round) => value - (news[round] ?? 0));
  };
  return ratios(beyond('Parley', measure), beyond(opponent, firstToken));
}

function restoreMs(field: Field): number[] {
  const news = field.values(alone, firstToken);
  return field.values('Parley', firstToken).map((value, round) => value - (news[round] ?? 0));
}

/** What the new tokens of the last round cost by themselves. */
async function addAlone(
  at: Bench,
  { field, total, depth }: { field: Field; total: number; depth: number },
): Promise<void> {
  const computedTokens = field.values('Parley', 'prompt tokens computed').at(-1) ?? null;
  const tokens = fewest({ computedTokens }, total - depth);
  field.add(alone, firstToken, 'ms', await aloneMs(at, tokens, total - tokens));
}

async function reopenChat(at: Bench): Promise<CellFigures> {
  const parley = at.parley();
  const isAttention = at.settings.model.stateKind === 'attention';
  const servers = [at.server('slot files'), at.server('defaults')];
  const field = new Field([parley, ...servers, ...at.bindings()]);
  const writer = await at.writer();
  const chat = await writer.chat(at.sizes.history, 9);
  const answers = await prepare(at, field, chat);
  const before = await writer.prompt(chat);
  let isDropped = true;
  for (const round of at.rounds) {
    const text = await writer.text(at.sizes.message, 900 + round);
    const turnOf = ({ name }: Contestant): PromptMessage[] =>
      nextTurn(chat, answers.get(name) ?? { text: '', tokens: [] }, text);
    await field.each((contestant) =>
      reopenOnce(at, { field, contestant, messages: turnOf(contestant), conversation: 'chat' }),
    );
    const cold = await writer.text(at.sizes.message, 950 + round);
    const answer = answers.get('Parley') ?? { text: '', tokens: [] };
    isDropped &&= await dropFromPageCache(parley.folder);
    const messages = nextTurn(chat, answer, cold);
    const place = { field, contestant: parley, messages, conversation: 'chat', isCold: true };
    await reopenOnce(at, place);
    const { tokens } = await writer.prompt(turnOf(parley));
    const known = [...before.tokens, ...answer.tokens.slice(0, -1)];
    await addAlone(at, { field, total: tokens.length, depth: sharedTokens(known, tokens) });
  }
  const share = { limit: isAttention ? 0.02 : 0.03, sense: 'at most' } as const;
  const opponent = recompute;
  const comparisons: Comparison[] = [
    compare(
      `restore, Parley ÷ computing all of it (${opponent}), both without the new tokens`,
      restoreShares(field, firstToken, opponent),
      share,
    ),
    compare('restore, without the new tokens', restoreMs(field), at300(isAttention), 'ms'),
    compare(
      `the same with cold files, Parley ÷ ${opponent}`,
      restoreShares(field, coldFirstToken, opponent),
    ),
    ...againstOthers(field, isAttention),
  ];
  const notes = isDropped ? [] : ['The files could not be dropped from memory on this system.'];
  return { series: field.series, comparisons, notes: [...field.notes, ...notes] };
}

const at300 = (isAttention: boolean): { limit: number; sense: 'at most' } | null =>
  isAttention ? { limit: 300, sense: 'at most' } : null;

/** First token, ours over each other's. */
function againstOthers(field: Field, isAttention: boolean): Comparison[] {
  const ours = field.values('Parley', firstToken);
  return field.series
    .filter(({ contestant, measure }) => measure === firstToken && contestant !== 'Parley')
    .filter(({ contestant }) => contestant !== alone)
    .map(({ contestant, values }) =>
      compare(
        `first token, Parley ÷ ${contestant}`,
        ratios(ours, values),
        contestant === slotFiles && isAttention ? { limit: 1, sense: 'at most' } : null,
      ),
    );
}

async function secondChat(at: Bench): Promise<CellFigures> {
  const parley = at.parley();
  const servers = [at.server('slot files'), at.server('defaults')];
  const field = new Field([parley, ...servers, ...at.bindings()]);
  const writer = await at.writer();
  const persona = await writer.text(at.sizes.persona, 1100);
  const first = await writer.chat(0, 11, persona);
  await prepare(at, field, first);
  const before = await writer.prompt(first);
  for (const round of at.rounds) {
    const text = await writer.text(at.sizes.message, 1150 + round);
    const messages = [...first.slice(0, 1), { role: 'user', text } as const];
    await field.each((contestant) =>
      reopenOnce(at, {
        field,
        contestant,
        messages,
        // The others share nothing between chats: at their best they go on in the first chat's state.
        conversation: contestant === parley ? `second-${round}` : 'chat',
      }),
    );
    const { tokens } = await writer.prompt(messages);
    const depth = sharedTokens(before.tokens, tokens);
    await addAlone(at, { field, total: tokens.length, depth });
  }
  return {
    series: field.series,
    comparisons: [
      compare(
        'second chat with a known persona, Parley ÷ llama-server (defaults), both without the new tokens',
        restoreShares(field, firstToken, recompute),
        { limit: 0.03, sense: 'at most' },
      ),
      ...againstOthers(field, false),
    ],
    notes: field.notes,
  };
}

/** Chats after a restart. */
export const reopenCells: Cell[] = [
  {
    number: 9,
    title: 'A long chat opened again after a restart',
    stateKinds: ['attention'],
    isDeciding: true,
    run: reopenChat,
  },
  {
    number: 10,
    title: 'A long chat opened again after a restart',
    stateKinds: ['hybrid', 'sliding-window'],
    isDeciding: true,
    run: reopenChat,
  },
  {
    number: 11,
    title: 'A second chat with the same persona after a restart',
    isDeciding: true,
    run: secondChat,
  },
];
