import type { Block, HiddenCarrier } from '../../contract/documents/extracted.ts';
import { splitUnseen } from '../../contract/documents/unseen.ts';

/** Counts what cannot be seen, by carrier, over all blocks of a file. */
export class HiddenText {
  readonly #chars = new Map<HiddenCarrier, number>();

  add(carrier: HiddenCarrier, chars: number): void {
    if (chars > 0) this.#chars.set(carrier, (this.#chars.get(carrier) ?? 0) + chars);
  }

  /** Characters by carrier; only what was found. */
  list(): { carrier: HiddenCarrier; chars: number }[] {
    return Array.from(this.#chars, ([carrier, chars]) => ({ carrier, chars }));
  }

  /**
   * The block without the characters that show nothing, followed by what they spell, where they spell something.
   * A block that is hidden as a whole is counted as it is. What is left empty goes.
   */
  split(block: Block): Block[] {
    const { seen, unseen } = splitUnseen(block.text);
    const blocks: Block[] = seen.trim() === '' ? [] : [withText(block, seen)];
    if (block.hidden !== undefined) this.add(block.hidden, seen.length);
    for (const { carrier, chars, text } of unseen) {
      this.add(carrier, chars);
      if (text.trim() !== '') blocks.push(hiddenBlock(block, text, carrier));
    }
    return blocks;
  }
}

/** Line boxes follow the text: they are dropped where taking characters out moved it. */
function withText(block: Block, text: string): Block {
  if (text === block.text) return block;
  const { lines, ...rest } = block;
  return { ...rest, text, ...movedLines(block.text, text, lines) };
}

function movedLines(from: string, to: string, lines: Block['lines']): Pick<Block, 'lines'> {
  if (lines === undefined) return {};
  const offsets = new Map<number, number>();
  let kept = 0;
  for (let at = 0; at <= from.length; at += 1) {
    offsets.set(at, kept);
    if (at < from.length && from[at] === to[kept]) kept += 1;
  }
  return {
    lines: lines.map(({ start, end, box }) => ({
      start: offsets.get(start) ?? 0,
      end: offsets.get(end) ?? to.length,
      box,
    })),
  };
}

function hiddenBlock(beside: Block, text: string, hidden: HiddenCarrier): Block {
  const { page, part } = beside;
  return {
    kind: 'paragraph',
    text,
    hidden,
    ...(page === undefined ? {} : { page }),
    ...(part === undefined ? {} : { part }),
  };
}
