import { AppError } from '../../../contract/errors/app-error.ts';
import type { ForeignFile, Pixels, PixelsOptions } from '../reader.ts';
import { openPdf } from './document.ts';
import { drawPage, pageSize } from './draw-page.ts';
import { openPage } from './page.ts';
import type { Pdfium } from './pdfium.ts';

/**
 * Draws a page of a PDF to fill a square of `maxPx`.
 * @throws AppError `document.broken` where there is no such page or it cannot be drawn; what opening it throws
 */
export function pixelsOfPage(pdfium: Pdfium, file: ForeignFile, options: PixelsOptions): Pixels {
  using document = openPdf(pdfium, file);
  const broken = (detail: string) => new AppError('document.broken', { name: file.name, detail });
  if (options.page > document.pageCount) throw broken(`no page ${options.page}`);
  using page = openPage(document, options.page);
  if (page === null) throw broken(`page ${options.page} cannot be loaded`);
  const { width, height, rgba } = drawPage(page, pageSize(page, { maxPx: options.maxPx }));
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0, from = 0; at < rgb.length; at += 3, from += 4) {
    rgb[at] = rgba[from] ?? 255;
    rgb[at + 1] = rgba[from + 1] ?? 255;
    rgb[at + 2] = rgba[from + 2] ?? 255;
  }
  return { width, height, rgb };
}
