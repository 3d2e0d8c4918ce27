import { isPart, type Message, type ReadingPart, textOf } from '../../../contract/chat/message.ts';
import type { NumberedPassage } from '../../../contract/documents/documents.ts';
import type { Cites } from '../../markdown/cites.ts';
import type { DocumentWords } from '../../messages/documents.ts';
import type { Format } from '../../messages/format.ts';

const beginningChars = 240;

/** What a question's documents gave; undefined for a question without. */
export function readingOf(question: Message | undefined): ReadingPart | undefined {
  return question?.parts.find(isPart('reading'));
}

/** The passages that an answer may cite: of every question before it on its branch, by number. */
export function passagesBefore(
  branch: readonly { readonly message: Message }[],
): ReadonlyMap<number, NumberedPassage> {
  const readings = branch.flatMap(({ message }) => readingOf(message) ?? []);
  return new Map(
    readings.flatMap(({ passages }) => passages.map((passage) => [passage.number, passage])),
  );
}

/** Where a passage stands, as far as it is known: `notes.pdf, page 3 · Chapter 1`. */
export function placeOf(
  passage: Pick<NumberedPassage, 'documentName' | 'page' | 'part' | 'headingPath'>,
  words: DocumentWords,
  format: Format,
): string {
  const page = passage.page === null ? null : words.page(format.count(passage.page));
  const path = passage.headingPath.join(' › ');
  const first = [passage.documentName, page, passage.part].filter(Boolean).join(', ');
  return path === '' ? first : `${first} · ${path}`;
}

function beginningOf(text: string): string {
  const flat = text.replace(/\s+/gu, ' ').trim();
  return flat.length <= beginningChars ? flat : `${flat.slice(0, beginningChars).trimEnd()}…`;
}

/** Quotes of an answer that are in none of the passages it was given, as they were written. */
export function unfoundQuotes(answer: Message): string[] {
  const text = textOf(answer);
  return answer.parts.flatMap((part) =>
    part.type === 'citations'
      ? part.quotes
          .filter(({ number }) => number === null)
          .map(({ start, end }) => text.slice(start, end))
      : [],
  );
}

/** What the numbers of an answer stand for. */
export function citesOf(options: {
  passages: ReadonlyMap<number, NumberedPassage>;
  answer: Message;
  words: DocumentWords;
  format: Format;
  onopen: (passage: NumberedPassage, said: string) => void;
}): Cites {
  const { passages, answer, words, format, onopen } = options;
  return {
    source: (number) => {
      const passage = passages.get(number);
      if (!passage) return null;
      const name = words.citation(format.count(number), placeOf(passage, words, format));
      return { name, beginning: beginningOf(passage.text) };
    },
    unknown: (number) => words.unknownCitation(format.count(number)),
    onopen: (number, said) => {
      const passage = passages.get(number);
      if (passage) onopen(passage, said);
    },
    unfoundQuotes: unfoundQuotes(answer),
    unfoundNote: words.notFound,
  };
}
