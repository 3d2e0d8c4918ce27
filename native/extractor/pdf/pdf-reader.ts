import type { FormatReader } from '../reader.ts';
import { loadPdfium } from './pdfium.ts';
import { pixelsOfPage } from './pixels-of-page.ts';
import { readPdf } from './read-pdf.ts';

/** The reader of PDF. Loads PDFium: to be called before the process restricts itself. */
export async function loadPdfReader(): Promise<FormatReader> {
  const pdfium = await loadPdfium();
  return {
    extract: (file, options) => readPdf(pdfium, file, options),
    pixels: (file, options) => pixelsOfPage(pdfium, file, options),
  };
}
