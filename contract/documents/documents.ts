import * as z from 'zod';
import { errorCatalog } from '../errors/catalog.ts';
import { extractedSummary, fileFormat, pageBox } from './extracted.ts';

export const documentId = z.string().min(1).max(64).brand<'DocumentId'>();
export type DocumentId = z.infer<typeof documentId>;
export const collectionId = z.string().min(1).max(64).brand<'CollectionId'>();
export type CollectionId = z.infer<typeof collectionId>;
export const passageId = z.string().min(1).max(64).brand<'PassageId'>();
export type PassageId = z.infer<typeof passageId>;

const errorCode = z.enum(Object.keys(errorCatalog) as [keyof typeof errorCatalog]);
const count = z.number().int().nonnegative();

/** How far a file has come. A failed one stays listed with its reason. */
export const documentState = z.discriminatedUnion('state', [
  z.object({ state: z.literal('waiting') }),
  z.object({
    state: z.literal('reading'),
    step: z.enum(['text', 'recognition', 'index']),
    fraction: z.number(),
  }),
  z.object({ state: z.literal('ready') }),
  z.object({
    state: z.literal('failed'),
    error: z.object({ code: errorCode, data: z.unknown() }),
  }),
]);
export type DocumentState = z.infer<typeof documentState>;

/** An attached or knowledge file, kept by its content beside the database. */
export const documentSummary = z.object({
  id: documentId,
  /** As the person's file was called, with what cannot be seen in it taken out. */
  name: z.string(),
  fileBytes: count,
  /** 64 hex digits of SHA-256. */
  contentHash: z.string(),
  addedAtMs: z.number(),
  /** Null until it was looked into. */
  format: fileFormat.nullable(),
  state: documentState,
  /** Null until it was read. */
  summary: extractedSummary.nullable(),
  /** About how many tokens its text is to a model; null until it was read. */
  textTokens: count.nullable(),
  passageCount: count,
  /** Passages that can be found by meaning too; the rest by words alone. */
  embeddedCount: count,
});
export type DocumentSummary = z.infer<typeof documentSummary>;

/** A retrievable piece of a document: `text` is exactly its text from `start` to `end`. */
export const passage = z.object({
  id: passageId,
  documentId,
  documentName: z.string(),
  text: z.string(),
  /** Offsets in the document's text, in UTF-16 code units. */
  start: count,
  end: count,
  headingPath: z.array(z.string()),
  page: z.number().int().positive().nullable(),
  part: z.string().nullable(),
  boxes: z.array(pageBox),
  /** Holds text that a person does not see in the file. */
  isHidden: z.boolean(),
});
export type Passage = z.infer<typeof passage>;

/** A passage as the model was given it: `number`, from 1, is what an answer cites it by; it names one passage in a branch. */
export const numberedPassage = passage.extend({ number: z.number().int().positive() });
export type NumberedPassage = z.infer<typeof numberedPassage>;

/** How an attached file goes to the model. `auto`: whole where it is small enough, else by passages. */
export const readingMode = z.enum(['auto', 'whole', 'passages', 'picture']);
export type ReadingMode = z.infer<typeof readingMode>;

/** What a question comes with. */
export const attachment = z.object({
  documentId,
  mode: readingMode,
  /** Of `picture`: which pages, from 1, in this order; absent: from the first, as many as fit. */
  pages: z.array(z.number().int().positive()).min(1).max(100).exactOptional(),
});
export type Attachment = z.infer<typeof attachment>;

/** How much of one file the model was given with a question. Of a `picture`, its pages are counted as passages. */
export const fileReading = z.object({
  documentId,
  name: z.string(),
  mode: z.enum(['whole', 'passages', 'picture']),
  /** Of what is given with this question. */
  tokens: count,
  passagesGiven: count,
  /** Relevant ones that stand in the conversation already, from an earlier question: they are not given again. */
  passagesEarlier: count,
  passagesTotal: count,
  /** Passages that were relevant and did not fit. */
  passagesLeftOut: count,
});
export type FileReading = z.infer<typeof fileReading>;

/** Why a passage was found. Ranks from 1; null where a leg did not find it. */
export const recallHit = z.object({
  passage,
  /** Reciprocal ranks, fused: what the order is by. */
  score: z.number(),
  wordRank: z.number().int().nullable(),
  wordScore: z.number().nullable(),
  meaningRank: z.number().int().nullable(),
  /** Cosine, in [-1, 1]. */
  meaningScore: z.number().nullable(),
});
export type RecallHit = z.infer<typeof recallHit>;
