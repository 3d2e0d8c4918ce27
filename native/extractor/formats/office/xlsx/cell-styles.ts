import type { XmlElement, XmlHandler } from '../../xml/xml-reader.ts';
import { isWhite } from '../office-package.ts';

/** What a cell's style decides of its text. */
export interface CellStyle {
  kind: 'general' | 'date' | 'time' | 'date-time' | 'percent' | 'duration' | 'unseen';
  /** Digits after the point that a percentage shows. */
  decimals: number;
  isWhite: boolean;
}

const plain: CellStyle = { kind: 'general', decimals: 0, isWhite: false };

/** Formats that every workbook has without defining them (ECMA-376 part 1, 18.8.30). */
const builtIn: ReadonlyMap<number, string> = new Map([
  [9, '0%'],
  [10, '0.00%'],
  ...[14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58].map(
    (id) => [id, 'yyyy-mm-dd'] as const,
  ),
  ...[18, 19, 20, 21, 32, 33, 34, 35, 55, 56].map((id) => [id, 'h:mm:ss'] as const),
  [22, 'm/d/yy h:mm'],
  [45, 'mm:ss'],
  [46, '[h]:mm:ss'],
  [47, 'mmss.0'],
]);

/** Styles of a workbook's cells by their number. */
export class CellStyles implements XmlHandler {
  readonly #formats = new Map<number, string>();
  readonly #fonts: boolean[] = [];
  readonly #fills: boolean[] = [];
  readonly #styles: CellStyle[] = [];
  #section = '';

  open(element: XmlElement): void {
    if (/^x:(fonts|fills|cellXfs|cellStyleXfs|dxfs)$/u.test(element.name))
      this.#section = element.name;
    else if (element.name === 'x:numFmt' && this.#section !== 'x:dxfs') {
      this.#formats.set(Number(element.get('numFmtId')), element.get('formatCode') ?? '');
    } else if (this.#section === 'x:fonts') this.#openFont(element);
    else if (this.#section === 'x:fills') this.#openFill(element);
    else if (this.#section === 'x:cellXfs' && element.name === 'x:xf') {
      this.#styles.push(this.#style(element));
    }
  }

  #openFont(element: XmlElement): void {
    if (element.name === 'x:font') this.#fonts.push(false);
    else if (element.name === 'x:color')
      this.#fonts[this.#fonts.length - 1] = isWhiteColor(element);
  }

  #openFill(element: XmlElement): void {
    if (element.name === 'x:patternFill') this.#fills.push(isFill(element.get('patternType')));
    else if (element.name === 'x:gradientFill') this.#fills.push(true);
    else if (element.name === 'x:fgColor' && isWhiteColor(element)) {
      this.#fills[this.#fills.length - 1] = false;
    }
  }

  close(name: string): void {
    if (name === this.#section) this.#section = '';
  }

  get(index: string | undefined): CellStyle {
    return this.#styles[Number(index ?? 0)] ?? plain;
  }

  #style(element: XmlElement): CellStyle {
    const id = Number(element.get('numFmtId') ?? 0);
    const code = this.#formats.get(id) ?? builtIn.get(id) ?? 'General';
    const isFilled = this.#fills[Number(element.get('fillId') ?? 0)] === true;
    const isWhiteFont = this.#fonts[Number(element.get('fontId') ?? 0)] === true;
    return { ...kindOf(code), isWhite: isWhiteFont && !isFilled };
  }
}

function isFill(pattern: string | undefined): boolean {
  return pattern !== undefined && pattern !== 'none';
}

/** Said outright, or the first colour of the theme, which is its light background. */
function isWhiteColor(element: XmlElement): boolean {
  if (element.get('theme') === '0') return Number(element.get('tint') ?? 0) > -0.04;
  return (
    isWhite(element.get('rgb')) || element.get('indexed') === '9' || element.get('indexed') === '1'
  );
}

function kindOf(code: string): Pick<CellStyle, 'kind' | 'decimals'> {
  // What stands in quotes, after a backslash or in brackets (colours, conditions, locales) is no code; [h] is.
  const bare = code
    .slice(0, 255)
    .replace(/"[^"]*"|\\.|_.|\*./gu, '')
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/giu, '');
  const first = bare.split(';')[0]?.toLowerCase() ?? '';
  if (/^;;;?$/u.test(bare) && bare.length === code.length) return { kind: 'unseen', decimals: 0 };
  if (first.includes('%'))
    return { kind: 'percent', decimals: /\.([0#?]+)/u.exec(first)?.[1]?.length ?? 0 };
  if (/\[[hms]+\]/u.test(first)) return { kind: 'duration', decimals: 0 };
  const hasDate = /[ydgeb]|m{3,}|^m+$|[/-]m|m[/-]/u.test(first) && !/general/u.test(first);
  const hasTime = /h|s/u.test(first);
  if (hasDate) return { kind: hasTime ? 'date-time' : 'date', decimals: 0 };
  return { kind: hasTime ? 'time' : 'general', decimals: 0 };
}
