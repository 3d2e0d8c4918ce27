import { mapRect, type PdfPage, type Rect } from './page.ts';
import { fillColor, type Rgba, strokeColor } from './page-objects.ts';
import { type Pdfium, type Pointer, readString } from './pdfium.ts';

/** What one text object of a page looks like. */
export interface TextStyle {
  readonly object: Pointer;
  /** Height of its font as shown, in points. */
  readonly sizePt: number;
  readonly isBold: boolean;
  /** All its characters are as wide as each other, as code is set. */
  readonly isFixedWidth: boolean;
  /** Which way it runs on the page as shown. Text at another angle counts as the nearest quarter. */
  readonly quarterTurns: 0 | 1 | 2 | 3;
  /** Drawn in no colour at all: PDF's modes 3 and 7. */
  readonly isInvisible: boolean;
  /** Part of a layer, which may be switched off. */
  readonly isInLayer: boolean;
  readonly color: Rgba;
}

/** A run of characters without a space, of one look. */
export interface Word {
  readonly text: string;
  readonly rect: Rect;
  readonly style: TextStyle;
  /** No space between it and the word before. */
  readonly isJoined: boolean;
  /** Ends in a hyphen that only breaks a line. */
  readonly endsInHyphen: boolean;
}

/** The words of a page in the file's order. */
export interface PageWords {
  readonly words: readonly Word[];
  readonly chars: number;
  /** Characters whose meaning the file does not say. */
  readonly unmappedChars: number;
}

const MAX_CHARS_PER_PAGE = 200_000;
const SPACE = 0x20;
const NO_BREAK_SPACE = 0xa0;
/** PDFium's own mark for a hyphen at the end of a line. */
const LINE_HYPHEN = 0x02;
const SOFT_HYPHEN = 0xad;
const REPLACEMENT = 0xfffd;
const MODES_INVISIBLE = [3, 7];
const BOLD_NAME = /bold|black|heavy|semibd|demi/i;
const FIXED_NAME = /courier|mono|consol|menlo|typewriter|cmtt|sfmono|inconsolata|code/i;
const MAX_MARKS = 16;
const OC_UTF16 = 0x0043_004f;
const MODE_STROKE = 1;
const MODE_STROKE_CLIP = 5;

/** Reads the words of a page with their boxes and looks, as PDFium finds them. */
export function readWords(page: PdfPage): PageWords {
  const { functions } = page.pdfium;
  const textPage = functions.FPDFText_LoadPage(page.pointer);
  if (textPage === 0) return { words: [], chars: 0, unmappedChars: 0 };
  try {
    return new WordReader(page, textPage).read();
  } finally {
    functions.FPDFText_ClosePage(textPage);
  }
}

class WordReader {
  readonly #page: PdfPage;
  readonly #pdfium: Pdfium;
  readonly #textPage: Pointer;
  readonly #styles = new Map<Pointer, TextStyle>();
  readonly #fonts = new Map<Pointer, FontLook>();
  readonly #words: Word[] = [];
  #unmapped = 0;
  #text = '';
  #style: TextStyle | null = null;
  #isJoined = false;
  #first = 0;
  #last = 0;

  constructor(page: PdfPage, textPage: Pointer) {
    this.#page = page;
    this.#pdfium = page.pdfium;
    this.#textPage = textPage;
  }

