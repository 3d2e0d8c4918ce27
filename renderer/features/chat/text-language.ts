const sampleChars = 400;

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/**
 * The language to mark a text with, judged by the letters it begins with; undefined where they do not tell.
 * Chinese is taken to be Traditional: fonts and line breaking follow the mark, meaning does not.
 */
export function textLanguage(text: string): string | undefined {
  const sample = text.slice(0, sampleChars).replace(/```[\s\S]*?(?:```|$)/gu, '');
  const latin = count(sample, /\p{Script=Latin}+/gu);
  const kana = count(sample, /[\p{Script=Hiragana}\p{Script=Katakana}]/gu);
  const han = count(sample, /\p{Script=Han}/gu);
  const hangul = count(sample, /\p{Script=Hangul}/gu);
  if (kana > 0 && kana + han > latin) return 'ja';
  if (hangul > latin && hangul >= han) return 'ko';
  if (han > 0 && han >= latin) return 'zh-Hant';
  return latin > 0 ? 'en' : undefined;
}
