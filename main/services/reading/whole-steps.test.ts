import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Usage } from '../../../contract/chat/message.ts';
import {
  documentId,
  type NumberedPassage,
  passageId,
} from '../../../contract/documents/documents.ts';
import { measuredSpeed, wholeMs } from './measured-speed.ts';
import { newItems, stretches, wholeSizes } from './whole-steps.ts';

const passage = (number: number, text: string): NumberedPassage => ({
  ...{
    id: passageId.parse(`p-${number}`),
    documentId: documentId.parse('d'),
    documentName: 'd.txt',
  },
  ...{ start: 0, end: text.length, headingPath: [], page: null, part: null, boxes: [] },
  ...{ isHidden: false, number, text },
});

test('stretches keep everything in order, and only one that is too long alone is over the limit', () => {
  void fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 900 })),
      fc.integer({ min: 1, max: 2000 }),
      (sizes, limit) => {
        const all = stretches(sizes, (size) => size, limit);
        expect(all.flat()).toEqual(sizes);
        for (const stretch of all) {
          const sum = stretch.reduce((total, size) => total + size, 0);
          if (stretch.length > 1) expect(sum).toBeLessThanOrEqual(limit);
        }
      },
    ),
  );
});

test('a step and what stands beside it fit into any context that is loaded', () => {
  for (const contextTokens of [512, 2048, 8192, 131_072]) {
    const { stepTokens, summaryTokens, listTokens, joinTokens } = wholeSizes(contextTokens);
    expect(stepTokens + listTokens).toBeLessThanOrEqual(contextTokens * 0.75);
    expect(joinTokens + summaryTokens).toBeLessThanOrEqual(contextTokens * 0.75);
  }
});

test('an item that names a passage it does not stand in gets another, or none', () => {
  const passages = [passage(4, 'On 3 May 2026.'), passage(5, 'On 4 June 2026.')];
  const lines = '[1] 4 June 2026\n- 3 May 2026 [5]\n- the fourth of June [5]\n- never [9]';
  expect(newItems(lines, new Set(), passages)).toEqual([
    '4 June 2026 [5]',
    '- 3 May 2026 [4]',
    '- the fourth of June [5]',
    '- never',
  ]);
});

test('an item counts once, whatever its bullet, citation, case and spaces', () => {
  const known = new Set<string>();
  const read = [1, 2, 4].map((number) => passage(number, ''));
  expect(
    newItems('- 3 May 2026 [1]\n\n* 3  may 2026. [4]\n- 4 May 2026 [1]\n-\n—\n', known, read),
  ).toEqual(['- 3 May 2026 [1]', '- 4 May 2026 [1]']);
  expect(newItems('・五月三日［2］\n4 May 2026', known, read)).toEqual(['・五月三日［2］']);
});

test('an item that names no passage gets the first that it stands in, and no other', () => {
  const passages = [
    passage(4, 'On 3 May\n2026 we met.'),
    passage(5, 'On 3 May 2026 and 4 June 2026.'),
  ];
  expect(
    newItems('- 3 May 2026\n- 4 June 2026.\n- 5 July 2026\n- we\n- 3 may [5]', new Set(), passages),
  ).toEqual(['- 3 May 2026 [4]', '- 4 June 2026. [5]', '- 5 July 2026', '- we', '- 3 may [5]']);
});

const usage = (computedTokens: number, answerTokens: number): Usage => ({
  ...{ promptTokens: computedTokens, reusedTokens: 0, restoredTokens: 0, computedTokens },
  ...{ answerTokens, firstTokenMs: 1, promptMs: computedTokens * 2, answerMs: answerTokens * 5 },
});

test('speed is known once enough was read and written', () => {
  expect(measuredSpeed([])).toBeNull();
  expect(measuredSpeed([usage(1000, 10)])).toBeNull();
  expect(measuredSpeed([usage(10, 1000)])).toBeNull();
  expect(measuredSpeed([usage(100, 40), usage(300, 40)])).toEqual({
    readMsPerToken: 2,
    writeMsPerToken: 5,
  });
});

test('what a task takes grows with its text and its steps', () => {
  const speed = { readMsPerToken: 2, writeMsPerToken: 5 };
  const task = { tokens: 1000, steps: 2, kind: 'summary', contextTokens: 2048 } as const;
  expect(wholeMs(speed, task)).toBe(2000 + 256 * 5);
  expect(wholeMs(speed, { ...task, kind: 'list' })).toBe(2000 + 512 * 5);
});
