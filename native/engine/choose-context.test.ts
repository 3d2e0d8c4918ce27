import { describe, expect, test } from 'vitest';
import { AppError } from '../../contract/errors/app-error.ts';
import { chooseContext, reserveBytes, wantedContext } from './choose-context.ts';

const gib = 2 ** 30;

describe('the wanted context', () => {
  test.each([
    { trained: 131_072, asked: undefined, wanted: 8192, why: 'the usual' },
    { trained: 2048, asked: undefined, wanted: 2048, why: 'no more than trained' },
    { trained: 131_072, asked: 32_768, wanted: 32_768, why: 'what was asked for' },
    { trained: 4096, asked: 32_768, wanted: 4096, why: 'asked for more than trained' },
    { trained: 131_072, asked: 600, wanted: 600, why: 'asked for little' },
    { trained: 256, asked: undefined, wanted: 512, why: 'never less than 512' },
    { trained: null, asked: undefined, wanted: 8192, why: 'the file does not say' },
    { trained: null, asked: 16_384, wanted: 16_384, why: 'asked, and the file does not say' },
  ])('$why: trained $trained, asked $asked → $wanted', ({ trained, asked, wanted }) => {
    expect(wantedContext({ trainedContextTokens: trained, askedContextTokens: asked })).toBe(
      wanted,
    );
  });
});

describe('the chosen context', () => {
  // 1 GiB fixed and 128 KiB a token: an 8-billion-parameter model's attention state.
  const at = (contextTokens: number) => ({
    contextTokens,
    totalBytes: gib + contextTokens * 131_072,
  });

  test.each([
    { available: 4 * gib, wanted: 8192, chosen: 8192 },
    { available: at(8192).totalBytes, wanted: 8192, chosen: 8192 },
    { available: at(8192).totalBytes - 1, wanted: 8192, chosen: 7936 },
    { available: at(4096).totalBytes, wanted: 8192, chosen: 4096 },
    { available: at(4095).totalBytes, wanted: 8192, chosen: 3840 },
    { available: at(512).totalBytes, wanted: 8192, chosen: 512 },
    { available: at(700).totalBytes, wanted: 8192, chosen: 512 },
    { available: at(700).totalBytes, wanted: 700, chosen: 700 },
    { available: at(600).totalBytes, wanted: 700, chosen: 512 },
    { available: at(512).totalBytes, wanted: 512, chosen: 512 },
  ])('$available bytes for $wanted tokens → $chosen', ({ available, wanted, chosen }) => {
    const choice = chooseContext({
      least: at(512),
      wanted: at(wanted),
      availableBytes: available,
    });
    expect(choice).toEqual({ contextTokens: chosen, wantedContextTokens: wanted });
    expect(at(choice.contextTokens).totalBytes).toBeLessThanOrEqual(available);
  });

  test.each([at(512).totalBytes - 1, 0, -gib])(
    '%d bytes are not enough for 512 tokens: model.out-of-memory says what is needed and there',
    (availableBytes) => {
      const choose = () => chooseContext({ least: at(512), wanted: at(8192), availableBytes });
      expect(choose).toThrow(
        new AppError('model.out-of-memory', {
          neededBytes: at(512).totalBytes,
          availableBytes: Math.max(0, availableBytes),
        }),
      );
    },
  );

  test('a model whose state does not grow takes the wanted context or none', () => {
    const flat = (contextTokens: number) => ({ contextTokens, totalBytes: gib });
    const sizes = { least: flat(512), wanted: flat(8192) };
    expect(chooseContext({ ...sizes, availableBytes: gib }).contextTokens).toBe(8192);
    expect(() => chooseContext({ ...sizes, availableBytes: gib - 1 })).toThrow(AppError);
  });
});

test('a twentieth of the memory is left to others, between 256 MiB and 1 GiB', () => {
  expect([2, 8, 64].map((gibibytes) => reserveBytes(gibibytes * gib))).toEqual([
    gib / 4,
    (8 * gib) / 20,
    gib,
  ]);
});
