const stopWords = new Set(
  `a about after again all also am an and any are as at be because been before being but by can could did do does
doing down during each for from get had has have having he her here him his how i if in into is it its just me more most
much must my no nor not of off on once only or other our out over own same she should so some such than that the their
them then there these they this those through to too under until up very was we were what when where which while who whom
whose why will with would you your`.split(/\s+/),
);

/** Characters that join or ask in Chinese, and mean little by themselves. */
const stopCharacters =
  /[的了嗎呢嘛吧啊是在有和與及或也都就才又再不沒很把被給讓跟對為以於其之此該這那我你您他她它們個些什麼怎樣哪誰幾多少可會要能請]/gu;

/**
 * The words of a text that carry its content: English words without the most frequent ones and their endings,
 * and pairs of neighbouring Chinese characters that carry meaning.
 */
export function contentWords(text: string): Set<string> {
  const words = new Set<string>();
  for (const [word] of text.toLowerCase().matchAll(/[a-z0-9][a-z0-9'’-]*/g)) {
    if (!stopWords.has(word)) words.add(stem(word));
  }
  for (const [run] of text.matchAll(/\p{Script=Han}+/gu)) {
    for (const piece of run.split(stopCharacters)) {
      for (let at = 0; at + 1 < piece.length; at += 1) words.add(piece.slice(at, at + 2));
    }
  }
  return words;
}

function stem(word: string): string {
  const bare = word.replace(/['’]s?$/, '');
  return bare.length > 4 ? bare.replace(/(ing|ies|ed|es|s|e)$/, '') : bare;
}
