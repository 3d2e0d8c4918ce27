import type { PdfDocument } from './document.ts';
import type { Pdfium, Pointer } from './pdfium.ts';

/** An affine map: x' = a·x + c·y + e, y' = b·x + d·y + f. */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** A rectangle in points, from the top left of the page as it is shown. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A loaded page. Coordinates are points of the page as shown: turned, cropped, y downwards. */
export interface PdfPage {
  readonly pdfium: Pdfium;
  readonly pointer: Pointer;
  /** From 1. */
  readonly number: number;
  readonly widthPt: number;
  readonly heightPt: number;
  /** From the file's coordinates to those of the page as shown. */
  readonly shown: Affine;
  [Symbol.dispose](): void;
}

/** Fine enough that rounding to whole units is nothing: a hundredth of a point on a page of 10,000 points. */
const UNITS = 1_000_000;
const PROBE_PT = 1_000;

/** Loads a page, from 1; null where PDFium cannot make one of what is there. */
export function openPage(document: PdfDocument, number: number): PdfPage | null {
  const { pdfium } = document;
  const { functions } = pdfium;
  const pointer = functions.FPDF_LoadPage(document.pointer, number - 1);
  if (pointer === 0) return null;
  const widthPt = functions.FPDF_GetPageWidthF(pointer);
  const heightPt = functions.FPDF_GetPageHeightF(pointer);
  if (!(widthPt > 0 && heightPt > 0)) {
    functions.FPDF_ClosePage(pointer);
    return null;
  }
  const page = { pdfium, pointer, number, widthPt, heightPt };
  return {
    ...page,
    shown: shownFrom(page),
    [Symbol.dispose]: () => functions.FPDF_ClosePage(pointer),
  };
}

function shownFrom(page: Omit<PdfPage, 'shown' | typeof Symbol.dispose>): Affine {
  const origin = toShown(page, 0, 0);
  const alongX = toShown(page, PROBE_PT, 0);
  const alongY = toShown(page, 0, PROBE_PT);
  return {
    a: (alongX.x - origin.x) / PROBE_PT,
    b: (alongX.y - origin.y) / PROBE_PT,
    c: (alongY.x - origin.x) / PROBE_PT,
    d: (alongY.y - origin.y) / PROBE_PT,
    e: origin.x,
    f: origin.y,
  };
}

function toShown(
  { pdfium, pointer, widthPt, heightPt }: Omit<PdfPage, 'shown' | typeof Symbol.dispose>,
  x: number,
  y: number,
): { x: number; y: number } {
  const { functions, scratch } = pdfium;
  functions.FPDF_PageToDevice(pointer, 0, 0, UNITS, UNITS, 0, x, y, scratch, scratch + 4);
  const words = pdfium.scratchWords();
  return {
    x: ((words[0] ?? 0) / UNITS) * widthPt,
    y: ((words[1] ?? 0) / UNITS) * heightPt,
  };
}

/** The rectangle around a mapped one. */
export function mapRect(
  map: Affine,
  { x0, y0, x1, y1 }: { x0: number; y0: number; x1: number; y1: number },
): Rect {
  const xs = [map.a * x0 + map.c * y0, map.a * x1 + map.c * y0];
  xs.push(map.a * x0 + map.c * y1, map.a * x1 + map.c * y1);
  const ys = [map.b * x0 + map.d * y0, map.b * x1 + map.d * y0];
  ys.push(map.b * x0 + map.d * y1, map.b * x1 + map.d * y1);
  return {
    left: Math.min(...xs) + map.e,
    right: Math.max(...xs) + map.e,
    top: Math.min(...ys) + map.f,
    bottom: Math.max(...ys) + map.f,
  };
}

/** `outer` after `inner`: maps by `inner` first. */
export function compose(outer: Affine, inner: Affine): Affine {
  return {
    a: outer.a * inner.a + outer.c * inner.b,
    b: outer.b * inner.a + outer.d * inner.b,
    c: outer.a * inner.c + outer.c * inner.d,
    d: outer.b * inner.c + outer.d * inner.d,
    e: outer.a * inner.e + outer.c * inner.f + outer.e,
    f: outer.b * inner.e + outer.d * inner.f + outer.f,
  };
}

export function hasPoint(rect: Rect, x: number, y: number): boolean {
  return rect.left <= x && x <= rect.right && rect.top <= y && y <= rect.bottom;
}

export function areaOf({ left, top, right, bottom }: Rect): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}
