import type { Word } from '../words.ts';

const CJK = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u30ff\u{20000}-\u{3ffff}]$/u;
const CJK_START = /^[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u30ff\u{20000}-\u{3ffff}]/u;
const ENDS_IN_HYPHEN = /\p{L}[-\u2010\u00ad]$/u;
/** Dots that lead the eye to a page number. */
const LEADER = /(?:[.\u2026\u00b7]\s*){5,}/gu;
const STARTS_SMALL = /^\p{Ll}/u;

/** The words of a line, with a space where there is one. Dots that lead to a page number become one sign. */
export function lineText(words: readonly Word[]): string {
  let text = '';
  let before: Word | null = null;
  for (const word of words) {
    text += before === null ? word.text : between(before, word) + word.text;
    before = word;
  }
  return text.replace(LEADER, '\u2026 ');
}

function between(before: Word, word: Word): string {
  if (word.isJoined || before.endsInHyphen) return '';
  return isChinesePair(before.text, word.text) && !isApart(before, word) ? '' : ' ';
}

/** Chinese needs no space; where one is drawn wider than a quarter of a character it is meant. */
function isApart(before: Word, word: Word): boolean {
  return word.rect.left - before.rect.right > word.style.sizePt * 0.25;
}

/** Whether two pieces of text meet in Chinese or Japanese, which put no space between words. */
export function isChinesePair(before: string, after: string): boolean {
  return CJK.test(before) && CJK_START.test(after);
}

/** How the next line goes on from the text so far: what is cut off its end, and what goes between. */
export interface LineJoin {
  readonly cutChars: number;
  readonly glue: string;
}

/**
 * Joins lines of a paragraph: a hyphen between a letter and a small letter broke a word, Chinese goes on without
 * a space. A compound that was broken at its own hyphen loses it; the file does not tell the two apart.
 */
export function joinLines(
  text: string,
  next: string,
  { isBroken }: { isBroken: boolean },
): LineJoin {
  if (isBroken) return { cutChars: 0, glue: '' };
  if (ENDS_IN_HYPHEN.test(text) && STARTS_SMALL.test(next)) return { cutChars: 1, glue: '' };
  if (isChinesePair(text, next)) return { cutChars: 0, glue: '' };
  return { cutChars: 0, glue: ' ' };
}
