import * as z from 'zod';
import { documentId, fileReading, numberedPassage } from '../documents/documents.ts';
import { errorCatalog } from '../errors/catalog.ts';

export const conversationId = z.string().min(1).max(64).brand<'ConversationId'>();
export type ConversationId = z.infer<typeof conversationId>;
export const messageId = z.string().min(1).max(64).brand<'MessageId'>();
export type MessageId = z.infer<typeof messageId>;

const offset = z.number().int().nonnegative();

/** One piece of a message. More kinds (tool call, tool result) join this union. */
export const part = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('reasoning'), text: z.string() }),
  /** A picture the model is shown, of a user message. */
  z.object({
    type: z.literal('image'),
    documentId,
    name: z.string(),
    /** From 1 where it is a page of a document, else 1. */
    page: z.number().int().positive(),
    widthPx: z.number().int().positive(),
    heightPx: z.number().int().positive(),
  }),
  /** A file that came with a user message. */
  z.object({ type: z.literal('document'), documentId, name: z.string() }),
  /**
   * What the model was given of documents with a user message, word for word: it stays the same when a
   * document changes or goes, and so does the history.
   */
  z.object({
    type: z.literal('reading'),
    files: z.array(fileReading),
    passages: z.array(numberedPassage),
    /** The search found nothing that bears on the question. */
    isNothingRelevant: z.boolean(),
  }),
  /** What code found out about an answer's citations and quotes; offsets are in the answer's text. */
  z.object({
    type: z.literal('citations'),
    citations: z.array(
      z.object({
        number: z.number().int(),
        start: offset,
        end: offset,
        /** There is a passage of that number. */
        isKnown: z.boolean(),
      }),
    ),
    quotes: z.array(
      z.object({
        start: offset,
        end: offset,
        /** The passage it stands in, word for word; null: in none that was given. */
        number: z.number().int().nullable(),
      }),
    ),
  }),
]);
export type Part = z.infer<typeof part>;
/** The parts that grow while an answer streams. */
export type StreamedPart = Extract<Part, { text: string }>['type'];

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
export function appendText(parts: readonly Part[], type: StreamedPart, text: string): Part[] {
  if (text === '') return [...parts];
  const last = parts.at(-1);
  if (last?.type === type && 'text' in last)
    return [...parts.slice(0, -1), { type, text: last.text + text }];
  return [...parts, { type, text }];
}
