import { type CitationMark, findCitations } from '../../../contract/chat/citations.ts';
import type { CitationsPart } from '../../../contract/chat/message.ts';
import type { NumberedPassage } from '../../../contract/documents/documents.ts';
import { plainWords, weightOf } from './plain-words.ts';

type CheckedQuote = CitationsPart['quotes'][number];

/** Words in quotation marks: offsets of what is between them. */
export interface QuotedSpan {
  start: number;
  end: number;
}

/** Shorter ones are names and single words, not something that a source said. */
const leastWeight = 12;
/** How far from a quote its citation may stand, in characters. */
const reach = 80;
/** Quotation marks, each with the one that ends it. */
const pairs = new Map([
  ['"', '"'],
  ['“', '”'],
  ['„', '“'],
  ['«', '»'],
  ['「', '」'],
  ['『', '』'],
  ['＂', '＂'],
]);
/** Places where the one who quotes left something out. */
const leftOut = /\s*(?:\[\s*(?:…|\.{3})\s*\]|\(\s*(?:…|\.{3})\s*\)|……|…|\.{3,})\s*/u;

/** What stands in quotation marks, each within one paragraph; the outer marks where they are nested. */
export function findQuotes(text: string): QuotedSpan[] {
  const found: QuotedSpan[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const closing = pairs.get(text[at] ?? '');
    if (closing === undefined) continue;
    const end = text.indexOf(closing, at + 1);
    const paragraphEnd = text.indexOf('\n\n', at);
    if (end < 0 || (paragraphEnd >= 0 && paragraphEnd < end)) continue;
    found.push({ start: at + 1, end });
    at = end;
  }
  return found;
}

/** Whether a citation stands beside the quote, in its paragraph, with no other quote between. */
function isCited(
  text: string,
  quote: QuotedSpan,
  marks: readonly CitationMark[],
  quotes: readonly QuotedSpan[],
): boolean {
  return marks.some(({ start, end }) => {
    const [from, to] = start >= quote.end ? [quote.end + 1, start] : [end, quote.start - 1];
    if (to - from > reach || text.slice(from, Math.max(from, to)).includes('\n\n')) return false;
    return !quotes.some((other) => other !== quote && other.start >= from && other.end <= to);
  });
}

/** The plain pieces of a quote, without the mark that ends its sentence. */
function piecesOf(quoted: string): string[] {
  return quoted
    .split(leftOut)
    .map((piece) => plainWords(piece).replace(/^[.,;:!?'"]+|[.,;:!?'"]+$/gu, ''))
    .filter((piece) => piece !== '');
}

function holds(plainPassage: string, pieces: readonly string[]): boolean {
  let from = 0;
  for (const piece of pieces) {
    const at = plainPassage.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return true;
}

/** A passage, ready to be looked through. */
interface PlainPassage {
  number: number;
  plain: string;
}

/** The passage that holds all pieces in order; one that the answer cites goes first. */
function passageWith(
  pieces: readonly string[],
  passages: readonly PlainPassage[],
  cited: ReadonlySet<number>,
): number | null {
  const holding = passages.filter(({ plain }) => holds(plain, pieces));
  return (holding.find(({ number }) => cited.has(number)) ?? holding[0])?.number ?? null;
}

/**
 * What code finds out about an answer's citations and quotes, given the passages that its branch was given.
 * A quote counts when a citation stands beside it and it is no single word; it is found when it stands in a
 * passage word for word, whatever its spaces, width, case and kind of marks, and with gaps where it says so.
 */
export function checkAnswer(text: string, passages: readonly NumberedPassage[]): CitationsPart {
  const marks = findCitations(text);
  const known = new Set(passages.map(({ number }) => number));
  const cited = new Set(marks.map(({ number }) => number));
  const plain = passages.map(({ number, text: source }) => ({ number, plain: plainWords(source) }));
  const spans = findQuotes(text);
  const quotes: CheckedQuote[] = spans.flatMap((span) => {
    const quoted = text.slice(span.start, span.end);
    const pieces = piecesOf(quoted);
    if (weightOf(pieces.join('')) < leastWeight || !isCited(text, span, marks, spans)) return [];
    return [{ ...span, number: passageWith(pieces, plain, cited) }];
  });
  return {
    type: 'citations',
    citations: marks.map((mark) => ({ ...mark, isKnown: known.has(mark.number) })),
    quotes,
  };
}
