import { type Message, type MessageId, textOf } from '../../../contract/chat/message.ts';
import type { PromptMessage } from '../../../contract/engine-contract.ts';

/** One message of the path; a draft has no id yet. */
export type PromptTurn = Pick<Message, 'role' | 'parts' | 'error'> & { id: MessageId | null };

function reasoningOf(message: Pick<Message, 'parts'>): string {
  return message.parts.map((piece) => (piece.type === 'reasoning' ? piece.text : '')).join('');
}

function asAnswer(message: PromptTurn, tokens: Uint32Array | undefined): PromptMessage {
  const reasoning = reasoningOf(message);
  return {
    role: 'assistant',
    text: textOf(message),
    ...(reasoning === '' ? {} : { reasoning }),
    ...(tokens && { tokens }),
  };
}

/** A question that nothing answered joins the next one; asked again in the same words, it counts once. */
function joined(unanswered: string, text: string): string {
  return unanswered.trim() === text.trim() ? text : `${unanswered}\n\n${text}`;
}

/**
 * What the engine is asked to go on from: the system prompt, then the turns of `path` (root to the message
 * to answer), person and assistant in turn.
 * An answer without text is left out, with its question when that was too long for the model, as it would
 * be again; a question left without an answer is joined to the next. An answer that broke off stays as far
 * as it came. `answerTokens` has the ids that answers were generated as, where they are known.
 */
export function historyToPrompt(
  path: readonly PromptTurn[],
  systemPrompt: string,
  answerTokens: ReadonlyMap<MessageId, Uint32Array> = new Map(),
): PromptMessage[] {
  const turns: PromptMessage[] = [];
  for (const message of path) {
    const last = turns.at(-1);
    if (message.role === 'user') {
      const text = textOf(message);
      if (last?.role === 'user')
        turns[turns.length - 1] = { ...last, text: joined(last.text, text) };
      else turns.push({ role: 'user', text });
    } else if (textOf(message).trim() !== '') {
      turns.push(asAnswer(message, message.id === null ? undefined : answerTokens.get(message.id)));
    } else if (message.error?.code === 'prompt.too-long' && last?.role === 'user') {
      turns.pop();
    }
  }
  const system = systemPrompt.trim();
  return system === '' ? turns : [{ role: 'system', text: system }, ...turns];
}
