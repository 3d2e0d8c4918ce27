import type { XmlElement, XmlHandler } from '../../xml/xml-reader.ts';
import { isOn } from '../office-package.ts';

/** How text looks, as far as it decides whether it is seen. Undefined: not said. */
export interface TextLook {
  isVanished?: boolean;
  halfPoints?: number;
  /** `rrggbb`. */
  color?: string;
  /** Stands on a colour of its own. */
  isShaded?: boolean;
  /** Its font shows pictures in the place of letters. */
  isSymbols?: boolean;
}

export interface WordStyle extends TextLook {
  basedOn?: string;
  name?: string;
  /** From 0; 9 is text. */
  outlineLevel?: number;
  numId?: string;
  numLevel?: number;
}

const symbolFont = /^(symbol|wingdings|webdings|zapf)/iu;

/** Takes up one property of a run, if it is one that matters. */
export function readLook(look: TextLook, element: XmlElement): void {
  const value = element.get('w:val');
  if (element.name === 'w:vanish' || element.name === 'w:specVanish') look.isVanished = isOn(value);
  else if (element.name === 'w:sz') look.halfPoints = Number(value);
  else if (element.name === 'w:color' && value !== undefined) look.color = value;
  else if (element.name === 'w:highlight') look.isShaded = value !== 'none' && value !== 'white';
  else if (element.name === 'w:shd') look.isShaded = isFilled(element);
  else if (element.name === 'w:rFonts')
    look.isSymbols = symbolFont.test(element.get('w:ascii') ?? '');
}

/** A shading that is neither absent nor white. */
export function isFilled(element: XmlElement): boolean {
  const fill = element.get('w:fill') ?? 'auto';
  const pattern = element.get('w:val') ?? 'clear';
  if (pattern !== 'clear' && pattern !== 'nil') return true;
  return !/^(auto|ffffff)$/iu.test(fill) || element.get('w:themeFill') !== undefined;
}

/** Styles of a document by their id, each with what it inherits. */
export class WordStyles implements XmlHandler {
  readonly #styles = new Map<string, WordStyle>();
  readonly #resolved = new Map<string, WordStyle>();
  #current: WordStyle | undefined;

  open(element: XmlElement): void {
    if (element.name === 'w:style') {
      this.#current = {};
      this.#styles.set(element.get('w:styleId') ?? '', this.#current);
      return;
    }
    const style = this.#current;
    if (style === undefined) return;
    const value = element.get('w:val');
    if (element.name === 'w:name' && value !== undefined) style.name = value.toLowerCase();
    else if (element.name === 'w:basedOn' && value !== undefined) style.basedOn = value;
    else if (element.name === 'w:outlineLvl') style.outlineLevel = Number(value);
    else if (element.name === 'w:numId' && value !== undefined) style.numId = value;
    else if (element.name === 'w:ilvl') style.numLevel = Number(value);
    else if (element.name === 'w:shd')
      style.isShaded = style.isShaded === true || isFilled(element);
    else readLook(style, element);
  }

  close(name: string): void {
    if (name === 'w:style') this.#current = undefined;
  }

  /** With all that it is based on; a circle ends where it began. */
  get(id: string | undefined): WordStyle {
    if (id === undefined) return {};
    const known = this.#resolved.get(id);
    if (known !== undefined) return known;
    const chain: WordStyle[] = [];
    const seen = new Set<string>();
    for (let next: string | undefined = id; next !== undefined && !seen.has(next); ) {
      seen.add(next);
      const style: WordStyle | undefined = this.#styles.get(next);
      if (style !== undefined) chain.unshift(style);
      next = style?.basedOn;
    }
    const resolved: WordStyle = Object.assign({}, ...chain);
    this.#resolved.set(id, resolved);
    return resolved;
  }

  /** Heading level 1 to 6 of paragraphs in this style, if they are headings. */
  headingLevel(id: string | undefined): number | undefined {
    const { outlineLevel, name } = this.get(id);
    if (outlineLevel !== undefined && outlineLevel < 9) return clampLevel(outlineLevel + 1);
    const byName = /^heading ?(\d)$/u.exec(name ?? id?.toLowerCase() ?? '');
    if (byName !== null) return clampLevel(Number(byName[1]));
    return name === 'title' ? 1 : undefined;
  }
}

export function clampLevel(level: number): number {
  return Math.min(6, Math.max(1, Math.trunc(level)));
}
