import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchModel, models } from './models.ts';

/** What the person asked for. */
export interface Options {
  model: BenchModel;
  /** A file to use in place of the one that is fetched or made; null: fetch or make it. */
  modelFile: string | null;
  /** Null: all that the profile has. */
  cells: number[] | null;
  isQuick: boolean;
  /** Small prompts, to try the harness. */
  isTrial: boolean;
  rounds: number;
  threads: number;
  /** A cell that ran beside other work is run again, at most twice. */
  mayRepeat: boolean;
  /** The Node bindings take part. */
  hasBindings: boolean;
  /** Where results are kept. */
  work: string;
  /** Only write the table from the results that are kept. */
  isReportOnly: boolean;
  /** Only fetch the models. */
  isFetchOnly: boolean;
}

const usage = `npm run bench -- [options]
  --model ID          ${models.map(({ id }) => id).join(', ')} (default smollm2)
  --model-file FILE   use this file for it
  --cells 1,3,9       only these cells
  --quick             the deciding cells only, without the Node bindings
  --rounds 5          rounds of each cell
  --threads N         compute threads of every contestant (default 2, or the cores there are)
  --no-repeat         take figures even while the machine does other work
  --no-bindings       leave out node-llama-cpp and llama.node: faster with large models
  --trial             short prompts, to try the benchmark itself; its figures say nothing
  --work FOLDER       where results are kept
  --report            only write docs/benchmarks.md from the results that are kept
  --fetch             only fetch the model`;

/**
 * Reads the command line.
 * @param cache folder between clones
 * @throws Error with the usage
 */
export function readOptions(args: readonly string[], cache: string, cwd: string): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string', default: 'smollm2' },
      'model-file': { type: 'string' },
      cells: { type: 'string' },
      quick: { type: 'boolean', default: false },
      trial: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      threads: { type: 'string', default: String(Math.min(2, cpus().length)) },
      'no-bindings': { type: 'boolean', default: false },
      'no-repeat': { type: 'boolean', default: false },
      work: { type: 'string', default: join(cache, 'bench-results') },
      report: { type: 'boolean', default: false },
      fetch: { type: 'boolean', default: false },
    },
  });
  const model = models.find(({ id }) => id === values.model);
  if (!model) throw new Error(`there is no model ${values.model}\n${usage}`);
  const cells = values.cells?.split(',').map((text) => positive(text, '--cells')) ?? null;
  return {
    model,
    modelFile: values['model-file'] ? resolve(cwd, values['model-file']) : null,
    cells,
    isQuick: values.quick,
    isTrial: values.trial,
    rounds: positive(values.rounds, '--rounds'),
    threads: positive(values.threads, '--threads'),
    mayRepeat: !values['no-repeat'],
    hasBindings: !values['no-bindings'] && !values.quick,
    work: resolve(cwd, values.work),
    isReportOnly: values.report,
    isFetchOnly: values.fetch,
  };
}

function positive(text: string, name: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new Error(`${name} takes whole numbers from 1 on, not ${text}\n${usage}`);
  }
  return number;
}
