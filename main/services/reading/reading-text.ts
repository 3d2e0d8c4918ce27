import type { ReadingPart } from '../../../contract/chat/message.ts';
import type { NumberedPassage, Passage } from '../../../contract/documents/documents.ts';
import { filled, promptsFrom } from './prompt-sections.ts';

const names = [
  'rule',
  'passage',
  'source',
  'source-on-page',
  'source-in-part',
  'headings',
  'hidden',
  'nothing-relevant',
  'unseen-picture',
  'lost-picture',
] as const;

/** Prose around what is read, from assets/prompts/reading.md. */
export type ReadingPrompts = Readonly<Record<(typeof names)[number], string>>;

/** @throws Error where a section is missing */
export function readingPrompts(markdown: string): ReadingPrompts {
  return promptsFrom(markdown, names);
}

/** One line, as a name of a file has to be. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function sourceOf(passage: Passage, prompts: ReadingPrompts): string {
  const name = oneLine(passage.documentName);
  const page = passage.page === null ? '' : `${passage.page}`;
  const part = passage.part === null ? '' : oneLine(passage.part);
  const kind = page !== '' ? 'source-on-page' : part !== '' ? 'source-in-part' : 'source';
  const headings = passage.headingPath.map(oneLine).filter((heading) => heading !== '');
  const path =
    headings.length === 0 ? '' : filled(prompts.headings, { headings: headings.join(' › ') });
  return filled(prompts[kind], { name, page, part }) + path;
}

/** What goes before a passage: its number, where it is from, and whether it holds what a person does not see. */
export function headOf(passage: NumberedPassage, prompts: ReadingPrompts): string {
  const number = `${passage.number}`;
  const head = filled(prompts.passage, { number, source: sourceOf(passage, prompts) });
  return passage.isHidden ? `${head}\n${prompts.hidden}\n` : `${head}\n`;
}

/**
 * The words around the passages, one more than there are passages. What was found for the question comes last,
 * so that what was read ahead of it stays the beginning.
 */
export function wordsAround(
  passages: readonly NumberedPassage[],
  isNothingRelevant: boolean,
  prompts: ReadingPrompts,
): string[] {
  const heads = passages.map((passage) => `\n\n${headOf(passage, prompts)}`);
  if (heads.length > 0) heads[0] = prompts.rule + heads[0];
  const end = isNothingRelevant ? prompts['nothing-relevant'] : '';
  return [...heads, heads.length > 0 && end !== '' ? `\n\n${end}` : end];
}

/** What the model was given before the question, word for word; empty where that was nothing. */
export function givenText({ given, passages }: Pick<ReadingPart, 'given' | 'passages'>): string {
  return given.map((words, index) => words + (passages[index]?.text ?? '')).join('');
}
