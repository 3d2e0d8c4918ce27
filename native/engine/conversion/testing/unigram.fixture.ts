import type { E5Container } from '../e5-container.ts';

/** SentencePiece's: how much worse than the worst piece a character is that no piece covers. */
const unknownPenalty = 10;

interface Step {
  score: number;
  id: number;
  from: number;
}

/**
 * SentencePiece's unigram model, written down from its definition: replace characters by the rules, make one ▁ of
 * white space and put one in front, then take the cut whose pieces' scores sum to most. Characters without a
 * piece become one unknown mark for each run of them.
 */
export class UnigramReference {
  readonly #container: E5Container;
  readonly #idOf = new Map<string, number>();
  readonly #replacement = new Map<number, string>();
  readonly #unknownScore: number;
  readonly #longest: number;

  constructor(container: E5Container) {
    this.#container = container;
    const { marks, pieces, scores, rules } = container;
    const isMark = new Set([...Object.values(marks), pieces.length - 1]);
    let worst = Number.POSITIVE_INFINITY;
    let longest = 0;
    pieces.forEach((piece, id) => {
      if (isMark.has(id)) return;
      const text = piece.toString('utf8');
      this.#idOf.set(text, id);
      worst = Math.min(worst, scores[id] ?? 0);
      longest = Math.max(longest, [...text].length);
    });
    this.#unknownScore = worst - unknownPenalty;
    this.#longest = longest;
    for (const { codePoint, replacement } of rules) {
      this.#replacement.set(codePoint, String.fromCodePoint(...replacement));
    }
  }

  /** Token ids, the begin and end marks included. */
  encode(text: string): number[] {
    const { begin, end } = this.#container.marks;
    const normalised = this.#normalise(text);
    return normalised === '' ? [begin, end] : [begin, ...this.#bestCut([...normalised]), end];
  }

  #normalise(text: string): string {
    const replaced = [...text]
      .map((character) => this.#replacement.get(character.codePointAt(0) ?? 0) ?? character)
      .join('');
    const words = replaced.split(' ').filter((word) => word !== '');
    return words.map((word) => `▁${word}`).join('');
  }

  #bestCut(characters: readonly string[]): number[] {
    const { unknown } = this.#container.marks;
    const best: (Step | undefined)[] = [{ score: 0, id: unknown, from: -1 }];
    const offer = (at: number, step: Step): void => {
      if (step.score > (best[at]?.score ?? Number.NEGATIVE_INFINITY)) best[at] = step;
    };
    for (let from = 0; from < characters.length; from += 1) {
      const here = best[from]?.score ?? Number.NEGATIVE_INFINITY;
      let text = '';
      let coversOne = false;
      for (let end = from + 1; end <= Math.min(from + this.#longest, characters.length); end += 1) {
        text += characters[end - 1];
        const id = this.#idOf.get(text);
        if (id === undefined) continue;
        if (end === from + 1) coversOne = true;
        offer(end, { score: here + (this.#container.scores[id] ?? 0), id, from });
      }
      if (!coversOne) offer(from + 1, { score: here + this.#unknownScore, id: unknown, from });
    }
    return this.#readBack(best, characters.length);
  }

  #readBack(best: readonly (Step | undefined)[], length: number): number[] {
    const ids: number[] = [];
    for (let at = length; at > 0; at = best[at]?.from ?? 0) ids.unshift(best[at]?.id ?? -1);
    const { unknown } = this.#container.marks;
    return ids.filter((id, index) => id !== unknown || ids[index - 1] !== unknown);
  }
}
