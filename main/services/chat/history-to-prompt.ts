import {
  type ImagePart,
  isPart,
  type Message,
  type MessageId,
  textOf,
} from '../../../contract/chat/message.ts';
import type { PromptMessage } from '../../../contract/engine-contract.ts';
import { givenText } from '../reading/index.ts';

/** One message of the path; a draft has no id yet. */
export type PromptTurn = Pick<Message, 'role' | 'parts' | 'error'> & { id: MessageId | null };

/** What one side said before the other did. */
export type Turn =
  | { role: 'user'; messages: PromptTurn[] }
  | { role: 'assistant'; message: PromptTurn };

/** A message for the engine whose pictures are still to be decoded. */
export type UnseenMessage = Omit<PromptMessage, 'pictures'> & { images?: readonly ImagePart[] };

function reasoningOf(message: Pick<Message, 'parts'>): string {
  return message.parts.map((piece) => (piece.type === 'reasoning' ? piece.text : '')).join('');
}

/** What an answer says: where a task was ended before its answer was written, its notes. */
function answerText(message: Pick<Message, 'parts'>): string {
  const text = textOf(message);
  if (text.trim() !== '') return text;
  return message.parts
    .filter(isPart('notes'))
    .map((notes) => notes.text)
    .join('\n\n');
}

/**
 * The turns of `path` (root to the message to answer) that go to the engine, person and assistant in turn.
 * An answer without text is left out, with its question when that was too long for the model, as it would
 * be again; a question left without an answer is joined to the next. An answer that broke off stays as far
 * as it came.
 */
export function turnsOf(path: readonly PromptTurn[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of path) {
    const last = turns.at(-1);
    if (message.role === 'user') {
      if (last?.role === 'user') last.messages.push(message);
      else turns.push({ role: 'user', messages: [message] });
    } else if (answerText(message).trim() !== '') turns.push({ role: 'assistant', message });
    else if (message.error?.code === 'prompt.too-long' && last?.role === 'user') turns.pop();
  }
  return turns;
}

function asAnswer(message: PromptTurn, tokens: Uint32Array | undefined): UnseenMessage {
  const reasoning = reasoningOf(message);
  return {
    role: 'assistant',
    text: answerText(message),
    ...(reasoning === '' ? {} : { reasoning }),
    ...(tokens && { tokens }),
  };
}

/** What a message was given of documents. A whole-document task was given them in steps of its own. */
function readingText({ parts }: PromptTurn): string {
  if (parts.some(isPart('task'))) return '';
  return parts.filter(isPart('reading')).map(givenText).join('');
}

/** What was read, then what is asked; asked again in the same words, it counts once. */
function asQuestion(messages: readonly PromptTurn[]): UnseenMessage {
  const texts: string[] = [];
  for (const text of messages.map(textOf)) {
    if (texts.at(-1)?.trim() === text.trim()) texts.pop();
    texts.push(text);
  }
  const read = messages.map(readingText).filter((text) => text !== '');
  const images = messages.flatMap(({ parts }) => parts.filter(isPart('image')));
  return {
    role: 'user',
    text: [...read, ...texts].join('\n\n'),
    ...(images.length === 0 ? {} : { images }),
  };
}

/**
 * What the engine is asked to go on from: the system prompt, then the turns of a path. `answerTokens` has the
 * ids that answers were generated as, where they are known.
 */
export function historyToPrompt(
  path: readonly PromptTurn[],
  systemPrompt: string,
  answerTokens: ReadonlyMap<MessageId, Uint32Array> = new Map(),
): UnseenMessage[] {
  const messages = turnsOf(path).map((turn) => {
    if (turn.role === 'user') return asQuestion(turn.messages);
    const { id } = turn.message;
    return asAnswer(turn.message, id === null ? undefined : answerTokens.get(id));
  });
  const system = systemPrompt.trim();
  return system === '' ? messages : [{ role: 'system', text: system }, ...messages];
}
