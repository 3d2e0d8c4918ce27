import * as z from 'zod';
import { attachment, documentId, fileReading, numberedPassage } from '../documents/documents.ts';
import { errorCatalog } from '../errors/catalog.ts';

export const conversationId = z.string().min(1).max(64).brand<'ConversationId'>();
export type ConversationId = z.infer<typeof conversationId>;
export const messageId = z.string().min(1).max(64).brand<'MessageId'>();
export type MessageId = z.infer<typeof messageId>;

const count = z.number().int().nonnegative();
const offset = count;

/**
 * A task that reads every passage. `summary`: notes of all parts are put together at the end. `list`: what
 * each part holds is added to the answer as it is found.
 */
export const wholeTask = z.enum(['summary', 'list']);
export type WholeTask = z.infer<typeof wholeTask>;

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
  /** A file that came with a user message, and how the person wants it to go to the model. */
  z.object({ type: z.literal('document'), name: z.string(), ...attachment.shape }),
  /**
   * What the model was given of documents with a user message, word for word: it stays the same when a
   * document changes or goes, and so does the history. It is written after the message was sent, before the
   * answer begins. Numbers of passages go on from one question of a branch to the next, so that each names
   * one passage there, whichever answer cites it.
   */
  z.object({
    type: z.literal('reading'),
    files: z.array(fileReading),
    /** In the order given; of a whole-document task only those that its answer cites. */
    passages: z.array(numberedPassage),
    /** The words around the passages: `given[0]`, the first passage, `given[1]` and so on, one more than passages. */
    given: z.array(z.string()),
    /** The search found nothing that bears on the question, and no file was given whole. */
    isNothingRelevant: z.boolean(),
  }),
  /** The message asks for all of its documents to be read in steps. */
  z.object({
    type: z.literal('task'),
    kind: wholeTask,
    /** Numbers of the first and the last of all their passages. */
    first: count,
    last: count,
  }),
  /** What one step of such a task came to, in an answer: kept as soon as it is there. */
  z.object({
    type: z.literal('notes'),
    step: count,
    /** Numbers of the first and the last passage that the step read. */
    first: count,
    last: count,
    text: z.string(),
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
export type StreamedPart = 'text' | 'reasoning';
type PartOf<T extends Part['type']> = Extract<Part, { type: T }>;
export type ReadingPart = PartOf<'reading'>;
export type ImagePart = PartOf<'image'>;
export type DocumentPart = PartOf<'document'>;
export type NotesPart = PartOf<'notes'>;
export type TaskPart = PartOf<'task'>;
export type CitationsPart = PartOf<'citations'>;

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

/**
 * What an answer cost, in tokens and milliseconds. The prompt's tokens were found in memory (`reused`),
 * brought back from the cache (`restored`) or computed. Answers from before these were counted read as
 * if nothing had been restored, and do not know when their first token came.
 */
export const usage = z
  .object({
    promptTokens: count,
    reusedTokens: count,
    restoredTokens: count.default(0),
    computedTokens: count.optional(),
    answerTokens: count,
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
  if (last?.type === type) return [...parts.slice(0, -1), { type, text: last.text + text }];
  return [...parts, { type, text }];
}

/** Appends parts as they were gained: streamed ones grow the last part of their type, others are added. */
export function appendParts(parts: readonly Part[], gained: readonly Part[]): Part[] {
  let all = [...parts];
  for (const piece of gained) {
    if (piece.type === 'text' || piece.type === 'reasoning') {
      all = appendText(all, piece.type, piece.text);
    } else all.push(piece);
  }
  return all;
}

/** Whether `piece` is of the kind; for `parts.find(isPart('reading'))`. */
export function isPart<T extends Part['type']>(type: T): (piece: Part) => piece is PartOf<T> {
  return (piece): piece is PartOf<T> => piece.type === type;
}
