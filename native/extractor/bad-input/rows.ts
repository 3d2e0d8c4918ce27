import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
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
export const badRows: Readonly<Record<number, readonly BadInput[]>> = {
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
/** All of them: number of the row, name, shape. */
export const badShapes = Object.entries(badRows).flatMap(([row, inputs]) =>
  inputs.map((input) => [row, input.name, input] as const),
);
