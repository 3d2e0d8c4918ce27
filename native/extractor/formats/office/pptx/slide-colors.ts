import type { XmlElement, XmlHandler } from '../../xml/xml-reader.ts';
import { isWhite } from '../office-package.ts';

/** What lies behind the text of a slide, as far as its master and layout say. */
export class SlideBackdrop implements XmlHandler {
  readonly #colors = new Map<string, string>();
  readonly #map = new Map<string, string>();
  #slot: string | undefined;
  #inBackground = false;
  #isWhiteGround = true;
  #hasPictures = false;

  /** Theme first, then the master, then the layout. */
  open(element: XmlElement): void {
    const { name } = element;
    if (/^a:(dk|lt)[12]$|^a:accent\d$/u.test(name)) this.#slot = name.slice(2);
    else if (this.#slot !== undefined && name === 'a:sysClr')
      this.#colors.set(this.#slot, element.get('lastClr') ?? '');
    else if (this.#slot !== undefined && name === 'a:srgbClr')
      this.#colors.set(this.#slot, element.get('val') ?? '');
    else if (name === 'p:clrMap') this.#readMap(element);
    else if (name === 'p:bg') {
      this.#inBackground = true;
      this.#isWhiteGround = false;
    } else if (name === 'p:pic') this.#hasPictures = true;
    else if (name.startsWith('a:') && name.endsWith('Clr') && this.#inBackground) {
      this.#isWhiteGround = this.isWhite(element);
    } else if (this.#inBackground && /^a:(blip|grad|patt)Fill$/u.test(name))
      this.#hasPictures = true;
  }

  close(name: string): void {
    if (name.slice(2) === this.#slot) this.#slot = undefined;
    if (name === 'p:bg') this.#inBackground = false;
  }

  /** Whether text that is white cannot be seen before it. False where that cannot be known. */
  get isWhiteGround(): boolean {
    return this.#isWhiteGround && !this.#hasPictures;
  }

  isWhite(color: XmlElement): boolean {
    const value = color.get('val') ?? '';
    if (color.name === 'a:prstClr') return value === 'white';
    if (color.name === 'a:sysClr') return isWhite(color.get('lastClr'));
    if (color.name !== 'a:schemeClr') return isWhite(value);
    const slot =
      this.#map.get(value) ?? { bg1: 'lt1', bg2: 'lt2', tx1: 'dk1', tx2: 'dk2' }[value] ?? value;
    return isWhite(this.#colors.get(slot) ?? (slot === 'lt1' ? 'ffffff' : undefined));
  }

  #readMap(element: XmlElement): void {
    for (const slot of ['bg1', 'bg2', 'tx1', 'tx2']) {
      const mapped = element.get(slot);
      if (mapped !== undefined) this.#map.set(slot, mapped);
    }
  }
}
