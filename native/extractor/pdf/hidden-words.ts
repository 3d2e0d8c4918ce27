import type { HiddenCarrier } from '../../../contract/documents/extracted.ts';
import { type DrawnPage, drawPage, pageSize } from './draw-page.ts';
import { hasPoint, type PdfPage, type Rect } from './page.ts';
import { type PageObjects, type Painted, type Rgba, readObjects } from './page-objects.ts';
import type { Word } from './words.ts';

/** Words of a page by whether a person sees them. */
export interface SortedWords {
  readonly visible: readonly Word[];
  /** The invisible text that recognition laid over a picture of a page. */
  readonly recognised: readonly Word[];
  readonly hidden: ReadonlyMap<HiddenCarrier, readonly Word[]>;
  /** What the page paints beside them. */
  readonly objects: PageObjects;
}

/** Text lower than this as shown is read by nobody. */
const MIN_SIZE_PT = 1;
const OUTSIDE_PT = 0.5;
const NEARLY_CLEAR_ALPHA = 16;
/** Colours closer than this (sum over three channels) look like one. */
const SAME_COLOR = 60;
/** Text whose darkest channel is at least this may be lost on white paper. */
const LIGHT_CHANNEL = 0xd0;
const CHECK_DPI = 144;
const CHECK_MAX_PX = 2_400;
/** A channel that changes by less than this is no change to an eye. */
const SEEN_CHANGE = 24;
/** Type covers at least this much of its box. */
const MIN_INK_SHARE = 0.03;

/**
 * Sorts words into those that a person sees and those that nobody does. What a look at colours cannot settle is
 * settled by drawing the page with and without them.
 */
export function sortWords(page: PdfPage, words: readonly Word[]): SortedWords {
  const objects = readObjects(page);
  const visible: Word[] = [];
  const recognised: Word[] = [];
  const doubtful: Word[] = [];
  const hidden = new Map<HiddenCarrier, Word[]>();
  for (const word of words) {
    const look = lookAt(page, objects, word);
    if (look === 'seen') visible.push(word);
    else if (look === 'recognised') recognised.push(word);
    else if (look === 'doubtful') doubtful.push(word);
    else hidden.set(look, [...(hidden.get(look) ?? []), word]);
  }
  if (doubtful.length === 0) return { visible, recognised, hidden, objects };
  const unseen = new Set(unseenWords(page, doubtful));
  if (unseen.size > 0) {
    const white = new Set(hidden.get('white-text'));
    hidden.set(
      'white-text',
      words.filter((word) => white.has(word) || unseen.has(word)),
    );
  }
  const seen = new Set(visible);
  for (const word of doubtful) if (!unseen.has(word)) seen.add(word);
  return { visible: words.filter((word) => seen.has(word)), recognised, hidden, objects };
}

function lookAt(
  page: PdfPage,
  objects: PageObjects,
  word: Word,
): 'seen' | 'recognised' | 'doubtful' | HiddenCarrier {
  const { rect, style } = word;
  if (isOutside(page, rect)) return 'off-page-text';
  if (style.sizePt < MIN_SIZE_PT) return 'zero-size-text';
  if (style.isInvisible) {
    return objects.pictures.some((picture) => isOver(picture, rect)) ? 'recognised' : 'white-text';
  }
  if (style.color[3] < NEARLY_CLEAR_ALPHA) return 'white-text';
  return style.isInLayer || isDoubtful(objects, word) ? 'doubtful' : 'seen';
}

function isOutside({ widthPt, heightPt }: PdfPage, { left, top, right, bottom }: Rect): boolean {
  return (
    right <= OUTSIDE_PT ||
    bottom <= OUTSIDE_PT ||
    left >= widthPt - OUTSIDE_PT ||
    top >= heightPt - OUTSIDE_PT
  );
}

function isDoubtful(
  { fills, pictures, textOrder, isCut }: PageObjects,
  { rect, style }: Word,
): boolean {
  const order = textOrder.get(style.object);
  if (isCut || order === undefined) return isLight(style.color) || fills.length > 0;
  const covers = (painted: Painted) => isOver(painted, rect);
  if ([...fills, ...pictures].some((painted) => painted.order > order && covers(painted))) {
    return true;
  }
  if (pictures.some(covers)) return isLight(style.color);
  const behind = fills.findLast((painted) => painted.order < order && covers(painted));
  if (behind === undefined) return isLight(style.color);
  if (behind.fill === null || behind.fill[3] < 255) return true;
  return distance(style.color, behind.fill) < SAME_COLOR;
}

function isLight(color: Rgba): boolean {
  return Math.min(color[0], color[1], color[2]) >= LIGHT_CHANNEL;
}

function isOver({ rect }: Painted, { left, top, right, bottom }: Rect): boolean {
  return hasPoint(rect, (left + right) / 2, (top + bottom) / 2);
}

function distance(one: Rgba, other: Rgba): number {
  return Math.abs(one[0] - other[0]) + Math.abs(one[1] - other[1]) + Math.abs(one[2] - other[2]);
}

/** The words without which the page looks the same. */
function unseenWords(page: PdfPage, words: readonly Word[]): Word[] {
  const { functions } = page.pdfium;
  const objects = new Set(words.map(({ style }) => style.object));
  objects.delete(0);
  const size = pageSize(page, { maxPx: CHECK_MAX_PX, dotsPerInch: CHECK_DPI });
  const drawn = drawPage(page, size);
  for (const object of objects) functions.FPDFPageObj_SetIsActive(object, 0);
  const bare = drawPage(page, size);
  for (const object of objects) functions.FPDFPageObj_SetIsActive(object, 1);
  return words.filter(
    ({ rect, style }) => objects.has(style.object) && !changes(page, { drawn, bare, rect }),
  );
}

function changes(
  page: PdfPage,
  { drawn, bare, rect }: { drawn: DrawnPage; bare: DrawnPage; rect: Rect },
): boolean {
  const scaleX = drawn.width / page.widthPt;
  const scaleY = drawn.height / page.heightPt;
  const left = Math.max(0, Math.floor(rect.left * scaleX));
  const right = Math.min(drawn.width, Math.ceil(rect.right * scaleX));
  const top = Math.max(0, Math.floor(rect.top * scaleY));
  const bottom = Math.min(drawn.height, Math.ceil(rect.bottom * scaleY));
  let changed = 0;
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      if (isChanged(drawn.rgba, bare.rgba, (y * drawn.width + x) * 4)) changed += 1;
    }
  }
  return changed > 0 && changed >= (right - left) * (bottom - top) * MIN_INK_SHARE;
}

function isChanged(one: Uint8Array, other: Uint8Array, at: number): boolean {
  for (let channel = at; channel < at + 3; channel += 1) {
    if (Math.abs((one[channel] ?? 0) - (other[channel] ?? 0)) >= SEEN_CHANGE) return true;
  }
  return false;
}
