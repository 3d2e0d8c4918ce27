import type { Block } from '../../../contract/documents/extracted.ts';
import { isChinesePair, joinLines } from '../pdf/layout/line-text.ts';

/** Where the part of a picture lies that a table of words speaks of. */
export interface RecognisedPlace {
  readonly region: { readonly left: number; readonly top: number };
  readonly picture: { readonly width: number; readonly height: number };
  /** From 1. */
  readonly page: number;
}

interface Line {
  readonly paragraph: string;
  text: string;
  confidence: number;
  words: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const LEVEL_LINE = 4;
const LEVEL_WORD = 5;
const COLUMNS = 12;
/** Lines less sure than this are patterns in a picture that look like letters to nobody else. */
const MIN_LINE_CONFIDENCE = 30;

/** Paragraphs out of Tesseract's table, marked as recognised, with their lines' boxes. */
export function recognisedBlocks(table: string, place: RecognisedPlace): Block[] {
  const blocks: Block[] = [];
  let paragraph: Line[] = [];
  const close = () => {
    if (paragraph.length > 0) blocks.push(blockOf(paragraph, place));
    paragraph = [];
  };
  for (const line of linesOf(table)) {
    if (line.text === '' || line.confidence / line.words < MIN_LINE_CONFIDENCE) continue;
    if (paragraph[0] !== undefined && paragraph[0].paragraph !== line.paragraph) close();
    paragraph.push(line);
  }
  close();
  return blocks;
}

function linesOf(table: string): Line[] {
  const lines: Line[] = [];
  for (const row of table.split('\n')) {
    const cells = row.split('\t');
    if (cells.length < COLUMNS) continue;
    const level = Number(cells[0]);
    const text = (cells[11] ?? '').trim();
    const last = lines.at(-1);
    if (level === LEVEL_LINE) lines.push(lineOf(cells));
    else if (level === LEVEL_WORD && last !== undefined && text !== '') addWord(last, text, cells);
  }
  for (const line of lines) line.text = withWideSigns(line.text);
  return lines;
}

function lineOf(cells: readonly string[]): Line {
  const number = (column: number) => Number(cells[column]);
  return {
    paragraph: `${cells[2]}.${cells[3]}`,
    text: '',
    confidence: 0,
    words: 0,
    left: number(6),
    top: number(7),
    width: number(8),
    height: number(9),
  };
}

const FULL_WIDTH: Readonly<Record<string, string>> = {
  ',': '\uff0c',
  ';': '\uff1b',
  ':': '\uff1a',
  '?': '\uff1f',
  '!': '\uff01',
  '(': '\uff08',
  ')': '\uff09',
};
const CHINESE = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u30ff]/u;

/** Tesseract's Chinese networks name full-width signs by their narrow ones; beside Chinese they are wide. */
function withWideSigns(text: string): string {
  return text.replace(/ ?([,;:?!()]) ?/gu, (whole, sign: string, at: number) => {
    const before = text[at - 1] ?? '';
    const after = text[at + whole.length] ?? '';
    return CHINESE.test(before) || CHINESE.test(after) ? (FULL_WIDTH[sign] ?? sign) : whole;
  });
}

function addWord(line: Line, text: string, cells: readonly string[]): void {
  const needsSpace = line.text !== '' && !isChinesePair(line.text, text);
  line.text += (needsSpace ? ' ' : '') + text;
  line.confidence += Math.max(0, Number(cells[10]));
  line.words += 1;
}

function blockOf(lines: readonly Line[], { region, picture, page }: RecognisedPlace): Block {
  let text = '';
  const placed: NonNullable<Block['lines']> = [];
  for (const line of lines) {
    if (text !== '') {
      const { cutChars, glue } = joinLines(text, line.text, { isBroken: false });
      text = text.slice(0, text.length - cutChars);
      const last = placed.at(-1);
      if (last !== undefined) last.end = text.length;
      text += glue;
    }
    const box = {
      page,
      left: (region.left + line.left) / picture.width,
      top: (region.top + line.top) / picture.height,
      width: line.width / picture.width,
      height: line.height / picture.height,
    };
    placed.push({ start: text.length, end: text.length + line.text.length, box });
    text += line.text;
  }
  return { kind: 'paragraph', text: text.toWellFormed(), page, lines: placed, isRecognised: true };
}
