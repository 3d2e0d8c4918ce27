import type { XmlElement, XmlHandler } from '../../xml/xml-reader.ts';

interface Level {
  format: string;
  /** `%1.%2` stands for the counters of the first two levels. */
  text: string;
  start: number;
}

const maxLevels = 9;

/** Lists of a document: says what stands before an item, and counts. */
export class WordNumbering implements XmlHandler {
  readonly #abstract = new Map<string, Map<number, Level>>();
  readonly #lists = new Map<string, string>();
  readonly #counters = new Map<string, number[]>();
  #levels: Map<number, Level> | undefined;
  #level: Level | undefined;
  #numId: string | undefined;

  open(element: XmlElement): void {
    const value = element.get('w:val') ?? '';
    if (element.name === 'w:abstractNum') {
      this.#levels = new Map();
      this.#abstract.set(element.get('w:abstractNumId') ?? '', this.#levels);
    } else if (element.name === 'w:lvl') {
      this.#level = { format: 'decimal', text: '', start: 1 };
      this.#levels?.set(Number(element.get('w:ilvl')), this.#level);
    } else if (element.name === 'w:num') this.#numId = element.get('w:numId');
    else if (element.name === 'w:abstractNumId' && this.#numId !== undefined) {
      this.#lists.set(this.#numId, value);
    } else if (this.#level !== undefined) readLevel(this.#level, element.name, value);
  }

  close(name: string): void {
    if (name === 'w:abstractNum') this.#levels = undefined;
    else if (name === 'w:lvl') this.#level = undefined;
    else if (name === 'w:num') this.#numId = undefined;
  }

  /** What stands before the next item of that list and level; `-` for a bullet. Undefined: no list. */
  next(numId: string | undefined, level: number): string | undefined {
    if (numId === undefined || numId === '0') return undefined;
    const at = Math.min(maxLevels - 1, Math.max(0, Math.trunc(level) || 0));
    const abstractId = this.#lists.get(numId);
    const levels = this.#abstract.get(abstractId ?? '');
    const own = levels?.get(at);
    if (own === undefined || own.format === 'bullet') return '-';
    if (own.format === 'none') return undefined;
    const counters = this.#counters.get(numId) ?? [];
    this.#counters.set(numId, counters);
    counters.length = Math.min(counters.length, at + 1);
    counters[at] = (counters[at] ?? own.start - 1) + 1;
    const marker = own.text.replace(/%([1-9])/gu, (_, digit: string) => {
      const index = Number(digit) - 1;
      const shown = levels?.get(index);
      return numberText(counters[index] ?? shown?.start ?? 1, shown?.format ?? 'decimal');
    });
    return marker.trim() === '' ? `${counters[at]}.` : marker.trim();
  }
}

function readLevel(level: Level, name: string, value: string): void {
  if (name === 'w:numFmt') level.format = value;
  else if (name === 'w:lvlText') level.text = value;
  else if (name === 'w:start') level.start = Number(value) || 0;
}

const romans: ReadonlyArray<readonly [number, string]> = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];
const hanDigits = '零一二三四五六七八九';

function numberText(value: number, format: string): string {
  if (value < 1 || value > 9999) return String(value);
  if (format === 'lowerLetter') return letters(value);
  if (format === 'upperLetter') return letters(value).toUpperCase();
  if (format === 'lowerRoman') return roman(value);
  if (format === 'upperRoman') return roman(value).toUpperCase();
  if (/chinese|taiwanese|ideograph|japanese/iu.test(format)) return han(value);
  return String(value);
}

function letters(value: number): string {
  const letter = String.fromCharCode(97 + ((value - 1) % 26));
  return letter.repeat(Math.min(8, Math.ceil(value / 26)));
}

function roman(value: number): string {
  let rest = value;
  let text = '';
  for (const [worth, sign] of romans) {
    text += sign.repeat(Math.floor(rest / worth));
    rest %= worth;
  }
  return text;
}

/** To 99 as it is counted; above as digits in a row. */
function han(value: number): string {
  const digits = [...String(value)].map((digit) => hanDigits[Number(digit)] ?? '');
  if (value < 10) return digits.join('');
  if (value > 99) return digits.join('').replaceAll('零', '〇');
  const tens = digits[0] === '一' ? '' : (digits[0] ?? '');
  return `${tens}十${digits[1] === '零' ? '' : (digits[1] ?? '')}`;
}
