import type { PassageToEmbed } from '../passages/index.ts';

/** Most tokens of what is embedded as one, everything that the model adds included. */
export const mostEmbeddedTokens = 480;

/** What stands in front of a passage's text, so that its vector knows where it belongs. */
function leadOf({ headingPath, tableHeader }: PassageToEmbed): string {
  const path = headingPath.length === 0 ? '' : `${headingPath.join(' › ')}\n`;
  return tableHeader === null ? path : `${path}${tableHeader}\n`;
}

/** Near the middle of a text, after a blank if one is there; never inside a pair of surrogates. */
function middleOf(text: string): number {
  const half = Math.floor(text.length / 2);
  const blank = text.slice(half).search(/\s/u);
  const at = blank >= 0 && blank < half / 2 ? half + blank + 1 : half;
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff ? at + 1 : at;
}

/** A text to be embedded, and the passage it is of. */
export interface EmbeddedPiece {
  passage: PassageToEmbed;
  text: string;
}

/**
 * The texts that passages are embedded as. One that is too long for the model gives several, each with what
 * stands in front: no character is ever left out. `countTokens` counts as the model does.
 */
export async function piecesToEmbed(
  passages: readonly PassageToEmbed[],
  countTokens: (texts: readonly string[]) => Promise<Uint32Array>,
): Promise<EmbeddedPiece[]> {
  const done: EmbeddedPiece[] = [];
  let waiting = passages.map((passage) => ({ passage, own: passage.text }));
  while (waiting.length > 0) {
    const texts = waiting.map(({ passage, own }) => leadOf(passage) + own);
    const counts = await countTokens(texts);
    const tooLong: typeof waiting = [];
    for (const [index, { passage, own }] of waiting.entries()) {
      // A single character that does not fit is the fault of what stands in front, which is short.
      if ((counts[index] ?? 0) <= mostEmbeddedTokens || own.length <= 2) {
        done.push({ passage, text: texts[index] ?? '' });
        continue;
      }
      const at = middleOf(own);
      tooLong.push({ passage, own: own.slice(0, at) }, { passage, own: own.slice(at) });
    }
    waiting = tooLong;
  }
  return done;
}
