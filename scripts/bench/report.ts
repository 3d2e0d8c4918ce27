/** docs/benchmarks.md from the results that are kept. */
import type { Machine } from './machine.ts';
import { type CellResult, type Comparison, type Series, type Target, verdict } from './results.ts';
import { median, quantile } from './statistics.ts';

const words = { met: 'met', missed: '**missed**', uncertain: 'uncertain' };

const head = `# Benchmarks

How fast Parley's engine is beside llama.cpp's own programs and the two Node bindings that people use today.
The first figure that counts is the wait before the first word; every engine here has the same kernels.
`;

const howTo = `## How it is measured

- Every contestant computes on the same processor with the same number of threads, greedily, in a process of its
  own, from the same token ids: prompts are rendered once by the model's own template. Where a contestant makes
  other tokens of the same messages by itself, a note says so. \`@fugood/llama.node\` takes text only.
- \`llama-bench\` and \`llama-server\` are linked from the very libraries that the addon is linked from. The two
  packages run the binaries that they are published with, built for this processor family or a plainer one.
- \`llama-server\` runs in three ways: as it comes; with \`--slot-save-path\`, a script saving each chat to a file
  and restoring it at the best moment; and without its cache in memory.
- Contestants take turns, round by round. A ratio is taken within each round; the table shows the median of the
  rounds and a 95 % bootstrap interval of that median. *Uncertain* means that the interval holds the target too.
- Times end when the caller has the first token. *The new tokens alone* are what \`llama-bench\` needs for as many
  tokens at the same depth: the wait that no cache can take away.
- After each answer everybody may do what its person would in the idle time: Parley settles, as the app does; a
  script saves the slots and state files of those that have them.
- A cell that ran beside other work is run again, at most twice; one that never had quiet is marked †.
- State files were in the page cache unless a line says cold.
`;

const again = `## How to repeat

\`\`\`sh
npm run bench                                  # every cell with SmolLM2, about an hour on two cores
npm run bench -- --quick                       # the deciding ones
npm run bench -- --model qwen-1.5b --cells 9,11 # some, with another model
npm run bench -- --report                      # this page again, from the results that are kept
\`\`\`

The first run builds llama.cpp's programs and installs the two packages outside the clone. Results are kept as
JSON between runs, so a later run completes the table.
`;

/** The whole page. */
export function report(results: readonly CellResult[], machine: Machine, date: string): string {
  const models = [...new Set(results.map(({ model }) => model))];
  const sections = models.map((model) =>
    modelSection(
      model,
      results.filter((result) => result.model === model),
    ),
  );
  return [head, machineSection(machine, results, date), summary(results), ...sections, howTo, again]
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n');
}

function machineSection(machine: Machine, results: readonly CellResult[], date: string): string {
  const commits = [...new Set(results.map(({ commit }) => commit))].join(', ');
  const trial = results.some(({ isTrial }) => isTrial)
    ? '\n**Some of these figures come from a trial with short prompts: they say nothing.**\n'
    : '';
  return `${trial}
Measured on ${date} at commit ${commits}.

| | |
|---|---|
| Processor | ${machine.processor}, ${machine.cores} cores; no graphics card |
| Memory | ${machine.memoryGigabytes} GB |
| System | ${machine.system} |
| Compiler | ${machine.compiler} |
| Node | ${machine.node} |
| llama.cpp | v0.5.0; ${machine.engine} |
| Others | node-llama-cpp 3.22.1, @fugood/llama.node 1.7.15 |
`;
}

/** Targets that were missed or are uncertain, before anything else is told. */
function summary(results: readonly CellResult[]): string {
  const lines = results.flatMap((result) =>
    result.comparisons.flatMap((comparison) => {
      const word = verdict(comparison);
      if (word !== 'missed' && word !== 'uncertain') return [];
      const figure = figures(comparison);
      return [
        `- ${result.cell}, ${result.model}: ${comparison.what}: ${figure}, wanted ${wanted(comparison.target)} (${word}).`,
      ];
    }),
  );
  const met = results.flatMap(({ comparisons }) => comparisons.map(verdict)).filter(isMet).length;
  const text = lines.length > 0 ? lines.join('\n') : '- None.';
  return `## Where the targets were missed\n\nTargets met: ${met}. Missed, or too close to call:\n\n${text}\n`;
}

function isMet(word: ReturnType<typeof verdict>): boolean {
  return word === 'met';
}

function modelSection(model: string, results: readonly CellResult[]): string {
  const rows = results.flatMap((result) =>
    result.comparisons.map((comparison, index) => {
      const cell = index === 0 ? `${result.cell}${result.isQuiet ? '' : ' †'}` : '';
      const word = verdict(comparison);
      return `| ${cell} | ${comparison.what} | ${figures(comparison)} | ${wanted(comparison.target)} | ${word ? words[word] : ''} |`;
    }),
  );
  const table = ['| # | what | median (95 %) | target | |', '|---|---|---|---|---|', ...rows];
  const details = results.map(cellDetails);
  return `## ${model}\n\n${table.join('\n')}\n\n${details.join('\n')}`;
}

function cellDetails(result: CellResult): string {
  const { load } = result;
  const circumstances = `${result.rounds} rounds; other work kept ${load.foreignCores.toFixed(2)} cores busy, the host took ${(load.stolenShare * 100).toFixed(1)} %, load ${load.averages.map((average) => average.toFixed(1)).join(' → ')}${result.repeats > 0 ? `, run ${result.repeats + 1} times` : ''}.`;
  const lines = result.series.map(seriesRow);
  const table =
    lines.length > 0
      ? `\n| who | what | median | 95th percentile |\n|---|---|---|---|\n${lines.join('\n')}\n`
      : '';
  const notes = result.notes.map((note) => `\n${note}\n`).join('');
  return `### ${result.cell}. ${result.title}\n\n${circumstances}\n${table}${notes}`;
}

function seriesRow({ contestant, measure, unit, values }: Series): string {
  const middle = `${number(median(values))} ${unit}`.trim();
  const high = `${number(quantile(values, 0.95))} ${unit}`.trim();
  return `| ${contestant} | ${measure} | ${middle} | ${high} |`;
}

function figures({ interval, unit, values }: Comparison): string {
  const text = (value: number): string => `${number(value)}${unit ? ` ${unit}` : ''}`;
  if (values.length < 2) return text(interval.median);
  return `${text(interval.median)} (${number(interval.low)} to ${number(interval.high)})`;
}

function wanted(target: Target | null): string {
  if (!target) return '';
  return `${target.sense === 'at most' ? '≤' : '≥'} ${target.limit}`;
}

/** Three digits that count. */
function number(value: number): string {
  if (Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(size >= 1 ? 2 : 3);
}
