import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { report } from './report.ts';
import { type CellResult, compare, keepResult, ratios, readResults, verdict } from './results.ts';

const atMost = (limit: number): { limit: number; sense: 'at most' } => ({
  limit,
  sense: 'at most',
});

describe('a target', () => {
  it('is met where the whole interval lies within', () => {
    expect(verdict(compare('a', [0.8, 0.9, 0.85], atMost(1)))).toBe('met');
    expect(verdict(compare('a', [1.1, 1.2], { limit: 1, sense: 'at least' }))).toBe('met');
  });

  it('is missed where the whole interval lies without', () => {
    expect(verdict(compare('a', [1.1, 1.2, 1.3], atMost(1)))).toBe('missed');
  });

  it('is uncertain where the interval holds it', () => {
    expect(verdict(compare('a', [0.9, 1.2, 0.8, 1.1], atMost(1)))).toBe('uncertain');
  });

  it('that is not there is neither', () => {
    expect(verdict(compare('a', [1]))).toBeNull();
  });
});

it('ratios are taken round by round, as far as both have rounds', () => {
  expect(ratios([2, 9, 4], [1, 3])).toEqual([2, 3]);
});

const result = (changes: Partial<CellResult> = {}): CellResult => ({
  cell: 9,
  title: 'A chat opened again',
  model: 'A model',
  modelId: 'a-model',
  rounds: 3,
  takenAt: '2026-11-24T18:00:00.000Z',
  commit: 'abc1234',
  load: { foreignCores: 0.5, stolenShare: 0.01, averages: [0.1, 0.2] },
  repeats: 0,
  isQuiet: true,
  isTrial: false,
  series: [{ contestant: 'Parley', measure: 'first token', unit: 'ms', values: [10, 30, 20] }],
  comparisons: [compare('restore ÷ computing', [0.01, 0.02, 0.015], atMost(0.02))],
  notes: ['somebody could not run: a reason'],
  ...changes,
});

describe('results', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-results-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are kept, one for each cell and model, the newer in place of the older', () => {
    keepResult(folder, result({ cell: 10 }));
    keepResult(folder, result());
    keepResult(folder, result({ title: 'newer' }));
    expect(readResults(folder).map(({ cell, title }) => [cell, title])).toEqual([
      [9, 'newer'],
      [10, 'A chat opened again'],
    ]);
  });

  it('are none where nothing was run', () => {
    expect(readResults(join(folder, 'absent'))).toEqual([]);
  });
});

describe('the page', () => {
  const machine = {
    processor: 'A processor',
    cores: 2,
    memoryGigabytes: 8,
    system: 'A system',
    compiler: 'A compiler',
    node: 'v24',
    engine: 'CPU',
  };
  const page = (results: CellResult[]): string => report(results, machine, '2026-11-24');

  it('shows the median, its interval and the target', () => {
    expect(page([result()])).toContain(
      '| restore ÷ computing | 0.015 (0.010 to 0.020) | ≤ 0.02 | met |',
    );
    expect(page([result()])).toContain('| Parley | first token | 20.0 ms |');
  });

  it('tells what was missed before anything else', () => {
    const lost = compare('restore ÷ computing', [3, 4, 5], atMost(0.02));
    const text = page([result({ comparisons: [lost] })]);
    expect(text).toContain(
      '- 9, A model: restore ÷ computing: 4.00 (3.00 to 5.00), wanted ≤ 0.02 (missed).',
    );
    expect(text.indexOf('missed')).toBeLessThan(text.indexOf('## A model'));
  });

  it('says who could not run, and what ran beside other work', () => {
    const text = page([result({ isQuiet: false })]);
    expect(text).toContain('somebody could not run: a reason');
    expect(text).toContain('| 9 † |');
  });

  it('warns of figures from a trial', () => {
    expect(page([result()])).not.toContain('trial with short prompts: they');
    expect(page([result({ isTrial: true })])).toContain('trial with short prompts: they');
  });
});
