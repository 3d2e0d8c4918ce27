import { beginsHtml, escapeText, inlineHtml, tableCells } from './markdown-inline.ts';

const maxLists = 32;
const maxQuotes = 32;
const maxParagraphChars = 12_000;
const maxFrontLines = 200;

/** Until where lines are passed on untouched: a comment or an element whose content is no Markdown. */
const rawElements: ReadonlyArray<readonly [begins: RegExp, ends: RegExp]> = [
  [/<!--/u, /-->/u],
  [/<script\b/iu, /<\/script/iu],
  [/<style\b/iu, /<\/style/iu],
  [/<pre\b/iu, /<\/pre/iu],
  [/<textarea\b/iu, /<\/textarea/iu],
];

interface List {
  indent: number;
  isOrdered: boolean;
}

/**
 * The blocks of Markdown as HTML, line by line and in one pass, for the reader of pages: so that what Markdown hides by
 * markup is found as it is in a page. Emphasis, links and the like stay as they are written.
 */
export class MarkdownHtml {
  #out: string[] = [];
  #paragraph: string[] = [];
  #paragraphChars = 0;
  #isItem = false;
  #fence: { mark: string; length: number } | undefined;
  #rawUntil: RegExp | undefined;
  #isHtml = false;
  #isTable = false;
  #isIndentedCode = false;
  #isAfterEmpty = true;
  #front: 'first' | 'open' | 'done' = 'first';
  #frontLines = 0;
  #quotes = 0;
  readonly #lists: List[] = [];

  take(): string {
    const html = this.#out.join('');
    this.#out = [];
    return html;
  }

  finish(): string {
    this.#closeAll();
    return this.take();
  }

