import type {
  DocumentState,
  DocumentSummary,
  FileReading,
  ReadingMode,
} from '../../../contract/documents/documents.ts';
import { isPicture } from '../../../contract/documents/extracted.ts';
import type { DocumentWords } from '../../messages/documents.ts';
import type { Format } from '../../messages/format.ts';

/** A token is about this many words, over English and Chinese. */
const wordsPerToken = 0.75;

/** What is being done with a file, in a line; null once it was read or could not be. */
export function progressLine(
  state: DocumentState | undefined,
  copied: number,
  words: DocumentWords,
  format: Format,
): string | null {
  if (!state) return words.copying(format.percent(copied));
  if (state.state === 'waiting') return words.waiting;
  if (state.state !== 'reading') return null;
  const percent = format.percent(state.fraction);
  switch (state.step) {
    case 'text':
      return words.readingText(percent);
    case 'recognition':
      return words.readingRecognition(percent);
    case 'index':
      return words.readingIndex(percent);
  }
}

/** How far a file is, 0 to 1; null while nothing tells. */
export function progressOf(state: DocumentState | undefined, copied: number): number | null {
  if (!state) return copied;
  return state.state === 'reading' ? state.fraction : null;
}

/** How the model is given one file: `Read whole · 420 tokens, about 320 words`. */
export function readingLine(reading: FileReading, words: DocumentWords, format: Format): string {
  const tokens = format.count(reading.tokens);
  const about = format.count(reading.tokens * wordsPerToken);
  switch (reading.mode) {
    case 'picture':
      return `${words.isPicture} · ${words.pictureTokens(tokens)}`;
    case 'whole':
      return `${words.isWhole} · ${words.tokens(tokens, about)}`;
    case 'passages': {
      const [given, total] = [reading.passagesGiven, reading.passagesTotal];
      const share = words.isPassages(format.count(given), format.count(total));
      return `${share} · ${words.tokens(tokens, about)}`;
    }
  }
}

/** The ways in which a file can be given to the model. A picture is looked at, or its text is read. */
export function modesOf(document: DocumentSummary): readonly ReadingMode[] {
  const { format } = document;
  if (format !== null && isPicture(format)) return ['auto', 'whole'];
  return format === 'pdf'
    ? ['auto', 'whole', 'passages', 'picture']
    : ['auto', 'whole', 'passages'];
}

/** Characters that cannot be seen in a file, over all ways of hiding them. */
export function hiddenChars(document: DocumentSummary | undefined): number {
  return document?.summary?.hidden.reduce((sum, { chars }) => sum + chars, 0) ?? 0;
}
