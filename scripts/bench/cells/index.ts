import type { Cell } from '../bench.ts';
import { aheadCells } from './ahead.ts';
import { appCells } from './app.ts';
import { keepingCells } from './keeping.ts';
import { processCells } from './process.ts';
import { reopenCells } from './reopen.ts';
import { speedCells } from './speed.ts';
import { turnCells } from './turns.ts';

/** All cells by their numbers. */
export const cells: readonly Cell[] = [
  ...speedCells,
  ...appCells,
  ...turnCells,
  ...reopenCells,
  ...keepingCells,
  ...aheadCells,
  ...processCells,
].toSorted((left, right) => left.number - right.number);
