import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { AppError } from '../../../contract/errors/app-error.ts';
import { extractorContract } from '../../../contract/extractor-contract.ts';
import { identify, textReaders } from '../formats/index.ts';
import { memoryFile, type Reading, readFile } from '../testing/memory-file.ts';
import { bombs, brokenArchives } from './archives.ts';
import type { BadInput } from './bad-input.ts';
import { brokenBooks } from './books.ts';
import { brokenDocuments } from './documents.ts';
import { attacks, drawings, mutations, oddPages } from './pages.ts';
import { polyglots, spoilt } from './polyglots.ts';
import { badUtf8, deepMarkdown, naughtyStrings } from './texts.ts';
import { officeTraps } from './traps.ts';

const mammoth = join(
  dirname(createRequire(import.meta.url).resolve('mammoth/package.json')),
  'test/test-data',
);
const otherData = readdirSync(mammoth).filter((name) => name.endsWith('.docx'));

/** Rows of the table of bad input, by their number in it. */
const rows: Readonly<Record<number, readonly BadInput[]>> = {
  3: brokenDocuments,
  4: otherData.flatMap((name) => spoilt(name, readFileSync(join(mammoth, name)))),
  5: brokenBooks,
  6: brokenArchives,
  7: bombs,
  12: drawings,
  13: mutations,
  14: oddPages,
  15: attacks,
  17: deepMarkdown,
  18: naughtyStrings,
  19: badUtf8,
  33: officeTraps,
  34: polyglots,
};
const shapes = Object.entries(rows).flatMap(([row, inputs]) =>
  inputs.map((input) => [row, input.name, input] as const),
);

/** The longest that one may take. */
const limitMs = 30_000;

async function endingOf(input: BadInput): Promise<Reading | AppError | string> {
  const file = memoryFile(input.make(), input.file);
  try {
    const format = await identify(file);
    return textReaders[format] === undefined ? format : await readFile(file);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

it.each(shapes)(
  'row %s: %s',
  async (_row, _name, input) => {
    const ending = await endingOf(input);
    if (typeof ending === 'string') {
      expect(ending).toBe(input.format);
      return;
    }
    if (ending instanceof AppError) {
      expect(extractorContract.file.extract.errors).toContain(ending.code);
      if (input.code === undefined) expect(input.format).toBeUndefined();
      else expect(ending.code).toBe(input.code);
      if (input.detail !== undefined) expect(ending.data).toMatchObject({ detail: input.detail });
      return;
    }
    expect(input.code).toBeUndefined();
    if (input.format !== undefined) expect(ending.format).toBe(input.format);
    expect(ending.text).toContain(input.holds ?? '');
    if (input.lacks !== undefined) expect(ending.text).not.toContain(input.lacks);
    expect(ending.text.isWellFormed()).toBe(true);
  },
  limitMs,
);

it('every row has ten shapes of different names or more', () => {
  for (const inputs of Object.values(rows)) {
    const names = new Set(inputs.map(({ name }) => name));
    expect(names.size).toBe(inputs.length);
    expect(names.size).toBeGreaterThanOrEqual(10);
  }
});
