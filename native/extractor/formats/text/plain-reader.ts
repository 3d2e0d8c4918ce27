import type { Block } from '../../../../contract/documents/extracted.ts';
import type { ForeignFile } from '../../reader.ts';
import { LeftOutCounts, type RawReading } from '../raw-reader.ts';
import { linesOf } from './lines.ts';
import { encodingOf, textPieces } from './text-pieces.ts';

const paragraphChars = 4_000;
const codeChars = 3_000;

/** Plain text: paragraphs as empty lines part them, their lines kept. A form feed ends a page. */
export async function* readPlainText(file: ForeignFile): RawReading {
  yield* readLines(file, new PlainText());
  return { title: null, pageCount: null, leftOut: new LeftOutCounts() };
}

/** Code: pieces that end at an empty line before the left margin, where there is one. */
export async function* readCode(file: ForeignFile): RawReading {
  yield* readLines(file, new CodeText());
  return { title: null, pageCount: null, leftOut: new LeftOutCounts() };
}

interface LineSink {
  add(line: string, isCut: boolean): void;
  take(): Block[];
  finish(): Block[];
}

async function* readLines(
  file: ForeignFile,
  sink: LineSink,
): AsyncGenerator<{ blocks: Block[]; fraction: number }> {
  const encoding = encodingOf(file);
  for (const lines of linesOf(textPieces(file, encoding))) {
    for (const { text, isCut } of lines) sink.add(text, isCut);
    yield { blocks: sink.take(), fraction: lines.at(-1)?.fraction ?? 0 };
  }
  yield { blocks: sink.finish(), fraction: 1 };
}

/** Lines gather to blocks of some thousand characters. */
class Gathered {
  readonly #kind: Block['kind'];
  #lines: string[] = [];
  #chars = 0;
  #isOpen = false;
  readonly #blocks: Block[] = [];

  constructor(kind: Block['kind']) {
    this.#kind = kind;
  }

  get chars(): number {
    return this.#chars;
  }

  add(line: string, isCut: boolean): void {
    if (this.#isOpen) this.#lines.push((this.#lines.pop() ?? '') + line);
    else this.#lines.push(line);
    this.#isOpen = isCut;
    this.#chars += line.length + 1;
  }

  cut(): void {
    const text = this.#lines.join('\n').replace(/^\n+|\s+$/gu, '');
    if (text !== '') this.#blocks.push({ kind: this.#kind, text });
    this.#lines = [];
    this.#chars = 0;
    this.#isOpen = false;
  }

  take(): Block[] {
    return this.#blocks.splice(0);
  }
}

class PlainText implements LineSink {
  readonly #text = new Gathered('paragraph');

  add(line: string, isCut: boolean): void {
    for (const [at, piece] of line.split('\f').entries()) {
      if (at > 0) this.#text.cut();
      if (piece.trim() === '' && !isCut) this.#text.cut();
      else this.#text.add(piece.replace(/\s+$/u, ''), isCut);
    }
    if (this.#text.chars > paragraphChars) this.#text.cut();
  }

  take(): Block[] {
    return this.#text.take();
  }

  finish(): Block[] {
    this.#text.cut();
    return this.take();
  }
}

class CodeText implements LineSink {
  readonly #text = new Gathered('code');
  #isAfterEmpty = false;

  add(line: string, isCut: boolean): void {
    const isTop = this.#isAfterEmpty && /^[^\s)}\]]/u.test(line);
    if ((isTop && this.#text.chars > codeChars / 3) || this.#text.chars > codeChars)
      this.#text.cut();
    this.#text.add(line, isCut);
    this.#isAfterEmpty = line.trim() === '';
  }

  take(): Block[] {
    return this.#text.take();
  }

  finish(): Block[] {
    this.#text.cut();
    return this.take();
  }
}
