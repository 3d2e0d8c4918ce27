import type { AppClient } from '../../../contract/app-contract.ts';
import type { DocumentId, Passage } from '../../../contract/documents/documents.ts';
import type { Block, PageBox } from '../../../contract/documents/extracted.ts';

/** A block with its place in the document's text. */
export interface PlacedBlock {
  readonly index: number;
  readonly block: Block;
  /** Offset of its first character, in UTF-16 code units. */
  readonly start: number;
}

const chunkBlocks = 400;
/** Blocks on show at once, before more are asked for. */
const pageBlocks = 80;
/** Between two blocks stands an empty line. */
const gapChars = 2;

/** The text of one document, read until its passage is there, and shown around it. */
export class DocumentText {
  readonly #client: AppClient;
  readonly #id: DocumentId;
  #blocks = $state.raw<readonly PlacedBlock[]>([]);
  #total = $state(0);
  #first = $state(0);
  #end = $state(0);
  #status = $state<'loading' | 'ready' | 'failed'>('loading');
  #error = $state.raw<unknown>(null);

  constructor(client: AppClient, id: DocumentId) {
    this.#client = client;
    this.#id = id;
  }

  get status(): 'loading' | 'ready' | 'failed' {
    return this.#status;
  }

  get error(): unknown {
    return this.#error;
  }

  /** The blocks on show. */
  get shown(): readonly PlacedBlock[] {
    return this.#blocks.slice(this.#first, this.#end);
  }

  get hasEarlier(): boolean {
    return this.#first > 0;
  }

  get hasLater(): boolean {
    return this.#end < this.#total;
  }

  /** Shows the blocks around a passage, or the first ones. */
  async show(passage: Pick<Passage, 'start'> | null): Promise<void> {
    try {
      const start = passage?.start ?? 0;
      let at = -1;
      do {
        if (this.#blocks.length === 0 || this.#blocks.length < this.#total) await this.#more();
        at = this.#blocks.findLastIndex((placed) => placed.start <= start);
      } while (!this.#covers(start) && this.#blocks.length < this.#total);
      const middle = Math.max(0, at);
      this.#first = passage ? Math.max(0, middle - pageBlocks / 2) : 0;
      await this.#showTo(this.#first + pageBlocks);
      this.#status = 'ready';
    } catch (error) {
      this.#error = error;
      this.#status = 'failed';
    }
  }

  showEarlier(): void {
    this.#first = Math.max(0, this.#first - pageBlocks);
  }

  /** @throws AppError `document.not-found` */
  async showLater(): Promise<void> {
    await this.#showTo(this.#end + pageBlocks);
  }

  async #showTo(end: number): Promise<void> {
    while (this.#blocks.length < Math.min(end, this.#total)) await this.#more();
    this.#end = Math.min(end, this.#blocks.length);
  }

  #covers(offset: number): boolean {
    const last = this.#blocks.at(-1);
    return last !== undefined && last.start + last.block.text.length > offset;
  }

  async #more(): Promise<void> {
    const from = this.#blocks.length;
    const asked = { documentId: this.#id, from, count: chunkBlocks };
    const { blocks, totalBlocks } = await this.#client.documents.blocks(asked);
    const last = this.#blocks.at(-1);
    let start = last ? last.start + last.block.text.length + gapChars : 0;
    const placed = blocks.map((block, index) => {
      const entry = { index: from + index, block, start };
      start += block.text.length + gapChars;
      return entry;
    });
    this.#blocks = [...this.#blocks, ...placed];
    // A document that shrank while it was read ends here.
    this.#total = blocks.length === 0 ? this.#blocks.length : totalBlocks;
  }
}

/** Where the lines lie that hold a part of the document's text; empty where the blocks do not know. */
export function boxesOf(
  blocks: readonly PlacedBlock[],
  span: { readonly start: number; readonly end: number },
): PageBox[] {
  return blocks.flatMap(({ block, start }) =>
    (block.lines ?? [])
      .filter((line) => start + line.start < span.end && start + line.end > span.start)
      .map(({ box }) => box),
  );
}

/** A block's text in three: before the passage, of it, after it. */
export function splitAt(
  { block, start }: PlacedBlock,
  passage: Pick<Passage, 'start' | 'end'> | null,
): { before: string; marked: string; after: string } {
  const { text } = block;
  if (!passage) return { before: text, marked: '', after: '' };
  const from = Math.min(text.length, Math.max(0, passage.start - start));
  const to = Math.min(text.length, Math.max(from, passage.end - start));
  return { before: text.slice(0, from), marked: text.slice(from, to), after: text.slice(to) };
}