  line(line: string): void {
    if (this.#front !== 'done' && this.#isFrontMatter(line)) return;
    if (this.#rawUntil !== undefined) {
      this.#raw(line);
      return;
    }
    const bare = this.#fence === undefined ? this.#unquoted(line) : line;
    if (this.#fence !== undefined)
      this.#code(this.#quotes > 0 ? stripQuotes(bare).text : bare, this.#fence);
    else if (bare.trim() === '') this.#empty();
    else this.#content(bare);
    this.#isAfterEmpty = bare.trim() === '';
  }

  /** Settings that stand before a text, between two rules. */
  #isFrontMatter(line: string): boolean {
    if (this.#front === 'first') {
      this.#front = /^---\s*$/u.test(line) ? 'open' : 'done';
      if (this.#front === 'open') this.#out.push('<pre>');
      return this.#front === 'open';
    }
    this.#frontLines += 1;
    const isEnd = /^(---|\.\.\.)\s*$/u.test(line) || this.#frontLines > maxFrontLines;
    this.#out.push(isEnd ? '</pre>' : `\n${escapeText(line)}`);
    if (isEnd) this.#front = 'done';
    return true;
  }

  #content(line: string): void {
    if (this.#isHtml) {
      this.#html(line);
      return;
    }
    const indent = line.length - line.trimStart().length;
    if (this.#isIndentedCode && indent < 4 && !line.startsWith('\t')) this.#closeIndentedCode();
    if (this.#isCodeByIndent(line, indent)) this.#indentedCode(line);
    else if (this.#isTable && line.includes('|')) this.#row(line);
    else if (!this.#structure(line, indent)) this.#words(line, indent);
  }

  /** Whether the line is a block of its own, or begins one. */
  #structure(line: string, indent: number): boolean {
    const text = line.trim();
    const fence = /^(`{3,})([^`]*)$|^(~{3,})/u.exec(text);
    if (fence !== null) return this.#openFence(fence[1] ?? fence[3] ?? '```');
    if (this.#isTable) this.#closeTable();
    const heading = /^(#{1,6})(?:[ \t]+(.*))?$/u.exec(text);
    if (heading !== null) return this.#heading(heading[1]?.length ?? 1, heading[2] ?? '');
    if (/^(=+|-+)$/u.test(text) && this.#underline(text.startsWith('='))) return true;
    if (/^([-*_])([ \t]*\1){2,}$/u.test(text.slice(0, 200))) {
      this.#closeParagraph();
      return true;
    }
    if (this.#isTableRule(text)) return this.#openTable();
    if (this.#isHiddenDefinition(text)) return true;
    const item = /^([-*+]|(\d{1,9})[.)])(?:[ \t]+(.*))?$/u.exec(text);
    if (item !== null) return this.#item(indent, item[2], item[3] ?? '');
    if (!beginsHtml(line)) return false;
    this.#closeParagraph();
    this.#html(line);
    return true;
  }

  #words(line: string, indent: number): void {
    if (this.#isAfterEmpty) this.#closeListsOver(indent);
    this.#paragraph.push(line.trim());
    this.#paragraphChars += line.length;
    if (this.#paragraphChars > maxParagraphChars) this.#closeParagraph();
  }

  #empty(): void {
    if (this.#isIndentedCode) {
      this.#out.push('\n');
      return;
    }
    this.#closeParagraph();
    if (this.#isTable) this.#closeTable();
    if (this.#isHtml) this.#out.push('\n');
    this.#isHtml = false;
  }

  #unquoted(line: string): string {
    const { text, depth } = stripQuotes(line);
    const isLazy =
      depth < this.#quotes && this.#paragraph.length > 0 && depth === 0 && text.trim() !== '';
    if (depth === this.#quotes || isLazy) return text;
    this.#closeAll();
    for (; this.#quotes < depth; this.#quotes += 1) this.#out.push('<blockquote>');
    for (; this.#quotes > depth; this.#quotes -= 1) this.#out.push('</blockquote>');
    return text;
  }

  #raw(line: string): void {
    this.#out.push(`${line}\n`);
    if (this.#rawUntil?.test(line) === true) this.#rawUntil = undefined;
  }

  /** Markup to the next empty line, or to the end of an element that holds no Markdown. */
  #html(line: string): void {
    this.#isHtml = true;
    this.#out.push(`${inlineHtml(line)}\n`);
    this.#awaitEnd(line);
  }

  #awaitEnd(text: string): void {
    for (const [begins, ends] of rawElements) {
      const start = text.search(begins);
      if (start >= 0 && !ends.test(text.slice(start))) this.#rawUntil = ends;
    }
  }

  #openFence(mark: string): boolean {
    this.#closeParagraph();
    if (this.#isTable) this.#closeTable();
    this.#fence = { mark: mark[0] ?? '`', length: mark.length };
    this.#out.push('<pre>');
    return true;
  }

  #code(line: string, fence: { mark: string; length: number }): void {
    const text = line.trim();
    const isEnd = text.length >= fence.length && text === fence.mark.repeat(text.length);
    this.#out.push(isEnd ? '</pre>' : `\n${escapeText(line)}`);
    if (isEnd) this.#fence = undefined;
  }

  #isCodeByIndent(line: string, indent: number): boolean {
    if (this.#isIndentedCode) return true;
    const isFar = indent >= 4 || line.startsWith('\t');
    return isFar && this.#isAfterEmpty && this.#lists.length === 0 && this.#paragraph.length === 0;
  }

  #indentedCode(line: string): void {
    if (!this.#isIndentedCode) this.#out.push('<pre>');
    this.#isIndentedCode = true;
    this.#out.push(`\n${escapeText(line.replace(/^(\t| {4})/u, ''))}`);
  }

  #closeIndentedCode(): void {
    this.#isIndentedCode = false;
    this.#out.push('</pre>');
  }

  #heading(level: number, text: string): boolean {
    this.#closeParagraph();
    this.#closeListsOver(0);
    const bare = text.replace(/[ \t]#+[ \t]*$/u, '').trim();
    this.#out.push(`<h${level}>${inlineHtml(bare)}</h${level}>`);
    return true;
  }

  #underline(isFirst: boolean): boolean {
    if (this.#paragraph.length === 0 || this.#isItem) return false;
    const text = this.#paragraph.join(' ');
    this.#paragraph = [];
    this.#paragraphChars = 0;
    return this.#heading(isFirst ? 1 : 2, text);
  }

  #isTableRule(text: string): boolean {
    if (this.#paragraph.length !== 1 || !text.includes('-') || !text.includes('|')) return false;
    return /^[|:\- \t]+$/u.test(text) && this.#paragraph[0]?.includes('|') === true;
  }

  #openTable(): boolean {
    const header = this.#paragraph[0] ?? '';
    this.#paragraph = [];
    this.#paragraphChars = 0;
    this.#isTable = true;
    this.#out.push('<table>');
    this.#row(header);
    return true;
  }

  #row(line: string): void {
    const cells = tableCells(line).map((cell) => `<td>${inlineHtml(cell)}</td>`);
    this.#out.push(`<tr>${cells.join('')}</tr>`);
  }

  #closeTable(): void {
    this.#isTable = false;
    this.#out.push('</table>');
  }

  /** `[//]: # (a note)`: a link that leads nowhere, or a title too long for one, is how Markdown is made to hide text. */
  #isHiddenDefinition(text: string): boolean {
    if (!text.startsWith('[') || this.#paragraph.length > 0) return false;
    const parts = /^\[([^\]]{1,200})\]:\s*(\S+)\s*(?:"(.*)"|'(.*)'|\((.*)\))?\s*$/u.exec(text);
    const title = parts?.[3] ?? parts?.[4] ?? parts?.[5];
    if (parts === null || title === undefined) return false;
    if (!/^(#|<>|\/)$/u.test(parts[2] ?? '') && title.length < 80) return false;
    this.#closeParagraph();
    this.#out.push(`<!--${title.replaceAll('--', '- -')}-->`);
    return true;
  }

  #item(indent: number, number: string | undefined, text: string): boolean {
    // A number in the middle of a paragraph is no list, unless it is the first.
    if (this.#paragraph.length > 0 && !this.#isItem && number !== undefined && number !== '1')
      return false;
    this.#closeParagraph();
    while ((this.#lists.at(-1)?.indent ?? -1) > indent) this.#closeList();
    const isOrdered = number !== undefined;
    const last = this.#lists.at(-1);
    if (last !== undefined && last.indent === indent && last.isOrdered !== isOrdered)
      this.#closeList();
    const open = this.#lists.at(-1);
    if ((open === undefined || open.indent + 1 < indent) && this.#lists.length < maxLists) {
      this.#lists.push({ indent, isOrdered });
      this.#out.push(isOrdered ? `<ol start="${number}">` : '<ul>');
    }
    this.#out.push('<li>');
    this.#isItem = true;
    if (text !== '') this.#paragraph.push(text);
    this.#paragraphChars += text.length;
    return true;
  }

  #closeParagraph(): void {
    if (this.#paragraph.length > 0) {
      const text = this.#paragraph.join('\n');
      this.#out.push(this.#isItem ? inlineHtml(text) : `<p>${inlineHtml(text)}</p>`);
      this.#awaitEnd(text);
    }
    this.#paragraph = [];
    this.#paragraphChars = 0;
    this.#isItem = false;
  }

  #closeListsOver(indent: number): void {
    while ((this.#lists.at(-1)?.indent ?? -1) >= indent) this.#closeList();
  }

  #closeList(): void {
    this.#out.push(this.#lists.pop()?.isOrdered === true ? '</ol>' : '</ul>');
  }

  #closeAll(): void {
    this.#closeParagraph();
    if (this.#isIndentedCode) this.#closeIndentedCode();
    if (this.#isTable) this.#closeTable();
    while (this.#lists.length > 0) this.#closeList();
    this.#isHtml = false;
  }
}

/** What stands behind the marks of a quote, and how many there are. */
function stripQuotes(line: string): { text: string; depth: number } {
  let at = 0;
  let depth = 0;
  for (;;) {
    let next = at;
    while (next < line.length && next - at < 4 && line[next] === ' ') next += 1;
    if (next - at > 3 || line[next] !== '>') break;
    depth += 1;
    at = next + 1;
    if (line[at] === ' ') at += 1;
  }
  return { text: line.slice(at), depth: Math.min(maxQuotes, depth) };
}
