/**
 * Characters that are not seen but change what is: format characters (bidi controls, zero-width ones, tags,
 * soft hyphens), controls, private use, variation selectors, lone surrogates.
 */
const invisible =
  /[\p{Cf}\p{Cc}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Variation_Selector}\u115F\u1160\u3164\uFFA0]|\u034F|\u17B4|\u17B5/gu;
const mostChars = 200;

/**
 * A file's name as a person can be shown it: what cannot be seen taken out, blanks as one space, at most 200
 * characters with the end, which tells the kind of file, kept. Never empty.
 */
export function visibleName(name: string): string {
  const seen = name.replace(invisible, '').replace(/\s+/gu, ' ').trim();
  if (seen === '') return 'file';
  const chars = [...seen];
  if (chars.length <= mostChars) return seen;
  return `${chars.slice(0, mostChars - 41).join('')}…${chars.slice(-40).join('')}`;
}

/** How many characters of a file's name cannot be seen. */
export function invisibleCount(name: string): number {
  return name.match(invisible)?.length ?? 0;
}
