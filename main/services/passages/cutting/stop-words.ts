/** Words that say nothing about what a question is about; folded as `wordsOf` folds. */
const english =
  'a about above after again all also am an and any are as at be because been before being below between both but by ' +
  'can could did do does doing done down during each every few for from further get give given got had has have having ' +
  'he her here hers him his how i if in into is it its itself just know let like list made make many may me might more ' +
  'most much must my no nor not of off on once one only or other our ours out over own please same say says shall she ' +
  'should show so some such tell than that the their theirs them then there these they this those through to too under ' +
  'until up us use used using very was way we were what when where which while who whom whose why will with within would ' +
  'yes you your yours s t d ll m re ve don isn doesn didn explain describe find';

/**
 * Asking words and phrases of Chinese; simplified, since questions are folded to that. Single characters only
 * where they are hardly ever part of a word, and those words left whole.
 */
const chinesePhrases =
  '为什么 是什么 有什么 怎么样 什么时候 什么样 哪一个 有没有 是不是 能不能 可不可以 请问 什么 怎么 怎样 如何 多少 哪些 哪里 哪个 哪儿 是否 ' +
  '为何 何时 何处 几个 告诉我 关于 可以 能够 应该 以及 或者 还是 但是 因为 所以 如果 这个 那个 这些 那些 我们 你们 他们 它们 一下 一个 ' +
  '吗 呢 吧 啊 呀 (?<!目)的(?!确|士) 了(?!解) 是(?!非)';

const englishWords = new Set(english.split(' '));
const phrasePattern = new RegExp(
  chinesePhrases
    .split(' ')
    .sort((left, right) => right.length - left.length)
    .join('|'),
  'gu',
);

/** Whether a folded word is one that every text is full of. */
export function isStopWord(word: string): boolean {
  return englishWords.has(word);
}

/** A folded question without the asking words of Chinese: blanks stand where they were. */
export function withoutAskingWords(text: string): string {
  return text.replace(phrasePattern, ' ');
}
