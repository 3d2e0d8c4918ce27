import type { XmlElement, XmlHandler } from '../../xml/xml-reader.ts';

/** All strings of a workbook together. */
const maxChars = 96 * 1024 * 1024;

/** Strings that cells refer to by their number. */
export class SharedStrings implements XmlHandler {
  readonly #strings: string[] = [];
  #text: string[] = [];
  #isText = false;
  #phonetic = 0;
  #chars = 0;

  /** More text than is kept: cells that refer behind it are empty. */
  get isCut(): boolean {
    return this.#chars > maxChars;
  }

  open(element: XmlElement): void {
    if (element.name === 'x:si') this.#text = [];
    else if (element.name === 'x:t') this.#isText = this.#phonetic === 0;
    else if (element.name === 'x:rPh') this.#phonetic += 1;
  }

  close(name: string): void {
    if (name === 'x:t') this.#isText = false;
    else if (name === 'x:rPh') this.#phonetic -= 1;
    else if (name === 'x:si') {
      const text = this.#text.join('');
      this.#chars += text.length;
      this.#strings.push(this.isCut ? '' : text);
    }
  }

  text(text: string): void {
    if (this.#isText && !this.isCut) this.#text.push(text);
  }

  get(index: number): string {
    return this.#strings[index] ?? '';
  }
}
