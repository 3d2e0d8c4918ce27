import * as z from 'zod';
import { errorCatalog } from '../errors/catalog.ts';

export const conversationId = z.string().min(1).max(64).brand<'ConversationId'>();
export type ConversationId = z.infer<typeof conversationId>;
export const messageId = z.string().min(1).max(64).brand<'MessageId'>();
export type MessageId = z.infer<typeof messageId>;

/** One piece of a message. More kinds (image, document, tool call, citation) join this union. */
export const part = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('reasoning'), text: z.string() }),
]);
export type Part = z.infer<typeof part>;

/**
 * `streaming`: a run is writing it. `complete`: the model ended it. `cut`: it reached the answer limit.
 * `stopped`: the person stopped it. `interrupted`: a process died. `failed`: `error` says why.
 */
export const messageStatus = z.enum([
  'streaming',
  'complete',
  'cut',
  'stopped',
  'interrupted',
  'failed',
]);
export type MessageStatus = z.infer<typeof messageStatus>;

const tokenCount = z.number().int().nonnegative();

/**
 * What an answer cost, in tokens and milliseconds. The prompt's tokens were found in memory (`reused`),
 * brought back from the cache (`restored`) or computed. Answers from before these were counted read as
 * if nothing had been restored, and do not know when their first token came.
 */
export const usage = z
  .object({
    promptTokens: tokenCount,
    reusedTokens: tokenCount,
    restoredTokens: tokenCount.default(0),
    computedTokens: tokenCount.optional(),
    answerTokens: tokenCount,
    /** From the request to the first token. */
    firstTokenMs: z.number().nonnegative().nullable().default(null),
    promptMs: z.number().nonnegative(),
    answerMs: z.number().nonnegative(),
  })
  .transform(({ computedTokens, ...rest }) => ({
    ...rest,
    computedTokens:
      computedTokens ?? Math.max(0, rest.promptTokens - rest.reusedTokens - rest.restoredTokens),
  }));
export type Usage = z.infer<typeof usage>;

const errorCode = z.enum(Object.keys(errorCatalog) as [keyof typeof errorCatalog]);

/** A turn. Messages of one conversation form a tree by `parentId`; siblings are branches. */
export const message = z.object({
  id: messageId,
  conversationId,
  parentId: messageId.nullable(),
  role: z.enum(['user', 'assistant']),
  parts: z.array(part),
  status: messageStatus,
  /** Milliseconds since 1970, for people to read; order is by `sequence`. */
  createdAtMs: z.number(),
  /** Grows by one with each message of the conversation; clocks may jump, this does not. */
  sequence: z.number().int().nonnegative(),
  modelName: z.string().nullable(),
  usage: usage.nullable(),
  error: z.object({ code: errorCode, data: z.unknown() }).nullable(),
  /** The stored checksum does not fit the stored text: shown with a warning, never silently. */
  isDamaged: z.boolean().default(false),
});
export type Message = z.infer<typeof message>;

/** The text parts of a message, joined. */
export function textOf(subject: Pick<Message, 'parts'>): string {
  return subject.parts.map((piece) => (piece.type === 'text' ? piece.text : '')).join('');
}

/** Appends streamed text to `parts`: grows the last part if it has the type, else opens a new one. */
export function appendText(parts: readonly Part[], type: Part['type'], text: string): Part[] {
  if (text === '') return [...parts];
  const last = parts.at(-1);
  if (last?.type === type) return [...parts.slice(0, -1), { type, text: last.text + text }];
  return [...parts, { type, text }];
}
