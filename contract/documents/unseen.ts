import type { HiddenCarrier } from './extracted.ts';
import {
  isJoinerAtHome,
  isSelectorAtHome,
  isSoftHyphenAtHome,
  rightToLeft,
} from './unseen-rules.ts';

/** Characters that show nothing, by carrier, as they stood in a row. */
export interface Unseen {
  carrier: HiddenCarrier;
  /** How many characters, in code points. */
  chars: number;
  /** What they spell, where they are a known way of writing text; otherwise empty. */
  text: string;
}

/** Flags that are written with tag characters: England, Scotland, Wales. */
const tagFlags: ReadonlySet<string> = new Set(['gbeng', 'gbsct', 'gbwls']);
const blackFlag = 0x1f3f4;
const cancelTag = 0xe007f;

/**
 * Takes out of `text` what shows nothing and stands where no writing system needs it. What a script does need stays:
 * joiners in emoji and in Arabic or Indic words, selectors after emoji and Han, direction marks beside right-to-left
 * letters. A soft hyphen inside a word is taken out too and not told of. Linear in the text's length.
 */
export function splitUnseen(text: string): { seen: string; unseen: Unseen[] } {
  if (!suspicious.test(text)) return { seen: text, unseen: [] };
  const points = Array.from(text, (char) => char.codePointAt(0) ?? 0);
  const directions = rightToLeft.test(text) && isBalanced(points);
  const selectorsAreMany = hasManySelectors(points);
  const seen: string[] = [];
  const unseen = new Runs();
  for (let at = 0; at < points.length; at += 1) {
    const flagEnd = endOfTagFlag(points, at);
    if (flagEnd > at) {
      seen.push(String.fromCodePoint(...points.slice(at, flagEnd)));
      at = flagEnd - 1;
      continue;
    }
    const point = points[at] ?? 0;
    const carrier = carrierOf(point);
    if (carrier === undefined) seen.push(String.fromCodePoint(point));
    else if (!isAtHome(carrier, { points, at, directions, selectorsAreMany })) {
      unseen.add(carrier, point, at);
    } else if (carrier !== 'soft-hyphens') seen.push(String.fromCodePoint(point));
  }
  return { seen: seen.join(''), unseen: unseen.finish() };
}

/**
 * A file's name as it may be shown, and how many characters of it nobody saw. Line breaks and control characters count
 * as unseen; what changes the reading direction always does, since it moves an ending.
 */
export function splitFileName(name: string): { name: string; hiddenChars: number } {
  const points = Array.from(name.toWellFormed());
  const kept = points.filter(
    (char) => !/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(char),
  );
  const { seen, unseen } = splitUnseen(kept.join(''));
  const padding = seen.match(/[\s\u2800\u3000]{8,}/gu) ?? [];
  const padded = padding.reduce((sum, run) => sum + run.length - 1, 0);
  const hidden = unseen.reduce((sum, run) => sum + run.chars, 0);
  return {
    name: seen.replace(/[\s\u2800\u3000]{8,}/gu, ' '),
    hiddenChars: points.length - kept.length + hidden + padded,
  };
}

const ranges: ReadonlyArray<readonly [first: number, last: number, carrier: HiddenCarrier]> = [
  [0xad, 0xad, 'soft-hyphens'],
  [0x34f, 0x34f, 'zero-width'],
  [0x61c, 0x61c, 'bidi-controls'],
  [0x115f, 0x1160, 'zero-width'],
  [0x17b4, 0x17b5, 'zero-width'],
  [0x180b, 0x180d, 'variation-selectors'],
  [0x180e, 0x180e, 'zero-width'],
  [0x180f, 0x180f, 'variation-selectors'],
  [0x200b, 0x200d, 'zero-width'],
  [0x200e, 0x200f, 'bidi-controls'],
  [0x202a, 0x202e, 'bidi-controls'],
  [0x2060, 0x2065, 'zero-width'],
  [0x2066, 0x2069, 'bidi-controls'],
  [0x206a, 0x206f, 'zero-width'],
  [0x3164, 0x3164, 'zero-width'],
  [0xe000, 0xf8ff, 'private-use'],
  [0xfe00, 0xfe0f, 'variation-selectors'],
  [0xfeff, 0xfeff, 'zero-width'],
  [0xffa0, 0xffa0, 'zero-width'],
  [0xe0000, 0xe007f, 'tag-characters'],
  [0xe0100, 0xe01ef, 'variation-selectors'],
  [0xf0000, 0x10ffff, 'private-use'],
];

/** All of them in one look. */
const suspicious = new RegExp(
  `[${ranges.map(([first, last]) => `\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`).join('')}]`,
  'u',
);

function carrierOf(point: number): HiddenCarrier | undefined {
  if (point < 0xad) return undefined;
  return ranges.find(([first, last]) => point >= first && point <= last)?.[2];
}

