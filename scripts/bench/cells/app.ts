/** Cells 2 and 22, and a reopened chat: the whole app in the browser shell, seen from its page. */
import { temporaryFolder } from '../../../e2e/support/running-app.ts';
import { AppWindow } from '../app-window.ts';
import type { Bench, Cell } from '../bench.ts';
import { llamaBenchMs } from '../contestants/llama-bench.ts';
import { Field } from '../field.ts';
import { memoryOf } from '../processes.ts';
import { sharedTokens } from '../prompt-writer.ts';
import { type CellFigures, compare, ratios } from '../results.ts';
import { median } from '../statistics.ts';
import { aloneMs } from './turns.ts';

const writingMs = 6000;
const fewestTokens = 100;
const megabyte = 1e6;
const name = 'Parley, in its window';

/** Opens the app for the length of `work`. */
async function inWindow<T>(
  folder: string,
  at: Bench,
  work: (window: AppWindow) => Promise<T>,
): Promise<T> {
  const { modelFile, threads } = at.settings;
  const window = await AppWindow.open(folder, { model: modelFile, threads });
  try {
    return await work(window);
  } finally {
    await window.close();
  }
}

async function decodeInWindow(at: Bench): Promise<CellFigures> {
  const field = new Field([]);
  const writer = await at.writer();
  const { folder, remove } = temporaryFolder();
  const { modelFile, threads, tools } = at.settings;
  const question = 'Write a long story about a lighthouse keeper and';
  const others = ['a storm', 'a whale', 'a thief', 'a lost child', 'an old ship', 'a winter'];
  try {
    await inWindow(folder, at, async (window) => {
      await window.ask('Hello', 500);
      for (const round of at.rounds) {
        const what = others[round % others.length];
        const { paintedMs } = await window.ask(`${question} ${what}.`, writingMs);
        const messages = window.messages();
        const answerTokens = await writer.tokenCount(messages.at(-1)?.text ?? '');
        const { tokens } = await writer.prompt(messages.slice(0, -1));
        if (answerTokens < fewestTokens) throw new Error(`it wrote ${answerTokens} tokens only`);
        const test = {
          readTokens: 0,
          writtenTokens: answerTokens,
          depthTokens: tokens.length,
          repetitions: 1,
        };
        const place = { model: modelFile, threads };
        const theirs = median(await llamaBenchMs(tools.llamaBench, place, test));
        field.add(name, 'tokens painted', 'tokens', answerTokens);
        field.add(name, 'decode', 'tokens/s', ((answerTokens - 1) / paintedMs) * 1000);
        field.add('llama-bench', 'decode', 'tokens/s', (answerTokens / theirs) * 1000);
      }
    });
  } finally {
    remove();
  }
  const shares = ratios(field.values(name, 'decode'), field.values('llama-bench', 'decode'));
  return {
    series: field.series,
    comparisons: [
      compare('decode, painted in the window ÷ llama-bench', shares, {
        limit: 0.97,
        sense: 'at least',
      }),
    ],
    notes: [
      'From the frame that shows the first text to the frame that shows the last, in headless Chromium on the same cores; the same number of tokens at the same depth in llama-bench.',
    ],
  };
}

async function reopenInWindow(at: Bench): Promise<CellFigures> {
  const field = new Field([]);
  const { folder, remove } = temporaryFolder();
  const writer = await at.writer();
  const alone = 'new tokens alone (llama-bench)';
  try {
    const long = await writer.text(at.sizes.history, 90);
    await inWindow(folder, at, (window) => window.ask(`Lighthouse. ${long}`, 500));
    for (const round of at.rounds) {
      const text = await writer.text(at.sizes.message, 9000 + round);
      const { known, asked } = await inWindow(folder, at, async (window) => {
        const list = window.page.getByRole('navigation');
        await list
          .getByRole('button', { name: /^Lighthouse/ })
          .first()
          .click();
        await window.chat.answers.first().waitFor();
        // As long as a person takes to begin to type.
        await window.page.waitForTimeout(1000);
        const before = window.messages();
        const { firstMs } = await window.ask(text, 300);
        field.add(name, 'first text painted', 'ms', firstMs);
        return {
          known: await writer.prompt(before),
          asked: await writer.prompt(window.messages().slice(0, -1)),
        };
      });
      const depth = sharedTokens(known.tokens, asked.tokens);
      const newTokens = asked.tokens.length - depth;
      field.add(name, 'new tokens', 'tokens', newTokens);
      field.add(alone, 'first token', 'ms', await aloneMs(at, newTokens, depth));
    }
  } finally {
    remove();
  }
  const shares = ratios(
    field.values(name, 'first text painted'),
    field.values(alone, 'first token'),
  );
  return {
    series: field.series,
    comparisons: [
      compare('first text of a reopened chat in the window ÷ the new tokens alone', shares, {
        limit: 1.3,
        sense: 'at most',
      }),
    ],
    notes: [
      'From the key that sends to the frame that shows the first text. The app was ended and started again before each message.',
    ],
  };
}

/** Main and the engine in bytes, with no model in it. */
async function emptyApp(folder: string, threads: number): Promise<number> {
  const window = await AppWindow.open(folder, { model: null, threads });
  try {
    await window.page.waitForTimeout(2000);
    const pids = [window.app.process.pid ?? 0, ...window.app.enginePids()];
    return pids.reduce((sum, pid) => sum + memoryOf(pid).proportionalBytes, 0);
  } finally {
    await window.close();
  }
}

async function appMemory(at: Bench): Promise<CellFigures> {
  const field = new Field([]);
  for (const _ of at.rounds.slice(0, 3)) {
    const { folder, remove } = temporaryFolder();
    try {
      const empty = await emptyApp(folder, at.settings.threads);
      field.add('Parley', 'main and engine, no model loaded', 'MB', empty / megabyte);
      await inWindow(folder, at, async (window) => {
        await window.ask('Hello', 500);
        const main = memoryOf(window.app.process.pid ?? 0).proportionalBytes;
        field.add('Parley', 'main alone, after an answer', 'MB', main / megabyte);
      });
    } finally {
      remove();
    }
  }
  const values = field.values('Parley', 'main and engine, no model loaded');
  const target = { limit: 250, sense: 'at most' } as const;
  return {
    series: field.series,
    comparisons: [compare('main and engine, no model loaded', values, target, 'MB')],
    notes: [
      'Proportional memory in the browser shell; the browser is not ours. What a loaded model takes beyond its own bytes is cell 21.',
    ],
  };
}

/** The whole app. */
export const appCells: Cell[] = [
  { number: 2, title: 'Decoding, through the whole app', isDeciding: true, run: decodeInWindow },
  { number: 22, title: 'Memory of the app', isDeciding: false, run: appMemory },
  {
    number: 90,
    title: 'A long chat opened again, in the window',
    needsRealWeights: true,
    isDeciding: true,
    run: reopenInWindow,
  },
];
