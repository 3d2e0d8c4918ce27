/** Marks that differ between fonts and keyboards and not in what is said. */
const alike: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '‚': "'",
  '`': "'",
  '´': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '–': '-',
  '—': '-',
  '−': '-',
  '、': ',',
  '。': '.',
  '｡': '.',
  '「': '"',
  '」': '"',
  '『': '"',
  '』': '"',
  '〜': '~',
};

/** What is not seen, or only says where a line ends. */
const unseen = /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}]/u;

/**
 * The text as it is compared: width, compatibility forms and case folded, marks that look alike made one,
 * spaces and invisible characters gone. Punctuation stays: `1.5` is not `15`.
 */
export function plainWords(text: string): string {
  // A word cut at the end of a line is the same word.
  const whole = text.replace(/(\p{L})[-‐­]\r?\n\s*(?=\p{Ll})/gu, '$1');
  let plain = '';
  for (const character of whole.normalize('NFKC').toLowerCase()) {
    if (!unseen.test(character)) plain += alike[character] ?? character;
  }
  return plain;
}

/** How much of a text it takes to mean it: a Han character or kana says as much as two letters. */
export function weightOf(plain: string): number {
  const dense = plain.match(/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/gu);
  return [...plain].length + (dense?.length ?? 0);
}
