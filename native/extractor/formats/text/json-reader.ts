import type { Block } from '../../../../contract/documents/extracted.ts';
import type { ForeignFile } from '../../reader.ts';
import { LeftOutCounts, type RawReading } from '../raw-reader.ts';
import { encodingOf, textPieces } from './text-pieces.ts';

const blockChars = 3_000;
const maxIndent = 24;
const maxStringChars = 12_000;

/**
 * JSON, one value or one a line: set out over lines as it nests, and cut between entries. Nothing is parsed to values,
 * so numbers and names stand as they are written, and a file that breaks off gives what it has.
 */
export async function* readJson(file: ForeignFile): RawReading {
  const layout = new JsonLayout();
  for (const { text, fraction } of textPieces(file, encodingOf(file))) {
    layout.write(text);
    yield { blocks: layout.take(), fraction };
  }
  yield { blocks: layout.finish(), fraction: 1 };
  return { title: null, pageCount: null, leftOut: new LeftOutCounts() };
}

class JsonLayout {
  readonly #blocks: Block[] = [];
  #lines: string[] = [];
  #line: string[] = [];
  #lineChars = 0;
  #chars = 0;
  #depth = 0;
  #isString = false;
  #isEscaped = false;

  write(text: string): void {
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (this.#isInside(code) || !isMark(code)) continue;
      this.#add(text.slice(from, at));
      from = at + 1;
      this.#mark(code);
    }
    this.#add(text.slice(from));
  }

  /** Whether a character belongs to a string, its quotes included. */
  #isInside(code: number): boolean {
    if (!this.#isString) {
      this.#isString = code === 0x22;
      return this.#isString;
    }
    if (this.#isEscaped) this.#isEscaped = false;
    else if (code === 0x5c) this.#isEscaped = true;
    else if (code === 0x22) this.#isString = false;
    return true;
  }

  take(): Block[] {
    return this.#blocks.splice(0);
  }

  finish(): Block[] {
    this.#endLine();
    this.#cut();
    return this.take();
  }

  #mark(code: number): void {
    const char = String.fromCharCode(code);
    if (code === 0x7b || code === 0x5b) {
      this.#add(char);
      this.#depth += 1;
      this.#endLine();
    } else if (code === 0x7d || code === 0x5d) {
      this.#endLine();
      this.#depth = Math.max(0, this.#depth - 1);
      this.#add(char);
      if (this.#depth === 0) this.#endLine();
    } else if (code === 0x2c) {
      this.#add(char);
      this.#endLine();
    } else if (code === 0x3a) this.#add(': ');
    // White space between tokens says nothing, but a line's end may part values.
    else if (code === 0x0a && this.#depth === 0) this.#endLine();
  }

  #add(text: string): void {
    if (text === '') return;
    if (this.#lineChars === 0) this.#line.push('  '.repeat(Math.min(maxIndent, this.#depth)));
    this.#line.push(text);
    this.#lineChars += text.length;
    if (this.#lineChars > maxStringChars) this.#endLine();
  }

  #endLine(): void {
    if (this.#lineChars === 0) return;
    const line = this.#line.join('');
    this.#lines.push(line);
    this.#chars += line.length + 1;
    this.#line = [];
    this.#lineChars = 0;
    if (this.#chars > blockChars) this.#cut();
  }

  #cut(): void {
    const text = this.#lines.join('\n');
    if (text.trim() !== '') this.#blocks.push({ kind: 'code', text });
    this.#lines = [];
    this.#chars = 0;
  }
}

/** Braces, brackets, comma, colon and white space. */
function isMark(code: number): boolean {
  return (
    code === 0x7b ||
    code === 0x7d ||
    code === 0x5b ||
    code === 0x5d ||
    code === 0x2c ||
    code === 0x3a ||
    code === 0x20 ||
    code === 0x0a ||
    code === 0x0d ||
    code === 0x09
  );
}
