import { docx, paragraph, run } from '../testing/office-files.ts';
import type { BadInput } from './bad-input.ts';

export const shown = paragraph(run('Shown text'));
export const word = (name: string, body: string, more: Partial<BadInput> = {}): BadInput => ({
  name,
  file: 'a.docx',
  make: () => docx({ body }),
  format: 'docx',
  ...more,
});
export const part = (
  name: string,
  parts: Record<string, string | Uint8Array>,
  more: Partial<BadInput> = {},
): BadInput => ({
  name,
  file: 'a.docx',
  make: () => docx({ body: shown, parts }),
  ...more,
});
export const nested = (open: string, close: string, times: number, inside: string): string =>
  open.repeat(times) + inside + close.repeat(times);
export const spaces = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
