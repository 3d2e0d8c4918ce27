import type { HiddenCarrier } from '../../../../contract/documents/extracted.ts';
import type { Declarations } from './css-rules.ts';
import { areAlike, type Color, lengthPx, parseColor, white } from './css-values.ts';

/** How an element's text is shown, as it is passed on to what is inside. */
export interface Appearance {
  /** Not shown at all, and nothing inside it either. */
  away: HiddenCarrier | undefined;
  isInvisible: boolean;
  isTiny: boolean;
  color: Color | undefined;
  /** Behind it. `unknown`: a picture, or a colour that a sheet which is not here may set. */
  ground: Color | 'unknown' | undefined;
}

export const plainAppearance: Appearance = {
  away: undefined,
  isInvisible: false,
  isTiny: false,
  color: undefined,
  ground: undefined,
};

const farPx = -900;
const tinyPx = 1.4;
const clearAlpha = 0.05;

/** Why text in it is not seen, if it is not. `isPartial`: a style sheet of the page is not here. */
export function carrierOf(look: Appearance, isPartial: boolean): HiddenCarrier | undefined {
  if (look.away !== undefined) return look.away;
  if (look.isInvisible) return 'html-hidden';
  if (look.isTiny) return 'zero-size-text';
  if (look.color === undefined) return undefined;
  if (look.color.alpha <= clearAlpha) return 'white-text';
  if (look.ground === 'unknown' || (look.ground === undefined && isPartial)) return undefined;
  return areAlike(look.color, look.ground ?? white) ? 'white-text' : undefined;
}

/** What the declarations of an element make of what it got from outside. */
export function appearanceOf(outer: Appearance, declared: Declarations): Appearance {
  const color = parseColor(declared.get('color') ?? '');
  return {
    away: outer.away ?? awayBy(declared),
    isInvisible: invisibleBy(declared.get('visibility'), outer.isInvisible),
    isTiny: tinyBy(declared.get('font-size') ?? fontSizeIn(declared.get('font')), outer.isTiny),
    color: color ?? outer.color,
    ground: groundBy(declared, outer.ground),
  };
}

function awayBy(declared: Declarations): HiddenCarrier | undefined {
  if (declared.get('display') === 'none') return 'html-hidden';
  const opacity = Number.parseFloat(declared.get('opacity') ?? '1');
  if (opacity <= clearAlpha) return 'html-hidden';
  if (isClipped(declared)) return 'html-hidden';
  return isFarAway(declared) ? 'off-page-text' : undefined;
}

function isClipped(declared: Declarations): boolean {
  const clip = declared.get('clip') ?? '';
  if (/^rect\(\s*([01](px)?[\s,]*){4}\)$/u.test(clip)) return true;
  if (/^(inset\((50|[6-9]\d|100)%|circle\(0)/u.test(declared.get('clip-path') ?? '')) return true;
  if (/^scale\(0(\)|,)/u.test(declared.get('transform') ?? '')) return true;
  if (!/hidden|clip/u.test(declared.get('overflow') ?? '')) return false;
  return ['width', 'height', 'max-width', 'max-height'].some(
    (side) => (lengthPx(declared.get(side)) ?? 99) <= 1,
  );
}

function isFarAway(declared: Declarations): boolean {
  if ((lengthPx(declared.get('text-indent')) ?? 0) <= farPx) return true;
  if (['margin-left', 'margin-top'].some((side) => (lengthPx(declared.get(side)) ?? 0) <= farPx))
    return true;
  const shift = /^translate[xy]?\(\s*(-[\d.]+[a-z%]*)/u.exec(declared.get('transform') ?? '')?.[1];
  if ((lengthPx(shift) ?? 0) <= farPx) return true;
  if (!/absolute|fixed|relative/u.test(declared.get('position') ?? '')) return false;
  return ['left', 'top', 'right', 'bottom'].some(
    (side) => (lengthPx(declared.get(side)) ?? 0) <= farPx,
  );
}

function invisibleBy(visibility: string | undefined, outer: boolean): boolean {
  if (visibility === 'hidden' || visibility === 'collapse') return true;
  return visibility === 'visible' ? false : outer;
}

/** A size that is a share of no size is none either. */
function tinyBy(size: string | undefined, outer: boolean): boolean {
  if (size === undefined) return outer;
  const isShare = /(em|%)$/u.test(size) && !size.endsWith('rem');
  const px = lengthPx(size);
  if (px === undefined) return /small|medium|large/u.test(size) ? false : outer;
  return px <= tinyPx || (isShare && outer);
}

function fontSizeIn(font: string | undefined): string | undefined {
  return /(?:^|\s)(-?[\d.]+(?:px|pt|em|rem|%))(?:\/|\s)/u.exec(font ?? '')?.[1];
}

function groundBy(declared: Declarations, outer: Appearance['ground']): Appearance['ground'] {
  const written = declared.get('background-color') ?? declared.get('background');
  const isPicture = /url\(|gradient/u.test(
    `${declared.get('background-image') ?? ''} ${declared.get('background') ?? ''}`,
  );
  if (isPicture) return 'unknown';
  if (written === undefined || written === 'none' || written === 'inherit') return outer;
  const color =
    parseColor(written) ??
    written
      .split(/\s+/u)
      .map(parseColor)
      .find((part) => part !== undefined);
  if (color === undefined) return 'unknown';
  if (color.alpha <= clearAlpha) return outer;
  return color.alpha < 1 ? 'unknown' : color;
}
