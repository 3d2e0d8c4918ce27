import { type Affine, compose, mapRect, type PdfPage, type Rect } from './page.ts';
import type { Pdfium, Pointer } from './pdfium.ts';

/** A colour: red, green, blue and how much of it covers, each 0 to 255. */
export type Rgba = readonly [number, number, number, number];

/** What is painted on a page besides text. `order` is its place in the order of painting, from the back. */
export interface Painted {
  readonly order: number;
  readonly rect: Rect;
  /** Null for a picture or a shading: it has no one colour. */
  readonly fill: Rgba | null;
}

/** What a page paints. */
export interface PageObjects {
  readonly pictures: readonly Painted[];
  /** Filled areas larger than a stroke, and shadings. */
  readonly fills: readonly Painted[];
  /** Place in the order of painting, by text object. Those inside forms have their form's place. */
  readonly textOrder: ReadonlyMap<Pointer, number>;
  /** There was more than was looked at. */
  readonly isCut: boolean;
}

const TYPE_TEXT = 1;
const TYPE_PATH = 2;
const TYPE_IMAGE = 3;
const TYPE_SHADING = 4;
const TYPE_FORM = 5;
const MAX_OBJECTS = 4_000;
const MAX_DEPTH = 5;
/** Thinner than this a filled area is a line. */
const MIN_FILL_PT = 3;

interface Walk {
  readonly pdfium: Pdfium;
  readonly pictures: Painted[];
  readonly fills: Painted[];
  readonly textOrder: Map<Pointer, number>;
  looked: number;
}

/** Looks at up to 4,000 objects of a page, those in forms included. */
export function readObjects(page: PdfPage): PageObjects {
  const { functions } = page.pdfium;
  const walk: Walk = {
    pdfium: page.pdfium,
    pictures: [],
    fills: [],
    textOrder: new Map(),
    looked: 0,
  };
  const count = functions.FPDFPage_CountObjects(page.pointer);
  for (let order = 0; order < count && walk.looked < MAX_OBJECTS; order += 1) {
    visit(walk, functions.FPDFPage_GetObject(page.pointer, order), {
      map: page.shown,
      order,
      depth: 0,
    });
  }
  const { pictures, fills, textOrder } = walk;
  return { pictures, fills, textOrder, isCut: walk.looked >= MAX_OBJECTS };
}

interface Place {
  readonly map: Affine;
  readonly order: number;
  readonly depth: number;
}

function visit(walk: Walk, object: Pointer, place: Place): void {
  walk.looked += 1;
  if (object === 0) return;
  switch (walk.pdfium.functions.FPDFPageObj_GetType(object)) {
    case TYPE_TEXT:
      walk.textOrder.set(object, place.order);
      return;
    case TYPE_IMAGE:
      addPainted(walk, walk.pictures, object, { ...place, fill: null });
      return;
    case TYPE_SHADING:
      addPainted(walk, walk.fills, object, { ...place, fill: null });
      return;
    case TYPE_PATH:
      if (isFilled(walk.pdfium, object)) {
        addPainted(walk, walk.fills, object, { ...place, fill: fillColor(walk.pdfium, object) });
      }
      return;
    case TYPE_FORM:
      visitForm(walk, object, place);
      return;
    default:
      return;
  }
}

function visitForm(walk: Walk, form: Pointer, place: Place): void {
  if (place.depth >= MAX_DEPTH) return;
  const { functions } = walk.pdfium;
  const map = compose(place.map, matrixOf(walk.pdfium, form));
  const count = functions.FPDFFormObj_CountObjects(form);
  for (let index = 0; index < count && walk.looked < MAX_OBJECTS; index += 1) {
    const object = functions.FPDFFormObj_GetObject(form, index);
    visit(walk, object, { map, order: place.order, depth: place.depth + 1 });
  }
}

function matrixOf({ functions, scratch, scratchFloats }: Pdfium, object: Pointer): Affine {
  if (functions.FPDFPageObj_GetMatrix(object, scratch) === 0) {
    return { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };
  }
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = scratchFloats();
  return { a, b, c, d, e, f };
}

function addPainted(
  { pdfium }: Walk,
  list: Painted[],
  object: Pointer,
  { map, order, fill }: Place & { fill: Rgba | null },
): void {
  const { functions, scratch } = pdfium;
  if (
    functions.FPDFPageObj_GetBounds(object, scratch, scratch + 4, scratch + 8, scratch + 12) === 0
  )
    return;
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = pdfium.scratchFloats();
  const rect = mapRect(map, { x0, y0, x1, y1 });
  if (rect.right - rect.left < MIN_FILL_PT || rect.bottom - rect.top < MIN_FILL_PT) return;
  list.push({ order, rect, fill });
}

function isFilled(pdfium: Pdfium, path: Pointer): boolean {
  const { functions, scratch } = pdfium;
  if (functions.FPDFPath_GetDrawMode(path, scratch, scratch + 4) === 0) return false;
  return (pdfium.scratchWords()[0] ?? 0) !== 0;
}

/** The colour that an object is filled with; black where it has none of its own. */
export function fillColor(pdfium: Pdfium, object: Pointer): Rgba {
  const { functions, scratch: at } = pdfium;
  if (functions.FPDFPageObj_GetFillColor(object, at, at + 4, at + 8, at + 12) === 0) {
    return [0, 0, 0, 255];
  }
  const [r = 0, g = 0, b = 0, a = 255] = pdfium.scratchWords();
  return [r, g, b, a];
}

/** The colour of an object's outline; black where it has none of its own. */
export function strokeColor(pdfium: Pdfium, object: Pointer): Rgba {
  const { functions, scratch: at } = pdfium;
  if (functions.FPDFPageObj_GetStrokeColor(object, at, at + 4, at + 8, at + 12) === 0) {
    return [0, 0, 0, 255];
  }
  const [r = 0, g = 0, b = 0, a = 255] = pdfium.scratchWords();
  return [r, g, b, a];
}
