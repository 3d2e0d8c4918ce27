import type { Block, ExtractedSummary, FileFormat } from '../../../contract/documents/extracted.ts';
import { HiddenText } from '../hidden-text.ts';
import type { ExtractOptions, ReadChunk } from '../reader.ts';
import { cutLong } from './long-text.ts';
import type { RawReading, RawSummary } from './raw-reader.ts';

/** Between two blocks of a document's text. */
const joinChars = 2;

/**
 * What every format needs done with its blocks: text made well-formed, characters that show nothing taken out and
 * counted, long blocks cut, and an end at `maxChars`, which is told of as `too-much-text`.
 */
export async function* finish(
  format: FileFormat,
  reading: RawReading,
  { maxChars, signal }: ExtractOptions,
): AsyncGenerator<ReadChunk, ExtractedSummary, void> {
  const hidden = new HiddenText();
  const room = new Room(maxChars);
  let summary: RawSummary | undefined;
  try {
    while (summary === undefined && !room.isFull) {
      signal.throwIfAborted();
      const next = await reading.next();
      if (next.done === true) summary = next.value;
      else {
        const blocks = next.value.blocks.flatMap((raw) => finishedBlocks(raw, hidden));
        yield { blocks: room.fit(blocks), fraction: next.value.fraction };
      }
    }
  } finally {
    // Its own clean-up runs now and not whenever it is collected.
    if (summary === undefined) await reading.return(noSummary);
  }
  const leftOut = summary?.leftOut.list() ?? [];
  return {
    format,
    title: cleanTitle(summary?.title ?? ''),
    pageCount: summary?.pageCount ?? null,
    textChars: room.usedChars,
    hidden: hidden.list(),
    leftOut: room.isFull ? [...leftOut, { what: 'too-much-text', count: 1 }] : leftOut,
    scannedPages: [],
  };
}

const noSummary = undefined as unknown as RawSummary;

/** What is left of the characters that a text may have. */
class Room {
  readonly #maxChars: number;
  usedChars = 0;
  isFull = false;

  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  /** The blocks that fit, the last one cut. */
  fit(blocks: readonly Block[]): Block[] {
    const fitting: Block[] = [];
    for (const block of blocks) {
      if (this.isFull) break;
      const join = this.usedChars === 0 ? 0 : joinChars;
      const room = this.#maxChars - this.usedChars - join;
      this.isFull = block.text.length > room;
      const whole = this.isFull ? cutBlock(block, room) : block;
      if (whole === undefined) break;
      this.usedChars += whole.text.length + join;
      fitting.push(whole);
    }
    return fitting;
  }
}

function cutBlock(block: Block, chars: number): Block | undefined {
  if (chars <= 0) return undefined;
  const { lines, ...rest } = block;
  const kept = lines?.filter((line) => line.end <= chars);
  const text = block.text.slice(0, chars).toWellFormed();
  return { ...rest, text, ...(kept === undefined ? {} : { lines: kept }) };
}

// Control characters but tab and line feed: nothing shows them, and some databases and formats break on them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu;

function cleaned(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029\u0085]/gu, '\n')
    .replace(controls, (char) => (char === '\u0000' ? '\ufffd' : ''))
    .toWellFormed();
}

function cleanTitle(title: string): string | null {
  const shown = cleaned(title).replace(/\s+/gu, ' ').trim().slice(0, 500);
  return shown === '' ? null : shown.toWellFormed();
}

function finishedBlocks(block: Block, hidden: HiddenText): Block[] {
  const text = cleaned(block.text);
  const split = hidden.split(text === block.text ? block : { ...block, text });
  return split.flatMap((piece) => cutLong(piece));
}
