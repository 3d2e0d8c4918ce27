import {
  AppError,
  type ErrorCode,
  type ErrorData,
  isCancel,
} from '../../contract/errors/app-error.ts';
import { errorCatalog } from '../../contract/errors/catalog.ts';
import type { Language } from './define-messages.ts';
import type { ErrorSentences } from './error-words.ts';
import { errorSentencesEn } from './errors-en.ts';
import { errorSentencesZh } from './errors-zh.ts';
import { Format } from './format.ts';

const sentences: { readonly [L in Language]: ErrorSentences } = {
  en: errorSentencesEn,
  'zh-Hant': errorSentencesZh,
};

function sentenceFor<C extends ErrorCode>(code: C, data: unknown, language: Language): string {
  const format = new Format(language);
  const parsed = errorCatalog[code].safeParse(data);
  if (parsed.success) return sentences[language][code](parsed.data as ErrorData<C>, format);
  return sentences[language].internal({ incidentId: code }, format);
}

/**
 * What to tell a person about `error`, an `AppError`, a `{code, data}` from the contract or anything thrown.
 * Null for a cancel, which is no error. Something unknown, or data that does not fit its code, is told as a bug.
 */
export function errorSentence(error: unknown, language: Language): string | null {
  if (isCancel(error) || (error instanceof DOMException && error.name === 'AbortError'))
    return null;
  if (error instanceof AppError) return sentenceFor(error.code, error.data, language);
  const code = typeof error === 'object' && error && 'code' in error ? error.code : undefined;
  if (code === 'cancelled') return null;
  if (typeof code === 'string' && Object.hasOwn(errorCatalog, code)) {
    const data = typeof error === 'object' && error && 'data' in error ? error.data : undefined;
    return sentenceFor(code as ErrorCode, data, language);
  }
  return sentenceFor('internal', { incidentId: 'window' }, language);
}
