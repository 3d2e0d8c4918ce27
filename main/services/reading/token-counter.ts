import type { Passage } from '../../../contract/documents/documents.ts';
import type { EngineClient, PromptMessage } from '../../../contract/engine-contract.ts';
import { headOf, type ReadingPrompts } from './reading-text.ts';

/** Passages counted side by side. */
const atOnce = 16;

/** Counts as the loaded model reads. Each call throws as the engine does. */
export class TokenCounter {
  readonly #client: Pick<EngineClient, 'run'>;

  constructor(client: Pick<EngineClient, 'run'>) {
    this.#client = client;
  }

  async count(text: string): Promise<number> {
    if (text === '') return 0;
    return (await this.#client.run.tokenize({ text })).tokens.length;
  }

  /** A prompt with the template's own tokens; its pictures are not counted. */
  async countPrompt(messages: readonly PromptMessage[]): Promise<number> {
    const [first, ...rest] = messages.map(({ pictures: _seen, ...message }) => message);
    if (!first) return 0;
    const request = { messages: [first, ...rest], enableThinking: false };
    return (await this.#client.run.preview(request)).tokens.length;
  }

  /** Each passage with what goes before it, in order. */
  async countEach(passages: readonly Passage[], prompts: ReadingPrompts): Promise<number[]> {
    const counts: number[] = [];
    for (let from = 0; from < passages.length; from += atOnce) {
      const some = passages.slice(from, from + atOnce);
      const texts = some.map(
        // Numbers of three digits: what is counted is never less than what is given.
        (passage) => `\n\n${headOf({ ...passage, number: 888 }, prompts)}${passage.text}`,
      );
      counts.push(...(await Promise.all(texts.map((text) => this.count(text)))));
    }
    return counts;
  }

  async countPassages(passages: readonly Passage[], prompts: ReadingPrompts): Promise<number> {
    const counts = await this.countEach(passages, prompts);
    return counts.reduce((sum, tokens) => sum + tokens, 0);
  }
}
