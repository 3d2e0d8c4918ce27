/** What a UTF-16 unit is to the estimate. */
const kind = { blank: 0, lower: 1, upper: 2, digit: 3, wide: 4, other: 5 } as const;

function kindTable(): Uint8Array {
  const table = new Uint8Array(65_536).fill(kind.other);
  const set = (from: number, to: number, value: number) => table.fill(value, from, to + 1);
  set(0, 0x20, kind.blank);
  set(0x30, 0x39, kind.digit);
  set(0x41, 0x5a, kind.upper);
  set(0x61, 0x7a, kind.lower);
  set(0xa0, 0xa0, kind.blank);
  // CJK marks, kana, Han, hangul, full-width forms.
  set(0x3001, 0x9fff, kind.wide);
  set(0x3000, 0x3000, kind.blank);
  set(0xac00, 0xd7a3, kind.wide);
  set(0xf900, 0xfaff, kind.wide);
  set(0xff01, 0xff9f, kind.wide);
  return table;
}

const kinds = kindTable();

/** Costs in eighths of a token, so that sums stay whole numbers. */
const eighths = 8;
/** The first letter of a word opens a token; those after it share tokens of about four letters. */
const laterLetter = 2;
const laterCapital = 4;
const laterDigit = 5;

/**
 * About how many tokens a text is to the embedding model, without its vocabulary: rather too many than too
 * few, so that a passage of that size fits. English prose comes out about a quarter too high, Chinese about
 * a third. Linear in the text and quick: a passage takes some microseconds.
 */
export function estimateTokens(text: string): number {
  let sum = 0;
  let before: number = kind.blank;
  for (let index = 0; index < text.length; index += 1) {
    const now = kinds[text.charCodeAt(index)] ?? kind.other;
    sum += cost(now, before);
    before = now;
  }
  return Math.ceil(sum / eighths);
}

function cost(now: number, before: number): number {
  if (now === kind.blank) return 0;
  // A blank before anything that is no letter or digit of ASCII may be a token of its own.
  if (now >= kind.wide) return before === kind.blank ? 2 * eighths : eighths;
  if (before !== kind.lower && before !== kind.upper && before !== kind.digit) return eighths;
  if (now === kind.lower) return before === kind.digit ? eighths : laterLetter;
  if (now === kind.upper) return before === kind.upper ? laterCapital : eighths;
  return before === kind.digit ? laterDigit : eighths;
}
