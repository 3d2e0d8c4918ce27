import { expect, test } from 'vitest';
import { estimateTokens } from './token-estimate.ts';

/** Counted by llama.cpp with the vocabulary of multilingual-e5-small, without its two marks. */
const counted: readonly (readonly [tokens: number, text: string])[] = [
  [
    31,
    'The committee met on 3 March 2026 to discuss the budget, and it agreed that repairs to the old bridge could not wait until the summer.',
  ],
  [
    32,
    'Photosynthesis converts carbon dioxide and water into glucose; the light-dependent reactions take place in the thylakoid membranes.',
  ],
  [23, '委員會於三月三日開會討論預算，一致認為舊橋的修復工程不能等到夏天。'],
  [16, '他说：“这份合同自签字之日起生效，有效期为三年。”'],
  [11, '吾輩は猫である。名前はまだ無い。'],
  [11, '나는 고양이로소이다. 이름은 아직 없다.'],
  [18, 'Быстрая коричневая лиса прыгает через ленивую собаку.'],
  [20, 'L’été dernier, nous avons mangé des crêpes à côté de l’église.'],
  [21, '😀😁🤣👩‍👩‍👧🏳️‍🌈👍🏽🇹🇼❤️🔥✨🎉'],
  [35, '| Item | Price |\n| --- | --- |\n| Bread | 3.50 |\n| Milk | 1.20 |'],
  [21, 'export function add(left: number, right: number): number {\n  return left + right;\n}'],
  [19, 'Call (02) 2345-6789 or write to office@example.org before 17:30.'],
  [16, 'THE TENANT SHALL PAY THE RENT IN ADVANCE.'],
];

test.each(counted)(
  'says no less than the %i tokens that the model counts in %j',
  (tokens, text) => {
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(tokens);
  },
);

test('says little more for what is written most', () => {
  const [english, , traditional, simplified] = counted;
  for (const [tokens, text] of [english, traditional, simplified].filter(
    (one) => one !== undefined,
  )) {
    expect(estimateTokens(text)).toBeLessThan(tokens * 1.7);
  }
});

test('a text costs no more than two tokens a unit, and nothing where it is blank', () => {
  for (const [, text] of counted) expect(estimateTokens(text)).toBeLessThan(text.length * 2);
  expect(estimateTokens(' \n\t\u00a0\u3000')).toBe(0);
});
