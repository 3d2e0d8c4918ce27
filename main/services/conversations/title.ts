/** Width of a title in half-width characters: about 20 Chinese characters or six English words. */
const maxWidth = 40;

const wideCharacter =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]/u;
/** Blanks, control characters and what turns the direction of a line; joiners inside emoji stay. */
const unseen = /[\p{Cc}\s\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function withoutMarkers(line: string): string {
  return line
    .replace(/^\s*(?:#{1,6}\s+|>\s*|[-*+]\s+|\d+[.)]\s+|```[\w-]*|~~~[\w-]*)+/, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(\*\*|__|~~|`+)(.+?)\1/g, '$2')
    .replace(/(?<![\p{L}\p{N}*_])([*_])([^*_\s](?:[^*_]*[^*_\s])?)\1(?![\p{L}\p{N}*_])/gu, '$2')
    .replace(/[*_~`#>|-]{3,}/g, ' ')
    .replace(unseen, ' ')
    .trim();
}

function widthOf(grapheme: string): number {
  return wideCharacter.test(grapheme) ? 2 : 1;
}

/** Where to end: after the last whole word that fits, or at the last character where words have no spaces. */
function cut(text: string): string {
  let width = 0;
  let end = 0;
  let lastBreak = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    const segmentWidth = widthOf(segment);
    if (segment === ' ' || segmentWidth === 2) lastBreak = index;
    if (width + segmentWidth > maxWidth) {
      const isMidWord = segmentWidth === 1 && segment !== ' ';
      // A single endless word is cut where it must be.
      const at = isMidWord && lastBreak > 0 ? lastBreak : end;
      return `${text.slice(0, at).replace(/[\s,.;:，、。；：]+$/u, '')}…`;
    }
    width += segmentWidth;
    end = index + segment.length;
  }
  return text;
}

/**
 * A title from the first words of a message: one line, without Markdown markers, cut between words, or
 * after about 20 characters where a language writes without spaces. Empty when there is no word.
 */
export function titleFromText(text: string): string {
  // A title needs a few words: the rest of a pasted book is not looked at.
  for (const line of text.slice(0, 4000).split(/\r\n|[\r\n\u2028\u2029]/)) {
    const words = withoutMarkers(line);
    if (words !== '') return cut(words);
  }
  return '';
}
