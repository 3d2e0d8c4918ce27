import * as z from 'zod';
import type { DocumentId, DocumentState } from '../../../contract/documents/documents.ts';
import {
  type Block,
  block as blockSchema,
  type ExtractedSummary,
  extractedSummary,
} from '../../../contract/documents/extracted.ts';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { OcrLanguage } from '../../../contract/extractor-contract.ts';
import type { Extractor } from '../../ports/extractor.ts';
import type { IndexedDocument, IndexThread } from '../passages/index.ts';
import type { StoredDocument } from './document-store.ts';
import { openFile } from './opened-file.ts';

/** Text of one document that is read; what lies behind is left out and said. */
export const mostTextChars = 20_000_000;
/** Pages that one process recognises: each has its own limit of processor time. */
const pagesAtOnce = 4;
/** Scanned pages that are recognised without being asked. */
export const mostPagesUnasked = 20;

const chunkSchema = z.object({ blocks: z.array(blockSchema), fraction: z.number() });

/** What reading needs. */
export interface ReadingOptions {
  extractor: Extractor;
  index: IndexThread;
  pathOf: (contentHash: string) => string;
  languages: () => readonly OcrLanguage[];
  /** Whether a person waits for it. */
  isAwaited: (id: DocumentId) => boolean;
}

type Step = Extract<DocumentState, { state: 'reading' }>['step'];
export type Progress = (step: Step, fraction: number) => void;

/** What a document was read as. `isStopped`: the person stopped it, and what was read by then stays. */
export interface ReadText {
  indexed: IndexedDocument;
  summary: ExtractedSummary | null;
  format: StoredDocument['format'];
  isStopped: boolean;
}

/** Answers come from a process that a hostile file may have taken over. */
function checked<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('document.broken', { name, detail: 'the reader gave something else' });
}

function clamped(fraction: number): number {
  return Number.isFinite(fraction) ? Math.min(Math.max(fraction, 0), 1) : 0;
}

function charsOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { text }) => sum + text.length, 0);
}

/**
 * Reads a document's text into the index. Aborting `signal` keeps what was read by then.
 * @throws AppError as the extractor's `file` calls, `storage.full`, `storage.failed`
 */
export async function readText(
  options: ReadingOptions,
  document: StoredDocument,
  signal: AbortSignal,
  progress: Progress,
): Promise<ReadText> {
  const { extractor, index } = options;
  const { id, name } = document;
  const readable = {
    ...document,
    path: options.pathOf(document.contentHash),
    isInBackground: !options.isAwaited(id),
    languages: [],
  };
  const { opened, format } = await openFile(extractor, readable, signal);
  const writer = await index.begin(id, name);
  let isFinished = false;
  try {
    const chunks = opened.file.extract({ maxChars: mostTextChars }, { signal });
    let summary: ExtractedSummary | null = null;
    let isStopped = false;
    let chars = 0;
    try {
      for (;;) {
        const step = await chunks.next();
        if (step.done) {
          summary = checked(extractedSummary, step.value, name);
          break;
        }
        const { blocks, fraction } = checked(chunkSchema, step.value, name);
        chars += charsOf(blocks);
        if (chars > mostTextChars * 1.1)
          throw new AppError('document.broken', { name, detail: 'more text than asked for' });
        await index.append(writer, blocks);
        progress('text', clamped(fraction));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      isStopped = true;
    }
    const indexed = await index.finish(writer);
    isFinished = true;
    return { indexed, summary, format, isStopped };
  } finally {
    if (!isFinished) await index.abandon(writer);
    await opened.close();
  }
}

/** Pages that still are to be recognised; a picture is page 1. */
export function pagesToRecognise(
  document: Pick<StoredDocument, 'summary'>,
  isPicture: boolean,
): number[] {
  return isPicture ? [1] : [...new Set(document.summary?.scannedPages ?? [])];
}

/**
 * Recognises the text of pages, a few to a process, and cuts the document anew with it. Pages recognised
 * before, by a run that died or was stopped, are not done again. Aborting keeps what was recognised by then.
 * @throws AppError as the extractor's `file` calls, `storage.full`, `storage.failed`
 */
export async function recogniseText(
  options: ReadingOptions,
  document: StoredDocument,
  pages: readonly number[],
  signal: AbortSignal,
  progress: Progress,
): Promise<IndexedDocument> {
  const { index } = options;
  const { id, name } = document;
  const done = new Set(await index.recognisedPages(id));
  const left = pages.filter((page) => !done.has(page));
  let failure: unknown;
  for (let at = 0; at < left.length && !signal.aborted; at += pagesAtOnce) {
    try {
      await recogniseBatch(
        options,
        document,
        left.slice(at, at + pagesAtOnce),
        signal,
        (fraction) => {
          const donePages =
            pages.length - left.length + at + fraction * Math.min(pagesAtOnce, left.length - at);
          progress('recognition', clamped(donePages / pages.length));
        },
      );
    } catch (error) {
      if (signal.aborted) break;
      // One page that cannot be read does not take the others with it.
      if (AppError.is(error, 'storage.full') || AppError.is(error, 'storage.failed')) throw error;
      failure ??= error;
    }
  }
  const recognised = await index.recognisedPages(id);
  if (recognised.length === 0 && failure !== undefined) throw failure;
  progress('index', 0);
  return await index.recut(id, name);
}

async function recogniseBatch(
  options: ReadingOptions,
  document: StoredDocument,
  pages: readonly number[],
  signal: AbortSignal,
  tell: (fraction: number) => void,
): Promise<void> {
  const { id, name, contentHash, format, isPatient } = document;
  const readable = {
    path: options.pathOf(contentHash),
    name,
    format,
    isPatient,
    isInBackground: !options.isAwaited(id),
    languages: options.languages(),
  };
  const { opened } = await openFile(options.extractor, readable, signal);
  try {
    const found = new Map<number, Block[]>(pages.map((page) => [page, []]));
    for await (const chunk of opened.file.recognise({ pages: [...pages] }, { signal })) {
      const { blocks, fraction } = checked(chunkSchema, chunk, name);
      for (const one of blocks) found.get(one.page ?? 1)?.push({ ...one, isRecognised: true });
      tell(fraction);
    }
    for (const [page, blocks] of found) await options.index.keepRecognised(id, page, blocks);
  } finally {
    await opened.close();
  }
}
