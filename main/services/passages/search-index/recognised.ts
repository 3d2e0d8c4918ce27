import type { Block } from '../../../../contract/documents/extracted.ts';

/** What was read off the picture of a page. */
export interface RecognisedPage {
  page: number;
  blocks: readonly Block[];
}

/**
 * A document's blocks with the recognised pages each in its place, in slices of at most `most`. What was
 * recognised before is left out: `pages` has all of it.
 */
export function* withRecognised(
  blocks: Iterable<Block>,
  pages: readonly RecognisedPage[],
  most: number,
): Generator<Block[]> {
  const waiting = [...pages].sort((left, right) => left.page - right.page);
  let slice: Block[] = [];
  for (const block of merged(blocks, waiting)) {
    slice.push(block);
    if (slice.length < most) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}

function* merged(blocks: Iterable<Block>, waiting: RecognisedPage[]): Generator<Block> {
  for (const block of blocks) {
    if (block.isRecognised) continue;
    while (waiting[0] && block.page !== undefined && waiting[0].page < block.page) {
      yield* waiting.shift()?.blocks ?? [];
    }
    yield block;
  }
  for (const { blocks: left } of waiting) yield* left;
}
