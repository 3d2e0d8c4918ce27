import type { FileFormat } from '../../../../contract/documents/extracted.ts';

/** The formats that are neither PDF nor picture. */
export type ReadFormat = Extract<
  FileFormat,
  'docx' | 'pptx' | 'xlsx' | 'epub' | 'html' | 'markdown' | 'text' | 'code' | 'csv' | 'json'
>;
