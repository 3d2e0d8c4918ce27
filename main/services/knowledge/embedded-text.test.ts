import { expect, test } from 'vitest';
import type { PassageToEmbed } from '../passages/index.ts';
import { mostEmbeddedTokens, piecesToEmbed } from './embedded-text.ts';

function passage(text: string, special: Partial<PassageToEmbed> = {}): PassageToEmbed {
  return { row: 1, documentId: 'd', headingPath: [], tableHeader: null, text, ...special };
}
/** A model to which every UTF-16 unit is a token. */
const unitsAsTokens = async (texts: readonly string[]) =>
  Uint32Array.from(texts, (text) => text.length);

test('a passage that fits is embedded as one, behind its headings and its table header', async () => {
  const one = passage('| Bread | 3 |', {
    headingPath: ['Shop', 'Prices'],
    tableHeader: '| Item | Price |',
  });
  expect(await piecesToEmbed([one], unitsAsTokens)).toEqual([
    { passage: one, text: 'Shop › Prices\n| Item | Price |\n| Bread | 3 |' },
  ]);
});

test.each([
  ['words', 'heron '.repeat(400)],
  ['no blank', 'x'.repeat(3001)],
  ['emoji', '😀'.repeat(1201)],
])(
  'a passage of %s that is too long is embedded in pieces, and no character is left out',
  async (_what, text) => {
    const path = 'Birds\n';
    const pieces = await piecesToEmbed([passage(text, { headingPath: ['Birds'] })], unitsAsTokens);
    expect(pieces.length).toBeGreaterThan(3);
    for (const piece of pieces) {
      expect(piece.text.length).toBeLessThanOrEqual(mostEmbeddedTokens);
      expect(piece.text.startsWith(path)).toBe(true);
      expect(piece.text.isWellFormed()).toBe(true);
    }
    const own = pieces.map((piece) => piece.text.slice(path.length));
    expect(own.reduce((sum, piece) => sum + piece.length, 0)).toBe(text.length);
    for (const piece of own) expect(text).toContain(piece);
  },
);

test('ends where what stands in front alone is too long', async () => {
  const pieces = await piecesToEmbed(
    [passage('abcdefgh', { headingPath: ['y'.repeat(600)] })],
    unitsAsTokens,
  );
  expect(pieces.map(({ text }) => text.length - 601).reduce((sum, own) => sum + own)).toBe(8);
});
