import { foldHan } from './han-fold.ts';

/** What a UTF-16 unit is to the cutting of words. */
const kind = { between: 0, letter: 1, han: 2 } as const;

/**
 * Letters, digits and the marks on them make words; Han, kana and hangul have no blanks between words and are
 * cut into pairs. A lone half of a surrogate pair separates; whole pairs count as letters.
 */
function kindTable(): Uint8Array {
  const table = new Uint8Array(65_536);
  const isWord = /[\p{L}\p{N}\p{M}]/u;
  for (let unit = 0; unit < 65_536; unit += 1) {
    if (unit >= 0xd800 && unit <= 0xdfff) table[unit] = kind.letter;
    else if (isWord.test(String.fromCharCode(unit))) table[unit] = kind.letter;
  }
  table.fill(kind.han, 0x3400, 0xa000);
  table.fill(kind.han, 0xf900, 0xfb00);
  table.fill(kind.han, 0xac00, 0xd7a4);
  // Kana, with the mark of a long vowel and of repetition; not the middle dot.
  table.fill(kind.han, 0x3041, 0x3097);
  table.fill(kind.han, 0x30a1, 0x30fb);
  table.fill(kind.han, 0x30fc, 0x3100);
  table[0x3005] = kind.han;
  return table;
}

const kinds = kindTable();
// biome-ignore lint/suspicious/noControlCharactersInRegex: the first and the last of ASCII
const onlyAscii = /^[\x00-\x7f]*$/u;
/** FTS5 takes no longer words; what is cut off here has long become unique. */
const mostWordChars = 64;

/** Folds what people do not tell apart: compatibility forms, case, and accents on Latin letters. */
function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

function withoutAccents(word: string): string {
  return word
    .normalize('NFD')
    .replace(/([a-z])\p{M}+/gu, '$1')
    .normalize('NFC');
}

function pushPairs(text: string, start: number, end: number, words: string[]): void {
  let before = foldHan(text.charCodeAt(start));
  if (end - start === 1) words.push(String.fromCharCode(before));
  for (let index = start + 1; index < end; index += 1) {
    const now = foldHan(text.charCodeAt(index));
    words.push(String.fromCharCode(before, now));
    before = now;
  }
}

function pushWord(text: string, start: number, end: number, words: string[]): void {
  const word = text.slice(start, Math.min(end, start + mostWordChars));
  words.push(onlyAscii.test(word) ? word : withoutAccents(word));
}

/** A text with everything folded that `wordsOf` folds, but the accents. */
export function foldedText(text: string): string {
  const units = Array.from(folded(text), (char) =>
    char.length === 1 ? String.fromCharCode(foldHan(char.charCodeAt(0))) : char,
  );
  return units.join('');
}

type Push = (text: string, start: number, end: number, words: string[]) => void;

function cutWords(text: string, pushHan: Push): string[] {
  const source = folded(text);
  const words: string[] = [];
  for (let start = 0; start < source.length; ) {
    const startKind = kinds[source.charCodeAt(start)];
    let end = start + 1;
    while (end < source.length && kinds[source.charCodeAt(end)] === startKind) end += 1;
    if (startKind === kind.han) pushHan(source, start, end, words);
    else if (startKind === kind.letter) pushWord(source, start, end, words);
    start = end;
  }
  return words;
}

/** The words of a text in order, folded: runs of Han as pairs of neighbours, a single one alone. */
export function wordsOf(text: string): string[] {
  return cutWords(text, pushPairs);
}

/** As pairs, and the last one alone, too: so that every character begins a word, and can be asked for. */
const pushPairsAndLast: Push = (text, start, end, words) => {
  pushPairs(text, start, end, words);
  if (end - start > 1) words.push(String.fromCharCode(foldHan(text.charCodeAt(end - 1))));
};

/** Whether a word is a single Han, kana or hangul character: it is found as the beginning of pairs. */
export function isSingleHan(word: string): boolean {
  return word.length === 1 && kinds[word.charCodeAt(0)] === kind.han;
}

/**
 * A text as the index of words takes it: its words with blanks between them, for a tokeniser that knows ASCII
 * only. Plain ASCII goes as it is, since that tokeniser cuts it the same way.
 */
export function indexedText(text: string): string {
  return onlyAscii.test(text) ? text.toLowerCase() : cutWords(text, pushPairsAndLast).join(' ');
}
