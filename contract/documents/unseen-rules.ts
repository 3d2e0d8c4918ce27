/**
 * Where characters that show nothing belong: the uses that writing systems and emoji have for them, after the Unicode
 * Standard 16, chapters 9, 12, 16 and 23, and UTS #51. `at` is the place of the character among code points.
 */

/** A letter of a script that is written from right to left. */
export const rightToLeft =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\p{Script=Samaritan}\p{Script=Mandaic}]/u;

const joining =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Nko}\p{Script=Mandaic}\p{Script=Mongolian}\p{Script=Adlam}\p{Script=Phags_Pa}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Script=Balinese}\p{Script=Javanese}]/u;
/** Scripts that put no space between words: a zero-width space marks where a line may break. */
const spaceless =
  /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Script=Balinese}\p{Script=Javanese}\p{Script=Tai_Tham}\p{Script=New_Tai_Lue}]/u;
const pictograph = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f|\u{e007f}/u;
const emojiBase = /\p{Emoji}/u;
const han = /[\p{Unified_Ideograph}\uf900-\ufad9\u{2f800}-\u{2fa1d}]/u;
const letter = /\p{L}/u;
const mark = /\p{M}/u;

function charAt(points: readonly number[], at: number): string {
  const point = points[at];
  return point === undefined ? '' : String.fromCodePoint(point);
}

/** Zero-width joiner, non-joiner, space and fillers: needed by the script beside it, or part of an emoji. */
export function isJoinerAtHome(points: readonly number[], at: number): boolean {
  const before = charAt(points, at - 1);
  const after = charAt(points, at + 1);
  switch (points[at]) {
    case 0x200d:
      if (pictograph.test(before) && pictograph.test(after)) return true;
      return joining.test(before) || (joining.test(after) && !isJoiner(points[at - 1]));
    case 0x200c:
      return joining.test(before) || (joining.test(after) && !isJoiner(points[at - 1]));
    case 0x200b:
      return spaceless.test(before) && (spaceless.test(after) || after === '');
    case 0x034f:
      return mark.test(before) || mark.test(after);
    case 0x115f:
    case 0x1160:
      return isHangulPart(points[at - 1]) || isHangulPart(points[at + 1]);
    case 0x17b4:
    case 0x17b5:
      return /\p{Script=Khmer}/u.test(before) && !isJoiner(points[at - 1]);
    case 0x180e:
      return /\p{Script=Mongolian}/u.test(before);
    default:
      return false;
  }
}

function isJoiner(point: number | undefined): boolean {
  return (
    point === 0x200b || point === 0x200c || point === 0x200d || point === 0x17b4 || point === 0x17b5
  );
}

function isHangulPart(point: number | undefined): boolean {
  return (
    point !== undefined &&
    point >= 0x1100 &&
    point <= 0x11ff &&
    point !== 0x115f &&
    point !== 0x1160
  );
}

/** One selector after what has variants: emoji, Han, mathematical signs, Mongolian, Myanmar and Phags-pa letters. */
export function isSelectorAtHome(points: readonly number[], at: number): boolean {
  const point = points[at] ?? 0;
  const before = charAt(points, at - 1);
  if (point === 0xfe0e || point === 0xfe0f) return emojiBase.test(before);
  if (point >= 0xe0100) return point <= 0xe011f && han.test(before);
  if (point >= 0xfe00 && point <= 0xfe02) {
    return (
      han.test(before) ||
      /[\p{Sm}\p{Nd}\p{Script=Myanmar}\p{Script=Phags_Pa}\u3001\u3002\uff01\uff0c\uff0e\uff1a\uff1b\uff1f\u2018-\u201d]/u.test(
        before,
      )
    );
  }
  if (point <= 0x180f) return /\p{Script=Mongolian}/u.test(before);
  return false;
}

/** Between two syllables: at least two letters on either side, or another soft hyphen only after two. */
export function isSoftHyphenAtHome(points: readonly number[], at: number): boolean {
  return [-2, -1, 1, 2].every((step) => {
    const char = charAt(points, at + step);
    return letter.test(char) || mark.test(char);
  });
}
