import { findCitations } from '../../../contract/chat/citations.ts';
import type { NotesPart, ReadingPart } from '../../../contract/chat/message.ts';
import type {
  DocumentSummary,
  FileReading,
  NumberedPassage,
  Passage,
} from '../../../contract/documents/documents.ts';
import { plainWords, weightOf } from './plain-words.ts';
import { filled, promptsFrom } from './prompt-sections.ts';
import { headOf, type ReadingPrompts } from './reading-text.ts';

const names = [
  'summary-step',
  'summary-ask',
  'summary-join',
  'summary-end',
  'list-step',
  'list-ask',
  'notes',
] as const;

/** Prose for tasks that read everything, from assets/prompts/whole.md. */
export type WholePrompts = Readonly<Record<(typeof names)[number], string>>;

/** @throws Error where a section is missing */
export function wholePrompts(markdown: string): WholePrompts {
  return promptsFrom(markdown, names);
}

/** What a task may use of a model's context, in tokens. */
export interface WholeSizes {
  /** Text of one step. */
  stepTokens: number;
  /** What a step may answer. */
  summaryTokens: number;
  listTokens: number;
  /** Notes that are put together at once. */
  joinTokens: number;
}

/** Steps that small models keep an overview of, and room for instructions and an answer beside them. */
export function wholeSizes(contextTokens: number): WholeSizes {
  return {
    stepTokens: Math.min(1200, Math.floor(contextTokens / 2)),
    summaryTokens: Math.min(320, Math.floor(contextTokens / 8)),
    listTokens: Math.min(640, Math.floor(contextTokens / 4)),
    joinTokens: Math.floor(contextTokens / 2),
  };
}

/** Cuts a row of things into stretches of at most `limit` tokens; one that is longer stands alone. */
export function stretches<T>(
  things: readonly T[],
  tokensOf: (thing: T, index: number) => number,
  limit: number,
): T[][] {
  const all: T[][] = [];
  let used = 0;
  for (const [index, thing] of things.entries()) {
    const tokens = tokensOf(thing, index);
    const last = all.at(-1);
    if (last && used + tokens <= limit) {
      last.push(thing);
      used += tokens;
    } else {
      all.push([thing]);
      used = tokens;
    }
  }
  return all;
}

/** Passages as a step is given them. */
export function passageList(passages: readonly NumberedPassage[], prompts: ReadingPrompts): string {
  return passages.map((passage) => headOf(passage, prompts) + passage.text).join('\n\n');
}

/** Notes as they are read again. */
export function notesList(
  notes: readonly Pick<NotesPart, 'first' | 'last' | 'text'>[],
  prompts: WholePrompts,
): string {
  return notes
    .map(({ first, last, text }) =>
      filled(prompts.notes, { first: `${first}`, last: `${last}`, text: text.trim() }),
    )
    .join('\n\n');
}

/** A line without its citations. */
function bare(line: string): string {
  let rest = line;
  for (const { start, end } of findCitations(line).reverse()) {
    rest = `${rest.slice(0, start).trimEnd()} ${rest.slice(end).trimStart()}`;
  }
  return rest.replaceAll(/ (?=[.,;:!?。，；：！？])/gu, '').trim();
}

/** What a line says, whatever its bullet, its citations and its spaces. */
function itemOf(line: string): string {
  return plainWords(bare(line)).replace(/^[-*•·.,]+|[-*•·.,]+$/gu, '');
}

/** Shorter items stand in many passages by chance. */
const leastItemWeight = 4;

/**
 * The line with the number of a passage that holds it word for word. What the line says of that itself counts
 * where code found the same, or found nothing and the passage was at least among those that were read.
 */
function withSource(line: string, passages: readonly { number: number; plain: string }[]): string {
  const item = itemOf(line);
  const isFindable = weightOf(item) >= leastItemWeight;
  const holding = passages.filter(({ plain }) => isFindable && plain.includes(item));
  const possible = new Set((holding.length > 0 ? holding : passages).map(({ number }) => number));
  const cited = findCitations(line);
  if (cited.length > 0 && cited.every(({ number }) => possible.has(number))) return line;
  const [source] = holding;
  return source ? `${bare(line)} [${source.number}]` : bare(line);
}

/**
 * The lines that say something which `known` does not have yet; it has them afterwards. Each names a passage
 * of `passages` that it stands in, where there is one.
 */
export function newItems(
  text: string,
  known: Set<string>,
  passages: readonly NumberedPassage[],
): string[] {
  const plain = passages.map(({ number, text: all }) => ({ number, plain: plainWords(all) }));
  return text.split('\n').flatMap((line) => {
    const item = itemOf(line);
    if (item === '' || known.has(item)) return [];
    known.add(item);
    return [withSource(line.trimEnd(), plain)];
  });
}

/** The reading of a task over all passages of `documents`, before any of it is read. */
export function wholeReading(documents: readonly DocumentSummary[]): ReadingPart {
  const files = documents.map(
    ({ id, name, textTokens, passageCount }): FileReading => ({
      ...{ documentId: id, name, mode: 'whole', tokens: textTokens ?? 0 },
      ...{ passagesGiven: 0, passagesEarlier: 0, passagesTotal: passageCount },
      passagesLeftOut: passageCount,
    }),
  );
  return { type: 'reading', files, passages: [], given: [''], isNothingRelevant: false };
}

/** The reading once all up to number `last` was read and `text` had cited some of it. */
export function readUpTo(
  reading: ReadingPart,
  last: number,
  { all, text }: { all: readonly NumberedPassage[]; text: string },
): ReadingPart {
  const cited = new Set([
    ...findCitations(text).map(({ number }) => number),
    ...reading.passages.map(({ number }) => number),
  ]);
  const passages = all.filter(({ number }) => cited.has(number));
  const files = reading.files.map((file) => {
    const own = all.filter(({ documentId }) => documentId === file.documentId);
    const passagesGiven = own.filter(({ number }) => number <= last).length;
    return { ...file, passagesGiven, passagesLeftOut: file.passagesTotal - passagesGiven };
  });
  return {
    ...reading,
    files,
    passages,
    given: Array.from({ length: passages.length + 1 }, () => ''),
  };
}

/** Every passage of some documents, in order, numbered from `first`. */
export function allNumbered(
  documents: readonly (readonly Passage[])[],
  first: number,
): NumberedPassage[] {
  return documents.flat().map((passage, index) => ({ ...passage, number: first + index }));
}
