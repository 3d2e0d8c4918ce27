/** A place in an answer that names a passage. */
export interface CitationMark {
  number: number;
  /** Offsets of the whole mark in the text; the numbers of one mark `[1, 2]` share them. */
  start: number;
  end: number;
}

/** `[1]`, `[1, 2]`, `[1-3]`, `[^1]`, and the same in the brackets and marks that Chinese is written with. */
const mark =
  /[[［【〔]\s*\^?(\d{1,4}(?:\s*(?:[,，、;；]|[-–—~～至])\s*\^?\d{1,4})*)\s*[\]］】〕]/gu;
const range = /^(\d+)\s*[-–—~～至]\s*\^?(\d+)$/u;
/** More than this is no range of passages. */
const longestRange = 20;

/** Stretches of code, in which `[1]` is an index: fenced, or between backticks on one line. */
const code = /^ {0,3}(```|~~~)[\s\S]*?(?:^ {0,3}\1|(?![\s\S]))|(`+)(?!`)[^\n]*?[^`\n]\2(?!`)/gmu;

function stretchesOfCode(text: string): { start: number; end: number }[] {
  return [...text.matchAll(code)].map((found) => ({
    start: found.index,
    end: found.index + found[0].length,
  }));
}

function numbersIn(list: string): number[] {
  return list.split(/[,，、;；]/u).flatMap((piece) => {
    const [, from, to] = range.exec(piece.trim()) ?? [];
    if (from === undefined) return [Number(piece.replace(/[\s^]/gu, ''))];
    const [first, last] = [Number(from), Number(to)];
    if (last < first || last - first >= longestRange) return [first, last];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/**
 * The citations in an answer, or in as much of it as is there, in order. A mark that has not come to its end
 * is none yet. Text in code and the label of a link (`[1](…)`) are none. Whether a passage has such a number
 * is not asked here.
 */
export function findCitations(text: string): CitationMark[] {
  const stretches = stretchesOfCode(text);
  const found: CitationMark[] = [];
  for (const match of text.matchAll(mark)) {
    const start = match.index;
    const end = start + match[0].length;
    if (text[end] === '(' || stretches.some((code) => start >= code.start && start < code.end)) {
      continue;
    }
    for (const number of numbersIn(match[1] ?? '')) found.push({ number, start, end });
  }
  return found;
}
