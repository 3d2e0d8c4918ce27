/** A full stop ends a sentence only before a blank: it may stand in a number or an address. */
const sentenceEnd = /[.!?]+(?=\s)|[。！？\n]+/gu;

/** Markdown without its marks, as it should be read aloud. */
export function spokenText(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/gu, '$1')
    .replace(/^\s{0,3}(?:#{1,6}|[-*+>]|```.*)\s*/gmu, '')
    .replace(/[*`~|]+/gu, ' ')
    .replace(/[ \t]+/gu, ' ')
    .trim();
}

/** Whole sentences of `text` from `from` on, and where they end; nothing when none is whole yet. */
export function wholeSentences(text: string, from: number): { spoken: string; end: number } {
  let end = from;
  for (const { 0: match, index } of text.slice(from).matchAll(sentenceEnd)) {
    end = from + index + match.length;
  }
  return { spoken: spokenText(text.slice(from, end)), end };
}
