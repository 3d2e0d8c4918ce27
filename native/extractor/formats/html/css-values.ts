/** Colours and lengths of CSS, as far as they decide whether text is seen. */

export interface Color {
  red: number;
  green: number;
  blue: number;
  /** [0, 1] */
  alpha: number;
}

export const white: Color = { red: 255, green: 255, blue: 255, alpha: 1 };

const named: Readonly<Record<string, string>> = {
  white: 'ffffff',
  snow: 'fffafa',
  ivory: 'fffff0',
  ghostwhite: 'f8f8ff',
  floralwhite: 'fffaf0',
  whitesmoke: 'f5f5f5',
  azure: 'f0ffff',
  black: '000000',
  red: 'ff0000',
  green: '008000',
  blue: '0000ff',
  yellow: 'ffff00',
  gray: '808080',
  grey: '808080',
  silver: 'c0c0c0',
  navy: '000080',
};

/** A colour as it is written, or undefined for what is none that we know. */
export function parseColor(value: string): Color | undefined {
  if (value === 'transparent') return { ...white, alpha: 0 };
  const hex = named[value] ?? /^#([0-9a-f]{3,8})$/u.exec(value)?.[1];
  if (hex !== undefined) return hexColor(hex);
  const parts = /^rgba?\(([^)]*)\)$/u
    .exec(value)?.[1]
    ?.split(/[\s,/]+/u)
    .filter((part) => part !== '');
  if (parts === undefined || parts.length < 3) return undefined;
  const [red = 0, green = 0, blue = 0] = parts.map((part) => share(part, 255));
  const alpha = parts[3] === undefined ? 1 : share(parts[3], 1);
  return [red, green, blue, alpha].some(Number.isNaN) ? undefined : { red, green, blue, alpha };
}

function share(part: string, whole: number): number {
  const number = Number.parseFloat(part);
  return part.endsWith('%') ? (number / 100) * whole : number;
}

function hexColor(hex: string): Color | undefined {
  const isShort = hex.length === 3 || hex.length === 4;
  if (!isShort && hex.length !== 6 && hex.length !== 8) return undefined;
  const digits = isShort ? Array.from(hex, (digit) => digit + digit).join('') : hex;
  const at = (start: number): number => Number.parseInt(digits.slice(start, start + 2), 16);
  return { red: at(0), green: at(2), blue: at(4), alpha: digits.length === 8 ? at(6) / 255 : 1 };
}

/** Too alike to tell apart. */
export function areAlike(one: Color, other: Color): boolean {
  const far = 12;
  return (
    Math.abs(one.red - other.red) <= far &&
    Math.abs(one.green - other.green) <= far &&
    Math.abs(one.blue - other.blue) <= far
  );
}

const pxOf: Readonly<Record<string, number>> = {
  px: 1,
  pt: 4 / 3,
  em: 16,
  rem: 16,
  ex: 8,
  ch: 8,
  vw: 12,
  vh: 8,
  '%': 0.16,
  cm: 38,
  mm: 3.8,
  in: 96,
  '': 1,
};

/** About how many pixels a length is, where text is 16 pixels high; undefined for what is no plain length. */
export function lengthPx(value: string | undefined): number | undefined {
  const parts =
    /^(-?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))(px|pt|em|rem|ex|ch|vw|vh|%|cm|mm|in)?$/u.exec(
      value ?? '',
    );
  if (parts === null) return undefined;
  return Number(parts[1]) * (pxOf[parts[2] ?? ''] ?? 1);
}
