/** Cells 5, 6, 21 and 23: the process itself. */
import type { Bench, Cell } from '../bench.ts';
import { timed } from '../contestants/contestant.ts';
import { llamaBenchMs } from '../contestants/llama-bench.ts';
import { greedy } from '../contestants/parley.ts';
import { Field } from '../field.ts';
import { type CellFigures, compare, ratios } from '../results.ts';
import { median } from '../statistics.ts';

const megabyte = 1e6;
const ubatchTokens = 512;

async function stopping(at: Bench): Promise<CellFigures> {
  const parley = at.parley();
  const field = new Field([parley]);
  const writer = await at.writer();
  await parley.start();
  const long = await writer.text(at.sizes.persona, 5);
  const place = { model: at.settings.modelFile, threads: at.settings.threads };
  const test = { readTokens: ubatchTokens, writtenTokens: 0, depthTokens: 0, repetitions: 1 };
  const { llamaBench } = at.settings.tools;
  const ubatchMs = median(await llamaBenchMs(llamaBench, place, test));
  for (const round of at.rounds) {
    const reading = greedy([{ role: 'user', text: `${round} ${long}` }], `read-${round}`, 8);
    const read = await parley.cancel(reading, 20 + 7 * round);
    field.add('Parley', 'stop while reading', 'ms', read.endMs);
    const text = 'Write the numbers from one to one thousand in words.';
    const writing = greedy([{ role: 'user', text }], `write-${round}`, 512);
    const written = await parley.cancel(writing, 100 + 7 * round);
    field.add('Parley', 'stop while writing', 'ms', written.endMs);
  }
  const target = { limit: 50, sense: 'at most' } as const;
  return {
    series: field.series,
    comparisons: ['reading', 'writing'].map((what) => {
      const values = field.values('Parley', `stop while ${what}`);
      return compare(`stop while ${what}`, values, target, 'ms');
    }),
    notes: [
      ...field.notes,
      `From the call to the end of the run. ${ubatchTokens} tokens, the most that are computed in one step, take ${ubatchMs.toFixed(0)} ms here.`,
    ],
  };
}

async function coldStart(at: Bench): Promise<CellFigures> {
  const best = at.server('no RAM cache', at.sizes.context, ['--no-warmup', '-np', '1']);
  const field = new Field([at.parley(), best, at.server('defaults'), ...at.bindings()]);
  const writer = await at.writer();
  const prompt = await writer.prompt([{ role: 'user', text: 'Hello' }]);
  for (const _ of at.rounds) {
    await field.each(async (contestant) => {
      const { ms } = await timed(async () => {
        await contestant.start();
        await contestant.answer({ prompt, maxTokens: 1, conversation: 'chat' });
      });
      field.add(contestant.name, 'process start to first token', 'ms', ms);
      await contestant.stop();
    });
  }
  const measure = 'process start to first token';
  const ours = field.values('Parley', measure);
  const comparisons = field.series
    .filter(({ contestant }) => contestant !== 'Parley')
    .map(({ contestant, values }) =>
      compare(
        `start, Parley ÷ ${contestant}`,
        ratios(ours, values),
        contestant === best.name ? { limit: 1, sense: 'at most' } : null,
      ),
    );
  const notes = [
    'The model file was in memory. llama-server (no RAM cache) here also skips its warm-up and has one slot: its fastest start.',
  ];
  return { series: field.series, comparisons, notes: [...field.notes, ...notes] };
}

async function overhead(at: Bench): Promise<CellFigures> {
  const parley = at.parley(at.sizes.context, { ramBytes: 0, diskBytes: 0 });
  const field = new Field([parley]);
  const writer = await at.writer();
  const text = await writer.text(at.sizes.persona, 21);
  for (const round of at.rounds) {
    await parley.open();
    const empty = (await parley.memory()).residentBytes;
    await parley.load();
    await parley.generate(greedy([{ role: 'user', text }], 'chat', at.sizes.answer));
    const { residentBytes } = await parley.memory();
    const counted = parley.loaded.memoryBytes;
    field.add('Parley', 'process before a model is loaded', 'MB', empty / megabyte);
    field.add('Parley', 'weights, state and compute buffers', 'MB', counted / megabyte);
    field.add('Parley', 'process after an answer', 'MB', residentBytes / megabyte);
    field.add('Parley', 'beyond both', 'MB', (residentBytes - empty - counted) / megabyte);
    await parley.stop();
    if (round >= 2) break;
  }
  const beyond = field.values('Parley', 'beyond both');
  const target = { limit: 60, sense: 'at most' } as const;
  return {
    series: field.series,
    comparisons: [
      compare('beyond weights, state, compute buffers and Node itself', beyond, target, 'MB'),
    ],
    notes: [
      ...field.notes,
      'Resident memory. The pages of state that no token has reached yet are not resident, so a negative figure is possible. The cache in memory is off: its budget is a choice.',
    ],
  };
}

async function unloading(at: Bench): Promise<CellFigures> {
  const parley = at.parley();
  const field = new Field([parley]);
  const writer = await at.writer();
  const text = await writer.text(at.sizes.persona, 23);
  await parley.open();
  const first = (await parley.memory()).residentBytes;
  for (const round of at.rounds) {
    await parley.load();
    await parley.generate(greedy([{ role: 'user', text: `${round} ${text}` }], 'chat', 16));
    await parley.child.call('unload');
    const { residentBytes } = await parley.memory();
    field.add(
      'Parley',
      'above the start, after unloading',
      'MB',
      (residentBytes - first) / megabyte,
    );
  }
  const above = field.values('Parley', 'above the start, after unloading');
  const target = { limit: 30, sense: 'at most' } as const;
  return {
    series: field.series,
    comparisons: [compare('above the start, after unloading', above, target, 'MB')],
    notes: [...field.notes, 'Loaded, answered and unloaded again and again in one process.'],
  };
}

/** The process. */
export const processCells: Cell[] = [
  { number: 5, title: 'Stopping', isDeciding: true, run: stopping },
  {
    number: 6,
    title: 'From the start of the process to the first token',
    isDeciding: true,
    run: coldStart,
  },
  { number: 21, title: 'Memory beyond the model', isDeciding: true, run: overhead },
  { number: 23, title: 'Memory after unloading', isDeciding: true, run: unloading },
];
