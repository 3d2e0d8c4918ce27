import type { DocumentSummary } from '../../../contract/documents/documents.ts';
import type { Language } from '../../messages/define-messages.ts';
import type { DocumentWords } from '../../messages/documents.ts';
import { errorSentence } from '../../messages/errors.ts';
import type { Format } from '../../messages/format.ts';

/** How far a file of a collection is, or what is known of it, in a line. */
export function fileLine(
  document: DocumentSummary,
  words: DocumentWords,
  format: Format,
  language: Language,
): string {
  const { state } = document;
  switch (state.state) {
    case 'waiting':
      return words.waiting;
    case 'reading': {
      const percent = format.percent(state.fraction);
      if (state.step === 'text') return words.readingText(percent);
      return state.step === 'index'
        ? words.readingIndex(percent)
        : words.readingRecognition(percent);
    }
    case 'failed':
      return errorSentence(state.error, language) ?? '';
    case 'ready':
      return format.bytes(document.fileBytes);
  }
}
