/**
 * How multilingual-e5-small is to be spoken to: the words it was trained with in front of every text, and text
 * in one form. They are part of the model, not prose for it. Source: the model's own card.
 */
const prefixes = { query: 'query: ', passage: 'passage: ' } as const;

/** What a text is to the model: what is asked, or what may answer. */
export type TextRole = keyof typeof prefixes;

/**
 * A text as the model is to read it. NFKC because its vocabulary lacks rules for some full-width and
 * compatibility characters.
 */
export function asRead(role: TextRole, text: string): string {
  return `${prefixes[role]}${text.normalize('NFKC').trim()}`;
}

/** One UTF-16 unit gives this many tokens at most, with room to spare: such texts need no counting. */
const mostTokensPerUnit = 3;

/** Whether a text is so short that it fits into `limitTokens` whatever it says. */
export function surelyFits(text: string, limitTokens: number): boolean {
  return (text.length + 1) * mostTokensPerUnit < limitTokens;
}

/**
 * The beginning of a text of `textTokens` tokens that should have no more than `limitTokens`; shorter than the
 * text in any case. Never ends in half a character.
 */
export function cutTowards(text: string, textTokens: number, limitTokens: number): string {
  // Tokens are not spread evenly: a little less than their share, so that few rounds are needed.
  const units = Math.min(
    Math.floor((text.length * limitTokens * 0.95) / textTokens),
    text.length - 1,
  );
  const cut = text.slice(0, Math.max(units, 0));
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}
