import type { GreyPicture } from './tesseract.ts';

/** A part of a picture that holds one column of text, in pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Ink on a grid: one cell for `CELL_PX` by `CELL_PX` pixels. */
interface InkMap {
  readonly columns: number;
  readonly rows: number;
  readonly ink: Uint8Array;
}

/** Rows of the grid `[start, end)` that hold one line of text, or more that touch. */
interface Band {
  readonly start: number;
  readonly end: number;
}

const CELL_PX = 8;
/** A pixel darker than its picture's mean by this much is ink. */
const DARKER = 48;
/** White between columns is at least as wide as two letters at 300 dots per inch. */
const MIN_GUTTER_CELLS = 6;
const MIN_COLUMN_SHARE = 0.2;
const MIN_BANDS = 4;
/** Of a column's width its lines cover at least this much; cells of a table cover less. */
const MIN_FILL = 0.6;

/**
 * Cuts a picture of a page into regions of one column each, in reading order. Tesseract finds columns too, but loses
 * lines of Chinese when it does; told that it looks at one block of text it loses none.
 */
export function textRegions(picture: GreyPicture): Region[] {
  const map = inkMap(picture);
  const regions: CellRegion[] = [];
  let group: Band[] = [];
  let gutters: Band[] = [];
  const close = () => {
    regions.push(...regionsOf(map, group, gutters));
    group = [];
    gutters = [];
  };
  for (const band of bandsOf(map)) {
    const own = guttersOf(map, band);
    const common = gutters.length === 0 ? own : intersect(gutters, own);
    const goesOn = group.length === 0 || gutters.length > 0 === common.length > 0;
    if (!goesOn) close();
    gutters = goesOn ? common : own;
    group.push(band);
  }
  close();
  return joined(regions).map((region) => inPixels(region, picture));
}

function inkMap({ width, height, grey }: GreyPicture): InkMap {
  const columns = Math.ceil(width / CELL_PX);
  const rows = Math.ceil(height / CELL_PX);
  const ink = new Uint8Array(columns * rows);
  let sum = 0;
  for (let at = 0; at < grey.length; at += 61) sum += grey[at] ?? 0;
  const threshold = sum / Math.max(1, Math.ceil(grey.length / 61)) - DARKER;
  for (let y = 0; y < height; y += 1) {
    const row = (y >> 3) * columns;
    for (let x = 0; x < width; x += 1) {
      if ((grey[y * width + x] ?? 255) < threshold) ink[row + (x >> 3)] = 1;
    }
  }
  return { columns, rows, ink };
}

function bandsOf({ columns, rows, ink }: InkMap): Band[] {
  const bands: Band[] = [];
  let start = -1;
  for (let row = 0; row <= rows; row += 1) {
    const hasInk = row < rows && ink.subarray(row * columns, (row + 1) * columns).includes(1);
    if (hasInk && start < 0) start = row;
    if (!hasInk && start >= 0) {
      bands.push({ start, end: row });
      start = -1;
    }
  }
  return bands;
}

/** White from top to bottom of a band, wide enough to part columns, with room for one on both sides. */
function guttersOf({ columns, ink }: InkMap, band: Band): Band[] {
  const gutters: Band[] = [];
  const least = columns * MIN_COLUMN_SHARE;
  let start = -1;
  for (let column = 0; column <= columns; column += 1) {
    let isWhite = column < columns;
    for (let row = band.start; isWhite && row < band.end; row += 1) {
      isWhite = ink[row * columns + column] === 0;
    }
    if (isWhite && start < 0) start = column;
    if (isWhite || start < 0) continue;
    const gutter = { start, end: column };
    if (
      isWide(gutter) &&
      (gutter.start + gutter.end) / 2 > least &&
      (gutter.start + gutter.end) / 2 < columns - least
    ) {
      gutters.push(gutter);
    }
    start = -1;
  }
  return gutters;
}

function isWide({ start, end }: Band): boolean {
  return end - start >= MIN_GUTTER_CELLS;
}

function intersect(some: readonly Band[], others: readonly Band[]): Band[] {
  return some
    .flatMap((one) =>
      others.map((other) => ({
        start: Math.max(one.start, other.start),
        end: Math.min(one.end, other.end),
      })),
    )
    .filter(isWide);
}

interface CellRegion {
  readonly columns: Band;
  readonly rows: Band;
}

function regionsOf(map: InkMap, group: readonly Band[], gutters: readonly Band[]): CellRegion[] {
  const first = group[0];
  const last = group.at(-1);
  if (first === undefined || last === undefined) return [];
  const rows = { start: first.start, end: last.end };
  const whole = [{ columns: { start: 0, end: map.columns }, rows }];
  if (group.length < MIN_BANDS || gutters.length === 0) return whole;
  const edges = [0, ...gutters.map(({ start, end }) => Math.round((start + end) / 2)), map.columns];
  const cut = edges.slice(1).map((end, index) => ({ start: edges[index] ?? 0, end }));
  return cut.every((columns) => isFilled(map, columns, group))
    ? cut.map((columns) => ({ columns, rows }))
    : whole;
}

function isFilled(map: InkMap, column: Band, group: readonly Band[]): boolean {
  const extents = group
    .map((band) => extentOf(map, column, band))
    .filter((extent) => extent !== null);
  if (extents.length < MIN_BANDS) return false;
  const start = Math.min(...extents.map((extent) => extent.start));
  const end = Math.max(...extents.map((extent) => extent.end));
  const widths = extents
    .map((extent) => extent.end - extent.start)
    .sort((one, other) => one - other);
  return (widths[widths.length >> 1] ?? 0) >= (end - start) * MIN_FILL;
}

function extentOf({ columns, ink }: InkMap, column: Band, band: Band): Band | null {
  let start = column.end;
  let end = column.start;
  for (let row = band.start; row < band.end; row += 1) {
    for (let at = column.start; at < column.end; at += 1) {
      if (ink[row * columns + at] === 0) continue;
      start = Math.min(start, at);
      end = Math.max(end, at + 1);
    }
  }
  return end > start ? { start, end } : null;
}

/** Regions over the whole width, one under another, are one. */
function joined(regions: readonly CellRegion[]): CellRegion[] {
  const result: CellRegion[] = [];
  for (const region of regions) {
    const last = result.at(-1);
    const isSame =
      last !== undefined &&
      last.columns.start === region.columns.start &&
      last.columns.end === region.columns.end &&
      last.rows.end <= region.rows.start;
    if (isSame) {
      const rows = { start: last.rows.start, end: region.rows.end };
      result[result.length - 1] = { columns: last.columns, rows };
    } else {
      result.push(region);
    }
  }
  return result;
}

function inPixels({ columns, rows }: CellRegion, { width, height }: GreyPicture): Region {
  const left = columns.start * CELL_PX;
  const top = Math.max(0, rows.start - 1) * CELL_PX;
  return {
    left,
    top,
    width: Math.min(width, columns.end * CELL_PX) - left,
    height: Math.min(height, (rows.end + 1) * CELL_PX) - top,
  };
}

/** A region as a picture of its own. */
export function croppedTo(picture: GreyPicture, { left, top, width, height }: Region): GreyPicture {
  const grey = new Uint8Array(width * height);
  for (let row = 0; row < height; row += 1) {
    const from = (top + row) * picture.width + left;
    grey.set(picture.grey.subarray(from, from + width), row * width);
  }
  return { width, height, grey };
}
