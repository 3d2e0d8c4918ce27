/** One cell, run until the machine was quiet enough or patience ended. */
import { Bench, type BenchSettings, type Cell } from './bench.ts';
import { loadSince, markLoad } from './processes.ts';
import type { CellResult } from './results.ts';
import { say } from './say.ts';

const mostRepeats = 2;
/** Beyond these the figures say more of the other work than of us. */
const quietForeignCores = 0.25;
const quietStolenShare = 0.02;

/** What a run needs beside its settings. */
export interface CellRun {
  settings: BenchSettings;
  mayRepeat: boolean;
  isTrial: boolean;
  commit: string;
}

/** Runs a cell; a cell that cannot run says so in its notes and has no figures. */
export async function runCell(cell: Cell, run: CellRun): Promise<CellResult> {
  for (let repeats = 0; ; repeats += 1) {
    const mark = markLoad();
    const figures = await attempt(cell, run.settings);
    const load = loadSince(mark);
    const isQuiet = load.foreignCores <= quietForeignCores && load.stolenShare <= quietStolenShare;
    if (!isQuiet && run.mayRepeat && repeats < mostRepeats) {
      say(`  other work kept ${load.foreignCores.toFixed(2)} cores busy: once more`);
      continue;
    }
    const { model, rounds } = run.settings;
    return {
      ...figures,
      cell: cell.number,
      title: cell.title,
      model: model.name,
      modelId: model.id,
      rounds,
      takenAt: new Date().toISOString(),
      commit: run.commit,
      load,
      repeats,
      isQuiet,
      isTrial: run.isTrial,
    };
  }
}

async function attempt(
  cell: Cell,
  settings: BenchSettings,
): Promise<Pick<CellResult, 'series' | 'comparisons' | 'notes'>> {
  const bench = new Bench(settings);
  try {
    const figures = await cell.run(bench);
    // Who could not run left nothing to compare with; the notes say so.
    const comparisons = figures.comparisons.filter(
      ({ interval, values }) => values.length > 0 && Number.isFinite(interval.median),
    );
    return { ...figures, comparisons };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const short = why.split('\n').slice(0, 3).join(' ').slice(0, 400);
    return { series: [], comparisons: [], notes: [`This cell could not run: ${short}`] };
  } finally {
    await bench.close();
  }
}
