import * as z from 'zod';
import {
  block,
  extractedSummary,
  type FileFormat,
  fileFormat,
  isPicture,
} from './documents/extracted.ts';
import { type Client, call, type Handlers, stream } from './rpc/declare.ts';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const pixels = z.number().int().positive();

/** The acts that an extractor tries against itself at start, and must be refused. */
export const forbiddenAct = z.enum([
  'read-other-file',
  'write-models',
  'write-profile',
  'connect',
  'resolve-name',
  'exec',
  'ptrace',
  'open-device',
]);
export type ForbiddenAct = z.infer<typeof forbiddenAct>;

/** What holds an extractor here. */
export const restrictions = z.object({
  /** Limits on memory and processor time. */
  limits: z.boolean(),
  /** No files but the one that is open. */
  files: z.boolean(),
  /** No system calls that reach outside. */
  calls: z.boolean(),
  /** 0 where there is none. */
  landlockAbi: z.number().int(),
});
export type Restrictions = z.infer<typeof restrictions>;

export const ocrLanguage = z.enum(['eng', 'chi_tra', 'chi_sim']);
export type OcrLanguage = z.infer<typeof ocrLanguage>;

/**
 * What a process loads before it restricts itself, since nothing can be loaded after: `text` for every format
 * that is neither PDF nor picture, `recognition` beside `pdf` or `picture`. What a file is can be asked with none.
 */
export const readerModule = z.enum(['text', 'pdf', 'picture', 'recognition']);
export type ReaderModule = z.infer<typeof readerModule>;

/** Which module reads a format. */
export function moduleOf(format: FileFormat): ReaderModule {
  if (format === 'pdf') return 'pdf';
  return isPicture(format) ? 'picture' : 'text';
}

/** How an extractor ends by itself; main tells by it why. */
export const extractorExitCode = {
  /** It asked for more memory than it may have. */
  tooHeavy: 71,
  /** It used up its processor time (where the system does not end it for that). */
  tooSlow: 72,
  /** Its addon is missing or does not fit this computer; the last line on stderr says what. */
  unavailable: 73,
} as const;

/** A picture that the extractor drew: the window never gets bytes of a foreign file. */
const drawn = z.object({ png: bytes, widthPx: pixels, heightPx: pixels });

const fileErrors = [
  'document.unsupported',
  'document.broken',
  'document.encrypted',
  'document.too-large',
  'picture.refused',
] as const;

/**
 * What main asks of an extractor: a process made for one file, which it opened before it restricted itself.
 * Nothing in an answer was checked by anybody else: main's border parses it.
 */
export const extractorContract = {
  extractor: {
    /**
     * The first call, and only once: opens the file for reading, loads the modules, then restricts the process
     * for good. Every other call before it is refused. `path` null: an empty file of our own, for the probe.
     */
    open: call({
      input: z.object({
        path: z.string().min(1).nullable(),
        /** As the person's file is called. */
        name: z.string(),
        modules: z.array(readerModule),
        languages: z.array(ocrLanguage),
        /** Of processor time, over all its threads. */
        cpuSeconds: z.number().int().positive(),
        /** Of its own data, without what it maps from files. */
        dataBytes: z.number().int().positive(),
      }),
      output: restrictions,
      errors: ['file.not-found', 'extractor.unavailable'],
    }),
    /** Tries each forbidden act. An act that is not refused is undone where it can be. */
    probe: call({
      input: z.object({
        modelsFolder: z.string(),
        profileFolder: z.string(),
        /** Of this computer; nobody need listen there. */
        loopbackPort: z.number().int().min(1).max(65535),
      }),
      output: z.object({
        acts: z.array(z.object({ act: forbiddenAct, isRefused: z.boolean() })),
      }),
    }),
  },
  file: {
    /** What it is, by its content. */
    identify: call({
      input: z.object({}),
      output: z.object({ format: fileFormat }),
      errors: fileErrors,
    }),
    /** Its blocks in reading order. `fraction` [0, 1] of it is done. Cancelling ends it within a page. */
    extract: stream({
      input: z.object({ maxChars: z.number().int().positive() }),
      chunk: z.object({ blocks: z.array(block), fraction: z.number() }),
      output: extractedSummary,
      errors: fileErrors,
    }),
    /** Text of scanned pages (from 1; a picture is page 1), by recognition. */
    recognise: stream({
      input: z.object({
        pages: z.array(z.number().int().positive()).min(1),
      }),
      chunk: z.object({ blocks: z.array(block), fraction: z.number() }),
      output: z.object({ meanConfidence: z.number() }),
      errors: fileErrors,
    }),
    /** A page, or a picture as page 1, drawn to fit a square of `maxPx`; orientation applied, metadata gone. */
    draw: call({
      input: z.object({ page: z.number().int().positive(), maxPx: pixels.max(4096) }),
      output: drawn,
      errors: fileErrors,
    }),
    /** The same as raw pixels for the engine: 3 bytes each (R, G, B), rows from the top. */
    pixels: call({
      input: z.object({ page: z.number().int().positive(), maxPx: pixels.max(4096) }),
      output: z.object({ width: pixels, height: pixels, rgb: bytes }),
      errors: fileErrors,
    }),
  },
} as const;

export type ExtractorContract = typeof extractorContract;
export type ExtractorClient = Client<ExtractorContract>;
export type ExtractorHandlers = Handlers<ExtractorContract>;
