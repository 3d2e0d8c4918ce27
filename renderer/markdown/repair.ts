interface Open {
  mark: string;
  at: number;
}

const loneMark = /(?:^|\n)[ \t]*(?:[-=*+_#>|~`]{1,2}|\d{1,9}[.)]?)[ \t]*$/u;
const halfLink = /!?\[([^[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+["'(][^"')]*["')]?)?$/u;
const halfLabel = /!?\[([^[\]\n]*)$/u;
/** The beginning of a citation: its number would stand there bare for a moment. */
const halfCitation = /\s?\[\d{0,3}$/u;
const marks = /\\[\s\S]|`+|\*{1,3}|_{1,3}|~~/gu;

function isWordChar(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}]/u.test(char);
}

/** An underscore inside a word, as in snake_case, is no emphasis. */
function isInsideWord(text: string, at: number, length: number): boolean {
  return isWordChar(text[at - 1]) && isWordChar(text[at + length]);
}

/** Brings `open` up to date with the next mark outside code. */
function takeMark(text: string, open: Open[], { mark, at }: Open): void {
  if (mark.startsWith('\\') || (mark.startsWith('_') && isInsideWord(text, at, mark.length)))
    return;
  const match = open.findLastIndex((entry) => entry.mark === mark);
  if (match === -1) open.push({ mark, at });
  else open.length = match;
}

/** The marks that are open at the end of `text`, outermost first; a code span hides all after it. */
function openMarks(text: string): Open[] {
  const open: Open[] = [];
  let code: Open | undefined;
  for (const { 0: mark, index: at } of text.matchAll(marks)) {
    if (code) code = code.mark === mark ? undefined : code;
    else if (mark.startsWith('`')) code = { mark, at };
    else takeMark(text, open, { mark, at });
  }
  return code ? [...open, code] : open;
}

/** Only the last paragraph can be half-typed; what stands before a blank line stays as it is. */
function lastParagraphStart(text: string): number {
  const blank = text.lastIndexOf('\n\n');
  return blank === -1 ? 0 : blank + 2;
}

/** An opener with nothing after it, such as a list bullet, has nothing to close. */
function hasContentAfter(text: string, { mark, at }: Open): boolean {
  const next = text[at + mark.length];
  return next !== undefined && !/\s/u.test(next);
}

/**
 * Makes half-typed Markdown fit to be shown: hides a marker that may become anything and the address of an
 * unfinished link, closes open emphasis and code. For display while more text comes; never for storage.
 */
export function repairTail(text: string): string {
  const start = lastParagraphStart(text);
  let tail = text.slice(start).replace(loneMark, '');
  const inCode = openMarks(tail).at(-1)?.mark.startsWith('`') ?? false;
  if (!inCode) {
    tail = tail.replace(halfLink, (whole, label: string) => (whole.startsWith('!') ? '' : label));
    tail = tail.replace(halfCitation, '');
    tail = tail.replace(halfLabel, (whole, label: string) => (whole.startsWith('!') ? '' : label));
  }
  for (;;) {
    const last = openMarks(tail).at(-1);
    if (!last || last.at + last.mark.length < tail.length) break;
    tail = tail.slice(0, last.at);
  }
  const closers = openMarks(tail)
    .filter((entry) => hasContentAfter(tail, entry))
    .map(({ mark }) => mark)
    .reverse();
  if (closers.length === 0) return text.slice(0, start) + tail;
  return text.slice(0, start) + tail.trimEnd() + closers.join('');
}
