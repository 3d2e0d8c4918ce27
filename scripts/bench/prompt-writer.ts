/** Chats of a wanted length, the same on every run. */
import type { PromptMessage } from '../../native/addon/index.d.ts';
import type { Answer, Prompt } from './contestants/contestant.ts';
import type { Parley } from './contestants/parley.ts';
import { seededRandom } from './statistics.ts';

const words =
  `time year people way day man thing woman life child world school state family student group country problem
   hand part place case week company system program question work government number night point home water room
   mother area money story fact month lot right study book eye job word business issue side kind head house
   service friend father power hour game line end member law car city community name president team minute idea
   body information back parent face others level office door health person art war history party result change
   morning reason research girl guy moment air teacher force education ask be become begin call can come could do
   feel find get give go have hear help keep know leave let like live look make may mean might move need play put
   run say see seem should show start take talk tell think try turn use want will would`.split(
    /\s+/,
  );

/** Tokens of one question and its answer in a made-up history. */
const questionTokens = 60;
const answerTokens = 190;

/** Writes prompts with the template and the tokeniser of one model. */
export class PromptWriter {
  readonly #parley: Parley;
  #overhead = 0;

  /** @param parley started; nothing is generated with it */
  constructor(parley: Parley) {
    this.#parley = parley;
  }

  prompt(messages: PromptMessage[]): Promise<Prompt> {
    return this.#parley.prompt(messages);
  }

  /** Words of at most `tokens` tokens, and at most a few fewer. Another seed gives another text. */
  async text(tokens: number, seed: number): Promise<string> {
    const random = seededRandom(seed * 7919 + 17);
    const pick = (): string => words[Math.floor(random() * words.length)] ?? 'time';
    const all = Array.from({ length: tokens }, pick);
    const textOf = (count: number): string => `About ${all.slice(0, count).join(' ')}.`;
    let fits = 1;
    let tooMany = all.length + 1;
    while (tooMany - fits > 1) {
      const middle = Math.floor((fits + tooMany) / 2);
      if ((await this.tokenCount(textOf(middle))) <= tokens) fits = middle;
      else tooMany = middle;
    }
    return textOf(fits);
  }

  /** Tokens of a plain text, within one or two. */
  async tokenCount(text: string): Promise<number> {
    const count = async (content: string): Promise<number> =>
      (await this.prompt([{ role: 'user', text: content }])).tokens.length;
    if (this.#overhead === 0) this.#overhead = (await count('a')) - 1;
    return (await count(text)) - this.#overhead;
  }

  /** A chat of about `tokens` tokens whose last message is the person's. */
  async chat(tokens: number, seed: number, persona?: string): Promise<PromptMessage[]> {
    const messages: PromptMessage[] = persona ? [{ role: 'system', text: persona }] : [];
    const used = persona ? await this.tokenCount(persona) : 0;
    const pairs = Math.max(0, Math.round((tokens - used) / (questionTokens + answerTokens)));
    for (let pair = 0; pair < pairs; pair += 1) {
      const base = seed * 1000 + pair * 2;
      messages.push({ role: 'user', text: await this.text(questionTokens, base) });
      messages.push({ role: 'assistant', text: await this.text(answerTokens - 10, base + 1) });
    }
    messages.push({ role: 'user', text: await this.text(questionTokens, seed * 1000 + 999) });
    return messages;
  }
}

/** The chat with an answer; the answer's own tokens go with it. */
export function answered(
  messages: readonly PromptMessage[],
  { text, tokens }: Pick<Answer, 'text' | 'tokens'>,
): PromptMessage[] {
  const answer: PromptMessage = { role: 'assistant', text };
  if (tokens.length > 0) answer.tokens = Uint32Array.from(tokens);
  return [...messages, answer];
}

/** The chat after an answer and the next message. */
export function nextTurn(
  messages: readonly PromptMessage[],
  answer: Pick<Answer, 'text' | 'tokens'>,
  message: string,
): PromptMessage[] {
  return [...answered(messages, answer), { role: 'user', text: message }];
}

/** How many tokens at the start two prompts share. */
export function sharedTokens(left: readonly number[], right: readonly number[]): number {
  const end = left.findIndex((token, index) => token !== right[index]);
  return end < 0 ? left.length : end;
}
