import { findCitations } from '../../contract/chat/citations.ts';
import { tooltip } from '../ui/tooltip.ts';
import { markText } from './mark-text.ts';

/** What the numbers in square brackets of a text stand for, and which quotes in it stand nowhere. */
export interface Cites {
  /** The name of what a number stands for, and how it begins; null where it stands for nothing. */
  source(number: number): { name: string; beginning: string } | null;
  /** What is said of a number that stands for nothing. */
  unknown(number: number): string;
  /** `said` is what stands before the number in its paragraph. */
  onopen(number: number, said: string): void;
  /** Texts of quotes that are in no source. */
  unfoundQuotes: readonly string[];
  unfoundNote: string;
}

/** What is shown before an element, in its paragraph; numbers that cite left out. */
function textBefore(element: HTMLElement): string {
  const range = document.createRange();
  range.setStart(element.closest('p, li, td, th, blockquote, h2, h3, h4, h5, h6') ?? element, 0);
  range.setEndBefore(element);
  const before = range.cloneContents();
  for (const mark of before.querySelectorAll('button, .md-citation-unknown, .md-unfound-note')) {
    mark.remove();
  }
  return before.textContent ?? '';
}

function knownMark(number: number, source: { name: string; beginning: string }, cites: Cites) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'md-citation';
  button.textContent = String(number);
  button.ariaLabel = source.name;
  button.addEventListener('click', () => cites.onopen(number, textBefore(button)));
  const leave = tooltip(`${source.name}\n${source.beginning}`)(button);
  return { element: button, leave };
}

function unknownMark(number: number, cites: Cites) {
  const note = document.createElement('span');
  note.className = 'md-citation-unknown';
  note.textContent = `${number}?`;
  note.role = 'note';
  note.tabIndex = 0;
  note.ariaLabel = cites.unknown(number);
  const leave = tooltip(cites.unknown(number))(note);
  return { element: note, leave };
}

/**
 * Puts a small button in the place of each number that cites, and marks quotes that are in no source. The
 * returned function puts the text back as it was.
 */
export function furnishCites(element: HTMLElement, cites: Cites): () => void {
  const undo = [...element.querySelectorAll<HTMLElement>('.md-cite')].map((span) => {
    const numbers = findCitations(span.textContent ?? '').map(({ number }) => number);
    const marks = numbers.map((number) => {
      const source = cites.source(number);
      return source ? knownMark(number, source, cites) : unknownMark(number, cites);
    });
    const [first, ...rest] = marks.map((mark) => mark.element);
    if (!first) return () => {};
    span.replaceWith(first, ...rest);
    return () => {
      for (const { leave } of marks) leave?.();
      for (const other of rest) other.remove();
      first.replaceWith(span);
    };
  });
  for (const quote of cites.unfoundQuotes) undo.push(markText(element, quote, cites.unfoundNote));
  return () => {
    for (const step of undo.toReversed()) step();
  };
}
