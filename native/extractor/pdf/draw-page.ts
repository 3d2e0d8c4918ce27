import type { PdfPage } from './page.ts';
import { withMemory } from './pdfium.ts';

/** Pixels of a page: 4 bytes each (R, G, B, 255), rows from the top. */
export interface DrawnPage {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

const FORMAT_BGRX = 3;
const FLAG_ANNOTATIONS = 0x01;
const FLAG_RGB_ORDER = 0x10;
const FLAG_LIMITED_CACHE = 0x200;
const WHITE = 0xffffffff;
/** A page that is a line would be drawn as one; its other side is kept to this much. */
const MIN_SIDE_PX = 1;

/** The size in pixels of a page that fits a square of `maxPx`, or `dotsPerInch` where that is smaller. */
export function pageSize(
  { widthPt, heightPt }: PdfPage,
  { maxPx, dotsPerInch = Number.POSITIVE_INFINITY }: { maxPx: number; dotsPerInch?: number },
): { width: number; height: number } {
  const scale = Math.min(maxPx / Math.max(widthPt, heightPt), dotsPerInch / 72);
  return {
    width: Math.min(maxPx, Math.max(MIN_SIDE_PX, Math.round(widthPt * scale))),
    height: Math.min(maxPx, Math.max(MIN_SIDE_PX, Math.round(heightPt * scale))),
  };
}

/**
 * Draws a page on white with its annotations, in grey-levelled type.
 * @throws RangeError where PDFium's memory does not hold the pixels
 */
export function drawPage(page: PdfPage, size: { width: number; height: number }): DrawnPage {
  const { functions } = page.pdfium;
  const { width, height } = size;
  return withMemory(page.pdfium, width * height * 4, (pixels) => {
    const bitmap = functions.FPDFBitmap_CreateEx(width, height, FORMAT_BGRX, pixels, width * 4);
    if (bitmap === 0) throw new RangeError(`PDFium makes no picture of ${width} by ${height}`);
    try {
      functions.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE | 0);
      functions.FPDF_RenderPageBitmap(
        bitmap,
        page.pointer,
        0,
        0,
        width,
        height,
        0,
        FLAG_ANNOTATIONS | FLAG_RGB_ORDER | FLAG_LIMITED_CACHE,
      );
    } finally {
      functions.FPDFBitmap_Destroy(bitmap);
    }
    const rgba = page.pdfium.bytes().slice(pixels, pixels + width * height * 4);
    for (let at = 3; at < rgba.length; at += 4) rgba[at] = 255;
    return { width, height, rgba };
  });
}