  read(): PageWords {
    const { functions } = this.#pdfium;
    const count = Math.min(functions.FPDFText_CountChars(this.#textPage), MAX_CHARS_PER_PAGE);
    let chars = 0;
    for (let index = 0; index < count; index += 1) {
      const code = functions.FPDFText_GetUnicode(this.#textPage, index);
      if (code === LINE_HYPHEN || code === SOFT_HYPHEN) {
        this.#close({ endsInHyphen: true, isJoinedNext: false });
        continue;
      }
      if (code <= SPACE || code === NO_BREAK_SPACE) {
        if (code !== 0) this.#close({ endsInHyphen: false, isJoinedNext: false });
        continue;
      }
      chars += 1;
      this.#add(index, code);
    }
    this.#close({ endsInHyphen: false, isJoinedNext: false });
    return { words: this.#words, chars, unmappedChars: this.#unmapped };
  }

  #add(index: number, code: number): void {
    const { functions } = this.#pdfium;
    const object = functions.FPDFText_GetTextObject(this.#textPage, index);
    if (this.#style === null || this.#style.object !== object) {
      const style = this.#styleOf(object, index);
      if (this.#style !== null && !looksAlike(this.#style, style)) {
        this.#close({ endsInHyphen: false, isJoinedNext: true });
      }
      this.#style = style;
    }
    if (this.#text === '') this.#first = index;
    this.#last = index;
    if (isUnmapped(functions.FPDFText_HasUnicodeMapError(this.#textPage, index), code)) {
      this.#unmapped += 1;
    }
    this.#text += String.fromCodePoint(code <= 0x10ffff ? code : REPLACEMENT);
  }

  #close({ endsInHyphen, isJoinedNext }: { endsInHyphen: boolean; isJoinedNext: boolean }): void {
    if (this.#text !== '' && this.#style !== null) {
      this.#words.push({
        text: spelledOut(this.#text),
        rect: this.#rectOf(this.#first, this.#last),
        style: this.#style,
        isJoined: this.#isJoined,
        endsInHyphen,
      });
    }
    this.#text = '';
    this.#style = null;
    this.#isJoined = isJoinedNext;
  }

  /** Around the first and the last character: those between lie on the same line, or PDFium had ended the word. */
  #rectOf(first: number, last: number): Rect {
    const start = this.#charRect(first);
    if (first === last) return start;
    const end = this.#charRect(last);
    return {
      left: Math.min(start.left, end.left),
      top: Math.min(start.top, end.top),
      right: Math.max(start.right, end.right),
      bottom: Math.max(start.bottom, end.bottom),
    };
  }

  #charRect(index: number): Rect {
    const { functions, scratch } = this.#pdfium;
    functions.FPDFText_GetLooseCharBox(this.#textPage, index, scratch);
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = this.#pdfium.scratchFloats();
    return mapRect(this.#page.shown, { x0, y0, x1, y1 });
  }

  #styleOf(object: Pointer, index: number): TextStyle {
    const known = this.#styles.get(object);
    if (known !== undefined) return known;
    const style = this.#readStyle(object, index);
    this.#styles.set(object, style);
    return style;
  }

  #readStyle(object: Pointer, index: number): TextStyle {
    const { functions, scratch } = this.#pdfium;
    functions.FPDFText_GetMatrix(this.#textPage, index, scratch);
    const [a = 1, b = 0, c = 0, d = 1] = this.#pdfium.scratchFloats();
    const { shown } = this.#page;
    const upX = shown.a * c + shown.c * d;
    const upY = shown.b * c + shown.d * d;
    const alongX = shown.a * a + shown.c * b;
    const alongY = shown.b * a + shown.d * b;
    const size = functions.FPDFText_GetFontSize(this.#textPage, index);
    const mode = object === 0 ? 0 : functions.FPDFTextObj_GetTextRenderMode(object);
    const isOutline = mode === MODE_STROKE || mode === MODE_STROKE_CLIP;
    return {
      object,
      sizePt: Math.abs(size) * Math.hypot(upX, upY),
      ...this.#fontLook(object, index),
      quarterTurns: quarterTurnsOf(alongX, alongY),
      isInvisible: MODES_INVISIBLE.includes(mode),
      isInLayer: object !== 0 && this.#isInLayer(object),
      color: this.#colorOf(object, isOutline),
    };
  }

  /** Optional content is marked with `/OC` (ISO 32000-1, 8.11.3.2). */
  #isInLayer(object: Pointer): boolean {
    const { functions, scratch } = this.#pdfium;
    const count = Math.min(functions.FPDFPageObj_CountMarks(object), MAX_MARKS);
    for (let index = 0; index < count; index += 1) {
      const mark = functions.FPDFPageObj_GetMark(object, index);
      const name = scratch + 8;
      if (functions.FPDFPageObjMark_GetName(mark, name, 8, scratch) === 0) continue;
      const words = this.#pdfium.scratchWords();
      // Six bytes, with the zero at its end: `OC` in UTF-16.
      if (words[0] === 6 && words[2] === OC_UTF16) return true;
    }
    return false;
  }

  #colorOf(object: Pointer, isOutline: boolean): Rgba {
    if (object === 0) return [0, 0, 0, 255];
    return isOutline ? strokeColor(this.#pdfium, object) : fillColor(this.#pdfium, object);
  }

  #fontLook(object: Pointer, index: number): FontLook {
    const { functions } = this.#pdfium;
    if (object === 0) return { isBold: false, isFixedWidth: false };
    const font = functions.FPDFTextObj_GetFont(object);
    const known = this.#fonts.get(font);
    if (known !== undefined) return known;
    const name = readString(
      this.#pdfium,
      (buffer, bytes) => functions.FPDFFont_GetBaseFontName(font, buffer, bytes),
      { encoding: 'utf-8', maxBytes: 512 },
    );
    const look = {
      isBold:
        BOLD_NAME.test(name) || functions.FPDFText_GetFontWeight(this.#textPage, index) >= 600,
      isFixedWidth: FIXED_NAME.test(name),
    };
    this.#fonts.set(font, look);
    return look;
  }
}

type FontLook = Pick<TextStyle, 'isBold' | 'isFixedWidth'>;

/** Whether two looks are one to a reader and to the search for hidden text. */
function looksAlike(one: TextStyle, other: TextStyle): boolean {
  return (
    Math.abs(one.sizePt - other.sizePt) < 0.5 &&
    one.isInvisible === other.isInvisible &&
    one.isInLayer === other.isInLayer &&
    one.quarterTurns === other.quarterTurns &&
    one.isFixedWidth === other.isFixedWidth &&
    one.color.every((value, index) => value === other.color[index])
  );
}

function quarterTurnsOf(x: number, y: number): 0 | 1 | 2 | 3 {
  if (Math.abs(x) >= Math.abs(y)) return x >= 0 ? 0 : 2;
  return y > 0 ? 1 : 3;
}

function isUnmapped(hasMapError: number, code: number): boolean {
  return (
    hasMapError === 1 ||
    code === REPLACEMENT ||
    (code >= 0xe000 && code <= 0xf8ff) ||
    (code >= 0xf0000 && code <= 0x10ffff)
  );
}

/** Ligatures as their letters, and radicals as the characters that they stand for in some fonts' maps. */
function spelledOut(text: string): string {
  return text.replace(/[\ufb00-\ufb06\u2f00-\u2fd5]/g, (char) => char.normalize('NFKC'));
}
