import type { ForeignFile } from '../../reader.ts';
import { LeftOutCounts, type RawReading } from '../raw-reader.ts';
import { encodingOf, textPieces } from '../text/text-pieces.ts';
import { StyleSheet } from './css-rules.ts';
import { HtmlPage } from './html-page.ts';

/** Styles are looked for in so much of a page before it is read: they may stand behind what they hide. */
/** A sheet that goes on for longer is cut. */
const maxSheetPieces = 16;
const styleSearchChars = 64 * 1024 * 1024;

/**
 * HTML, as a browser without scripts builds it up: only text, by headings, paragraphs, lists, tables and code. Comments
 * and what styles keep from view are hidden blocks.
 */
export async function* readHtml(file: ForeignFile): RawReading {
  const leftOut = new LeftOutCounts();
  const encoding = encodingOf(file, declaredIn);
  const styles = new StyleSheet();
  collectStyles(textPieces(file, encoding), styles);
  const page = new HtmlPage({ leftOut, styles });
  for (const { text, fraction } of textPieces(file, encoding)) {
    yield { blocks: page.write(text), fraction };
  }
  yield { blocks: page.finish(), fraction: 1 };
  return { title: page.title, pageCount: null, leftOut };
}

/** The encoding that a page says it is in. */
export function declaredIn(head: string): string | undefined {
  return /<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?([\w.:-]{2,40})/iu.exec(
    head,
  )?.[1];
}

/** Adds what stands in `<style>` elements. */
export function collectStyles(pieces: Iterable<{ text: string }>, styles: StyleSheet): void {
  const search = new StyleSearch(styles);
  let chars = 0;
  for (const { text } of pieces) {
    chars += text.length;
    if (chars > styleSearchChars) return;
    search.write(text);
  }
}

class StyleSearch {
  readonly #styles: StyleSheet;
  /** The end of what was looked through: a tag may go on in the next piece. */
  #tail = '';
  #sheet: string[] | undefined;

  constructor(styles: StyleSheet) {
    this.#styles = styles;
  }

  write(text: string): void {
    let rest = this.#tail + text;
    for (let found = this.#next(rest); found !== null; found = this.#next(rest)) {
      if (this.#sheet === undefined) this.#sheet = [];
      else {
        this.#styles.add([...this.#sheet, rest.slice(0, found.index)].join(''));
        this.#sheet = undefined;
      }
      rest = rest.slice(found.index + found[0].length);
    }
    this.#tail = rest.slice(-1024);
    if (this.#sheet === undefined || this.#sheet.length >= maxSheetPieces) return;
    this.#sheet.push(rest.slice(0, rest.length - this.#tail.length));
  }

  #next(rest: string): RegExpExecArray | null {
    return (this.#sheet === undefined ? /<style\b[^>]{0,1000}>/iu : /<\/style/iu).exec(rest);
  }
}
