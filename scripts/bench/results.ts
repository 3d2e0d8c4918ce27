/** What a cell found, kept as JSON so that a later run can complete the table. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Load } from './processes.ts';
import { bootstrapMedian, type Interval } from './statistics.ts';

/** One contestant's figures of one measure, one a round. */
export interface Series {
  contestant: string;
  measure: string;
  unit: 'ms' | 'tokens/s' | 'MB' | 'tokens' | '';
  values: number[];
}

/** What a ratio or a figure should be. */
export interface Target {
  limit: number;
  sense: 'at most' | 'at least';
}

/** Something held against a target, or only compared. */
export interface Comparison {
  what: string;
  unit: Series['unit'];
  values: number[];
  interval: Interval;
  target: Target | null;
}

/** What one cell says of one model. */
export interface CellFigures {
  series: Series[];
  comparisons: Comparison[];
  /** What a reader must know: who could not run and why, what was done differently. */
  notes: string[];
}

/** Figures with the circumstances under which they were taken. */
export interface CellResult extends CellFigures {
  cell: number;
  title: string;
  model: string;
  modelId: string;
  rounds: number;
  takenAt: string;
  commit: string;
  load: Load;
  /** Times it was run again because the machine was busy. */
  repeats: number;
  isQuiet: boolean;
  /** The harness was only tried: the figures say nothing. */
  isTrial: boolean;
}

/** @param values one a round */
export function compare(
  what: string,
  values: number[],
  target: Target | null = null,
  unit: Series['unit'] = '',
): Comparison {
  return { what, unit, values, interval: bootstrapMedian(values), target };
}

/** Round by round, `ours` over `theirs`. */
export function ratios(ours: readonly number[], theirs: readonly number[]): number[] {
  const rounds = Math.min(ours.length, theirs.length);
  return Array.from({ length: rounds }, (_, round) => {
    return (ours[round] ?? Number.NaN) / (theirs[round] ?? Number.NaN);
  });
}

/** `met` and `missed` go by the median; `uncertain` where the interval holds the limit too. */
export function verdict({ interval, target }: Comparison): 'met' | 'missed' | 'uncertain' | null {
  if (!target || Number.isNaN(interval.median)) return null;
  const { limit, sense } = target;
  const isWithin = (value: number): boolean =>
    sense === 'at most' ? value <= limit : value >= limit;
  if (isWithin(interval.low) !== isWithin(interval.high)) return 'uncertain';
  return isWithin(interval.median) ? 'met' : 'missed';
}

/** Keeps one result in place of an older one of the same cell and model. */
export function keepResult(folder: string, result: CellResult): void {
  mkdirSync(folder, { recursive: true });
  const name = `${result.modelId}-${String(result.cell).padStart(2, '0')}.json`;
  writeFileSync(join(folder, name), `${JSON.stringify(result, null, 1)}\n`);
}

/** All results that are kept, by model, then by cell. */
export function readResults(folder: string): CellResult[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as CellResult);
}
