import type { Passage } from '../../../contract/documents/documents.ts';

const shortestChars = 8;
const sentenceEnd = /[.!?]\s+|[。！？\n]/gu;

/** The sentence that `text` ends with, without the marks around a quote. */
function lastSentence(text: string): string {
  const whole = text.replace(/[\s.!?。！？"”“」』]+$/gu, '');
  let start = 0;
  for (const { 0: mark, index } of whole.matchAll(sentenceEnd)) start = index + mark.length;
  return whole.slice(start).replace(/^[\s"”“「『]+/gu, '');
}

/**
 * Where a passage says what an answer said right before it cited the passage, as offsets in the document's
 * text; null where it does not say so in these words.
 */
export function saidSpan(
  passage: Pick<Passage, 'text' | 'start'>,
  said: string,
): { start: number; end: number } | null {
  const sentence = lastSentence(said);
  if (sentence.length < shortestChars) return null;
  const words = sentence.split(/\s+/u).map((word) => word.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&'));
  const found = new RegExp(`${words.join('\\s+')}[.!?。！？]?`, 'iu').exec(passage.text);
  if (!found) return null;
  const start = passage.start + found.index;
  return { start, end: start + found[0].length };
}
