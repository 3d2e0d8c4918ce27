import type { FileFormat } from '../../../contract/documents/extracted.ts';
import type { ErrorCode } from '../../../contract/errors/app-error.ts';

/** A file that was made to go wrong, and how it has to end: in text, or in an error that says why. */
export interface BadInput {
  name: string;
  /** What it is called on disk. */
  file: string;
  make: () => Uint8Array | string;
  /** Its format, where it ends in text. */
  format?: FileFormat;
  /** Its error, where it ends in one. One of both is given, or it may end either way. */
  code?: ErrorCode;
  /** Why the file counts as broken. */
  detail?: string;
  holds?: string;
  lacks?: string;
}

/** Shapes by the row of the table of bad input that they belong to. */
export type BadRow = readonly BadInput[];
