import type { ErrorCode, ErrorData } from '../../contract/errors/app-error.ts';
import type { GgufFault } from '../../contract/errors/catalog.ts';
import type { Format } from './format.ts';

/** For every code a sentence: what happened, what it means for the person's work, what to do. */
export type ErrorSentences = {
  readonly [C in ErrorCode]: (data: ErrorData<C>, format: Format) => string;
};

/** What a refused model file has wrong, in the words of a person. */
export type FaultWords = { readonly [F in GgufFault]: string };

type TooLarge = ErrorData<'document.too-large'>;

/** Which limit a document is past, in the words of a person. */
export type LimitWords = {
  readonly [L in TooLarge['limit']]: (
    figures: Pick<TooLarge, 'found' | 'allowed'>,
    format: Format,
  ) => string;
};

/** The last part of a path, whichever way its slashes lean. */
export function fileNameOf(path: string): string {
  return path.split(/[\\/]/u).at(-1) || path;
}
