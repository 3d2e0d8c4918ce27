/** Contestants side by side: one that fails is left out from then on, and said so. */
import type { Answer, Ask, Contestant, Prompt } from './contestants/contestant.ts';
import { sharedTokens } from './prompt-writer.ts';
import type { Series } from './results.ts';

/** Who still runs, and what was measured so far. */
export class Field {
  readonly notes: string[] = [];
  readonly #running: Contestant[];
  readonly #series: Series[] = [];
  #turn = 0;

  /** @param contestants the first is ours: without it a cell says nothing, so its failure ends the cell */
  constructor(contestants: readonly Contestant[]) {
    this.#running = [...contestants];
  }

  get series(): Series[] {
    return this.#series;
  }

  /** Does something with each in turn; who begins changes from call to call. */
  async each(step: (contestant: Contestant) => Promise<void>): Promise<void> {
    const start = this.#turn % Math.max(1, this.#running.length);
    this.#turn += 1;
    for (const contestant of [...this.#running.slice(start), ...this.#running.slice(0, start)]) {
      try {
        await step(contestant);
      } catch (error) {
        await this.#leaveOut(contestant, error);
      }
    }
  }

  async #leaveOut(contestant: Contestant, error: unknown): Promise<void> {
    const why = error instanceof Error ? error.message : String(error);
    if (contestant.name === 'Parley') throw new Error(`Parley: ${why}`, { cause: error });
    this.notes.push(`${contestant.name} could not run: ${firstLines(why)}`);
    this.#running.splice(this.#running.indexOf(contestant), 1);
    await contestant.stop().catch(() => undefined);
  }

  /** Notes one figure of one contestant. */
  add(contestant: string, measure: string, unit: Series['unit'], value: number): void {
    const known = this.#series.find(
      (series) => series.contestant === contestant && series.measure === measure,
    );
    if (known) known.values.push(value);
    else this.#series.push({ contestant, measure, unit, values: [value] });
  }

  /** The figures of one contestant; empty where it has none. */
  values(contestant: string, measure: string): number[] {
    const found = this.#series.find(
      (series) => series.contestant === contestant && series.measure === measure,
    );
    return found?.values ?? [];
  }

  /** Asks, and notes the time to the first token and how many prompt tokens were computed for it. */
  async measure(contestant: Contestant, ask: Ask, restoreMs = 0): Promise<Answer> {
    const answer = await contestant.answer(ask);
    this.add(contestant.name, 'first token', 'ms', answer.firstTokenMs + restoreMs);
    if (answer.computedTokens !== null) {
      this.add(contestant.name, 'prompt tokens computed', 'tokens', answer.computedTokens);
    }
    return answer;
  }

  /** Notes it where a contestant makes other tokens of the same messages by itself. */
  async checkTokens(contestant: Contestant, prompt: Prompt): Promise<void> {
    const own = await contestant.tokensOf(prompt);
    const { tokens } = prompt;
    if (own === null) return;
    const shared = sharedTokens(tokens, own);
    if (shared === tokens.length && own.length === tokens.length) return;
    this.notes.push(
      `${contestant.name} makes other tokens of the same messages, from token ${shared} of ${tokens.length} on.`,
    );
  }
}

/** The first lines of an error, as one. */
function firstLines(text: string): string {
  return text.split('\n').slice(0, 3).join(' ').slice(0, 300);
}