interface Place {
  points: readonly number[];
  at: number;
  /** Direction controls are right here: the text has right-to-left letters and closes what it opens. */
  directions: boolean;
  selectorsAreMany: boolean;
}

function isAtHome(carrier: HiddenCarrier, place: Place): boolean {
  const { points, at } = place;
  if (carrier === 'zero-width') return isJoinerAtHome(points, at);
  if (carrier === 'soft-hyphens') return isSoftHyphenAtHome(points, at);
  if (carrier === 'variation-selectors') {
    return !place.selectorsAreMany && isSelectorAtHome(points, at);
  }
  if (carrier === 'bidi-controls') {
    const isOverride = points[at] === 0x202d || points[at] === 0x202e;
    return place.directions && !isOverride;
  }
  return false;
}

/** Where a flag made of tag characters that begins at `at` ends, or `at`. */
function endOfTagFlag(points: readonly number[], at: number): number {
  if (points[at] !== blackFlag) return at;
  const letters = points.slice(at + 1, at + 6).map((point) => point - 0xe0000);
  const isFlag = points[at + 6] === cancelTag && tagFlags.has(String.fromCharCode(...letters));
  return isFlag ? at + 7 : at;
}

/** Whether every embedding and isolate is closed in its line, and none is closed that was not opened. */
function isBalanced(points: readonly number[]): boolean {
  return (
    isPaired(points, (point) =>
      point === 0x202c ? -1 : isWithin(point, 0x202a, 0x202e) ? 1 : 0,
    ) &&
    isPaired(points, (point) => (point === 0x2069 ? -1 : isWithin(point, 0x2066, 0x2068) ? 1 : 0))
  );
}

function isPaired(points: readonly number[], stepOf: (point: number) => number): boolean {
  let open = 0;
  for (const point of points) {
    if (point === 0x0a && open > 0) return false;
    open += stepOf(point);
    if (open < 0) return false;
  }
  return open === 0;
}

function isWithin(point: number, first: number, last: number): boolean {
  return point >= first && point <= last;
}

/** More ideographic selectors than a text with a few rare names has: they then spell something. */
function hasManySelectors(points: readonly number[]): boolean {
  let selectors = 0;
  for (const point of points) if (point >= 0xe0100 && point <= 0xe01ef) selectors += 1;
  return selectors >= 16 && selectors * 5 > points.length;
}

/** Gathers characters in a row to one entry. */
class Runs {
  readonly #runs: { carrier: HiddenCarrier; points: number[] }[] = [];
  #next = -1;

  add(carrier: HiddenCarrier, point: number, at: number): void {
    const last = this.#runs.at(-1);
    if (last !== undefined && last.carrier === carrier && at === this.#next) {
      last.points.push(point);
    } else this.#runs.push({ carrier, points: [point] });
    this.#next = at + 1;
  }

  finish(): Unseen[] {
    return this.#runs.map(({ carrier, points }) => ({
      carrier,
      chars: points.length,
      text: spelled(carrier, points),
    }));
  }
}

function spelled(carrier: HiddenCarrier, points: readonly number[]): string {
  if (carrier === 'tag-characters') return readable(points.map((point) => point - 0xe0000));
  if (carrier === 'private-use') return readable(points.map((point) => point & 0xff));
  if (carrier === 'variation-selectors') {
    return utf8(points.map((point) => (point < 0xff00 ? point - 0xfe00 : point - 0xe0100 + 16)));
  }
  if (carrier === 'zero-width') return bits(points);
  return '';
}

/** ASCII, or nothing when it is none. */
function readable(codes: readonly number[]): string {
  const shown = codes.filter((code) => code !== 0x01 && code !== 0x7f);
  if (shown.length === 0 || !shown.every((code) => code >= 0x20 && code < 0x7f)) return '';
  return String.fromCharCode(...shown);
}

function utf8(bytes: readonly number[]): string {
  if (bytes.length < 2 || bytes.some((byte) => byte < 0 || byte > 255)) return '';
  const escaped = bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  try {
    const text = decodeURIComponent(escaped);
    return /\p{Cc}/u.test(text.replace(/\s/gu, '')) ? '' : text;
  } catch {
    return '';
  }
}

/** Two characters as the bits of ASCII, whichever of them is 1. */
function bits(points: readonly number[]): string {
  const used = [...new Set(points)];
  if (used.length !== 2 || points.length < 16 || points.length % 8 !== 0) return '';
  for (const one of used) {
    const codes: number[] = [];
    for (let at = 0; at < points.length; at += 8) {
      const byte = points.slice(at, at + 8).map((point) => (point === one ? '1' : '0'));
      codes.push(Number.parseInt(byte.join(''), 2));
    }
    const text = readable(codes);
    if (text !== '') return text;
  }
  return '';
}
