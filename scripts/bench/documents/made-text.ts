import type { Block } from '../../../contract/documents/extracted.ts';
import { seededRandom } from '../statistics.ts';
import { readPassages } from './corpus.ts';
import type { PlacedDocument } from './search-place.ts';

/** Sentences a paragraph has: about 300 tokens of English. */
const sentencesAtOnce = 16;

/** Endless paragraphs out of the corpus's sentences in chance order, the same for the same seed. */
export class MadeText {
  readonly #random: () => number;
  readonly #sentences = readPassages()
    .filter(({ language }) => language === 'en')
    .flatMap(({ text }) => text.split(/(?<=\.) /));

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  sentence(): string {
    const chosen = this.#sentences[Math.floor(this.#random() * this.#sentences.length)] ?? '';
    // A number of its own, so that no two paragraphs are near-copies for the index.
    return `${chosen} (${Math.floor(this.#random() * 1e6)})`;
  }

  paragraph(): string {
    return Array.from({ length: sentencesAtOnce }, () => this.sentence()).join(' ');
  }

  /** A document with a heading before every tenth of its paragraphs. */
  document(name: string, paragraphs: number): PlacedDocument {
    const blocks = Array.from({ length: paragraphs }, (_, index): Block[] => {
      const paragraph: Block = { kind: 'paragraph', text: this.paragraph() };
      if (index % 10 !== 0) return [paragraph];
      return [{ kind: 'heading', level: 2, text: `Chapter ${index / 10 + 1}` }, paragraph];
    });
    return { id: name, name: `${name}.md`, blocks: blocks.flat() };
  }
}
