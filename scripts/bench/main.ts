// `npm run bench`: measures Parley beside others and writes docs/benchmarks.md. See --help in options.ts.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheDir } from '../setup/platform.mjs';
import type { BenchSettings, Cell } from './bench.ts';
import { cells } from './cells/index.ts';
import { Parley } from './contestants/parley.ts';
import { chapterIn, withChapter } from './documents/chapter.ts';
import { installPackages } from './install-packages.ts';
import { describeMachine, type Machine, pinToCores } from './machine.ts';
import { requireModel } from './models.ts';
import { type Options, readOptions } from './options.ts';
import { report } from './report.ts';
import { type CellResult, keepResult, readResults, verdict } from './results.ts';
import { runCell } from './run-cell.ts';
import { say } from './say.ts';
import { fullSizes, smallSizes } from './sizes.ts';
import { type BenchTools, requireTools } from './tools.ts';

const root = resolve(import.meta.dirname, '../..');
const page = join(root, 'docs', 'benchmarks.md');

async function packagesOrNull(cache: string): Promise<string | null> {
  try {
    return await installPackages(cache);
  } catch (error) {
    say(`  The other bindings could not be installed and are left out: ${error}`);
    return null;
  }
}

/** The cells that were asked for and that fit the model. */
function chosenCells({ cells: numbers, isQuick, model }: Options): Cell[] {
  return cells.filter((cell) => {
    if (numbers ? !numbers.includes(cell.number) : isQuick && !cell.isDeciding) return false;
    if (cell.needsRealWeights && model.hasRandomWeights) return false;
    if (cell.modelIds && !cell.modelIds.includes(model.id)) return false;
    return cell.stateKinds?.includes(model.stateKind) ?? true;
  });
}

async function engineOf(modelFile: string, threads: number): Promise<string> {
  const place = { model: modelFile, threads, contextTokens: 512, folder: '' };
  const parley = new Parley(place, { ramBytes: 0, diskBytes: 0 });
  await parley.open();
  try {
    const { systemInfo } = await parley.child.call<{ systemInfo: string }>('describe');
    return systemInfo;
  } finally {
    await parley.stop();
  }
}

function commitOf(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
  return `${git('rev-parse', '--short', 'HEAD')}${isChanged ? ' with changes' : ''}`;
}

function tell({ comparisons, notes }: CellResult): void {
  for (const comparison of comparisons) {
    const { what, interval, unit } = comparison;
    const [middle, low, high] = [interval.median, interval.low, interval.high].map((value) =>
      value.toFixed(3),
    );
    say(`  ${what}: ${middle} ${unit} (${low} to ${high}) ${verdict(comparison) ?? ''}`);
  }
  for (const note of notes) say(`  ${note}`);
}

function writePage(work: string): void {
  const results = readResults(work);
  if (results.length === 0) return;
  const machine = JSON.parse(readFileSync(join(work, 'machine.txt'), 'utf8')) as Machine;
  const dates = results.map(({ takenAt }) => takenAt.slice(0, 10)).sort();
  // The chapter about documents is written by a command of its own, and stays.
  const chapter = existsSync(page) ? chapterIn(readFileSync(page, 'utf8')) : '';
  writeFileSync(page, withChapter(report(results, machine, dates.at(-1) ?? ''), chapter));
  say(`Written: ${page}`);
}

async function measure(
  options: Options,
  tools: BenchTools,
  settings: BenchSettings,
): Promise<void> {
  const { work, threads, mayRepeat, isTrial } = options;
  pinToCores(threads);
  mkdirSync(work, { recursive: true });
  const machine = describeMachine(tools.compiler, await engineOf(settings.modelFile, threads));
  writeFileSync(join(work, 'machine.txt'), JSON.stringify(machine));
  const run = { settings, mayRepeat, isTrial, commit: commitOf() };
  for (const cell of chosenCells(options)) {
    const startMs = performance.now();
    say(`${cell.number}. ${cell.title}, ${options.model.name}`);
    const result = await runCell(cell, run);
    keepResult(work, result);
    tell(result);
    say(`  ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
  }
}

// What contestants left behind goes with us, however we end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(130));
}
const cache = cacheDir();
const options = readOptions(process.argv.slice(2), cache, process.env['INIT_CWD'] ?? process.cwd());
if (!options.isReportOnly) {
  const addonDir = process.env['PARLEY_ADDON_BUILD'] ?? '';
  const tools = await requireTools(root, { cache, addonDir });
  const { model } = options;
  const modelFile = options.modelFile ?? (await requireModel(model, join(cache, 'bench-models')));
  if (!options.isFetchOnly) {
    const { threads, rounds } = options;
    const packages = options.hasBindings ? await packagesOrNull(cache) : null;
    const sizes = options.isTrial ? smallSizes : fullSizes;
    await measure(options, tools, {
      model,
      modelFile,
      tools,
      packages,
      sizes,
      threads,
      rounds,
    });
  }
}
if (!options.isFetchOnly) writePage(options.work);
