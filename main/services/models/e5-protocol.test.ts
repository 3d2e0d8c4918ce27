import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asRead, cutTowards, surelyFits } from './e5-protocol.ts';

describe('a text for the embedding model', () => {
  it('says what it is, in one form and without white space around it', () => {
    expect(asRead('query', '  預算是多少？\n')).toBe('query: 預算是多少?');
    expect(asRead('passage', 'ＡＢＣ ﬁre')).toBe('passage: ABC fire');
    expect(asRead('query', ' ')).toBe('query: ');
  });
  it('is counted unless it is surely short enough', () => {
    expect(surelyFits('x'.repeat(100), 512)).toBe(true);
    expect(surelyFits('x'.repeat(300), 512)).toBe(false);
  });
  it('is cut to a true beginning of it that grows shorter every time and holds whole characters', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 1, max: 600 }),
        (text, textTokens, limit) => {
          const cut = cutTowards(text, Math.max(textTokens, limit + 1), limit);
          expect(text.startsWith(cut)).toBe(true);
          expect(cut.length).toBeLessThan(text.length);
          expect(cut).toBe(cut.toWellFormed());
        },
      ),
    );
  });
  it('is cut near the limit, not far below it', () => {
    expect(cutTowards('word '.repeat(1000), 1000, 512).length).toBeGreaterThan(2000);
  });
});
