import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildCharsmap } from './charsmap.ts';
import type { NormalisationRule } from './e5-container.ts';

/**
 * What llama.cpp makes of the character at the beginning of `text`: its walk over the double array, written down
 * again. Undefined: it stays as it is. Throws where llama.cpp would.
 */
function lookedUp(charsmap: Buffer, text: string): string | undefined {
  const arrayBytes = charsmap.readUInt32LE(0);
  expect(arrayBytes % 1024).toBe(0);
  expect(4 + arrayBytes).toBeLessThan(charsmap.length);
  const unit = (index: number): number => {
    if (index >= arrayBytes / 4) throw new Error('out of the array');
    return charsmap.readUInt32LE(4 + index * 4);
  };
  const baseOf = (value: number): number => (value >>> 10) << ((value & 512) >>> 6);
  let node = baseOf(unit(0));
  let found: number | undefined;
  for (const byte of Buffer.from(text, 'utf8')) {
    node ^= byte;
    const value = unit(node);
    if ((value & 0x8000_00ff) >>> 0 !== byte) break;
    node ^= baseOf(value);
    if (((value >>> 8) & 1) === 1) found = unit(node) & 0x7fff_ffff;
  }
  if (found === undefined) return undefined;
  const strings = charsmap.subarray(4 + arrayBytes);
  const end = strings.indexOf(0, found);
  expect(end).toBeGreaterThanOrEqual(0);
  return strings.subarray(found, end).toString('utf8');
}

const rule = (from: string, to: string): NormalisationRule => ({
  codePoint: from.codePointAt(0) ?? 0,
  replacement: [...to].map((character) => character.codePointAt(0) ?? 0),
});

const scalar = fc
  .oneof(fc.integer({ min: 1, max: 0x2ff }), fc.integer({ min: 1, max: 0x10_ffff }))
  .filter((value) => value < 0xd800 || value > 0xdfff);

describe('the table of replacements', () => {
  it('gives each character its own replacement, and leaves the others alone', () => {
    const charsmap = buildCharsmap([rule('Ａ', 'A'), rule('ﬁ', 'fi'), rule('💩', 'poo')]);
    expect(lookedUp(charsmap, 'Ａ')).toBe('A');
    expect(lookedUp(charsmap, 'ﬁ')).toBe('fi');
    expect(lookedUp(charsmap, '💩')).toBe('poo');
    expect(lookedUp(charsmap, 'Ｂ')).toBeUndefined();
    expect(lookedUp(charsmap, 'A')).toBeUndefined();
  });
  it('can replace by nothing', () => {
    expect(lookedUp(buildCharsmap([rule('­', '')]), '­')).toBe('');
  });
  it('is well formed without a single rule', () => {
    expect(lookedUp(buildCharsmap([]), 'a')).toBeUndefined();
  });
  it('holds for any rules, and for characters beside them', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.record({ codePoint: scalar, replacement: fc.array(scalar, { maxLength: 4 }) }),
          { selector: ({ codePoint }) => codePoint, maxLength: 200 },
        ),
        fc.array(scalar, { maxLength: 50 }),
        (rules, others) => {
          const charsmap = buildCharsmap(rules);
          const wanted = new Map(
            rules.map(({ codePoint, replacement }) => [
              codePoint,
              String.fromCodePoint(...replacement),
            ]),
          );
          for (const codePoint of [...wanted.keys(), ...others]) {
            expect(lookedUp(charsmap, String.fromCodePoint(codePoint))).toBe(wanted.get(codePoint));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
  it('holds for as many rules as a real vocabulary has', () => {
    const rules = Array.from({ length: 6000 }, (_, index) =>
      rule(String.fromCodePoint(0xa0 + index * 3), String.fromCodePoint(0x41 + (index % 26))),
    );
    const charsmap = buildCharsmap(rules);
    for (const { codePoint, replacement } of rules) {
      expect(lookedUp(charsmap, String.fromCodePoint(codePoint))).toBe(
        String.fromCodePoint(...replacement),
      );
      expect(lookedUp(charsmap, String.fromCodePoint(codePoint + 1))).toBeUndefined();
    }
  });
});
