import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median } from '../statistics.ts';
import { madeFile } from './made-files.ts';
import { type MeasuredFormat, measuredFormats, type ReaderName } from './readers.ts';

const child = join(import.meta.dirname, 'reading-child.ts');

/** How fast one reader reads one format. */
export interface ReadingSpeed {
  format: MeasuredFormat;
  reader: ReaderName;
  pagesPerSecond: number;
  /** What it gave: two readers that give much more or less text do not do the same work. */
  chars: number;
  residentMegabytes: number;
}

/**
 * Reads the same made-up files with every reader, each in a process of its own on one core, `rounds` times after
 * a first one that warms up. A reader that fails is left out and told of.
 */
export async function measureReading(options: {
  packages: string;
  pages: number;
  rounds: number;
  tell: (line: string) => void;
}): Promise<ReadingSpeed[]> {
  const { packages, pages, rounds, tell } = options;
  const folder = mkdtempSync(join(tmpdir(), 'parley-reading-'));
  const results: ReadingSpeed[] = [];
  try {
    for (const format of Object.keys(measuredFormats) as MeasuredFormat[]) {
      const file = join(folder, `made.${format}`);
      writeFileSync(file, madeFile(format, pages));
      for (const reader of measuredFormats[format]) {
        const args = [child, reader, format, file, packages, String(rounds)];
        try {
          const { stdout } = await promisify(execFile)(process.execPath, args, {
            ...{ maxBuffer: 1 << 26, timeout: 120_000 },
          });
          const said = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Said;
          results.push({
            ...{ format, reader, chars: said.chars },
            pagesPerSecond: (pages / median(said.times)) * 1000,
            residentMegabytes: Math.round(said.rss / 1e6),
          });
        } catch (error) {
          tell(`  ${reader} could not read ${format}: ${String(error).slice(0, 300)}`);
        }
      }
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Said {
  times: number[];
  chars: number;
  rss: number;
}
