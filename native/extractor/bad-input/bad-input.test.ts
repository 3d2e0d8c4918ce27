import { expect, it } from 'vitest';
import { AppError } from '../../../contract/errors/app-error.ts';
import { extractorContract } from '../../../contract/extractor-contract.ts';
import { identify, textReaders } from '../formats/index.ts';
import { memoryFile, type Reading, readFile } from '../testing/memory-file.ts';
import type { BadInput } from './bad-input.ts';
import { badRows, badShapes } from './rows.ts';

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

it.each(badShapes)(
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
  for (const inputs of Object.values(badRows)) {
    const names = new Set(inputs.map(({ name }) => name));
    expect(names.size).toBe(inputs.length);
    expect(names.size).toBeGreaterThanOrEqual(10);
  }
});
