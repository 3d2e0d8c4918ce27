import type { XmlHandler } from '../xml/xml-reader.ts';

const maxGatheredChars = 4_000_000;

/** Gives the text inside elements of these local names, one string for each; some millions of characters in all. */
export function gathered(locals: readonly string[], give: (text: string) => void): XmlHandler {
  const isItem = (name: string): boolean => locals.includes(name.slice(name.indexOf(':') + 1));
  let text: string[] = [];
  let isText = false;
  let chars = 0;
  return {
    open: ({ name }) => {
      if (isItem(name)) text = [];
      isText = /(^|:)(t|text)$/u.test(name);
    },
    close: (name) => {
      isText = false;
      if (!isItem(name)) return;
      const said = text.join('').trim();
      if (said !== '') give(said);
      text = [];
    },
    text: (piece) => {
      chars += piece.length;
      if (isText && chars <= maxGatheredChars) text.push(piece);
    },
  };
}
