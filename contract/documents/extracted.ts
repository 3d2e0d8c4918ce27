import * as z from 'zod';

/** What a file turned out to be, by its content and never by its name alone. */
export const fileFormat = z.enum([
  'pdf',
  'docx',
  'pptx',
  'xlsx',
  'epub',
  'html',
  'markdown',
  'text',
  'code',
  'csv',
  'json',
  'png',
  'jpeg',
  'webp',
  'gif',
  'avif',
  'heic',
]);
export type FileFormat = z.infer<typeof fileFormat>;

const pictureFormats: readonly FileFormat[] = ['png', 'jpeg', 'webp', 'gif', 'avif', 'heic'];

/** Whether a file of this format is looked at rather than read. */
export function isPicture(format: FileFormat): boolean {
  return pictureFormats.includes(format);
}

/** The ways in which a file carries text that a person who looks at it does not see. */
export const hiddenCarrier = z.enum([
  'tag-characters',
  'bidi-controls',
  'zero-width',
  'variation-selectors',
  'soft-hyphens',
  'private-use',
  'html-comment',
  'html-hidden',
  'zero-size-text',
  'white-text',
  'off-page-text',
  'hidden-sheet',
  'vanished-text',
  'comment',
  'tracked-change',
  'speaker-notes',
  'epub-hidden',
  'picture-exif',
  'picture-text',
  'file-name',
]);
export type HiddenCarrier = z.infer<typeof hiddenCarrier>;

/** What was left out, and why, in a word. A person sees it beside the file. */
export const leftOut = z.enum([
  'macros',
  'external-links',
  'embedded-files',
  'scanned-pages',
  'unmapped-text',
  'too-many-pages',
  'too-much-text',
  'damaged-part',
  'pictures',
]);
export type LeftOut = z.infer<typeof leftOut>;

const fraction = z.number();
/** A rectangle on a page, as fractions of its width and height, from the top left. */
export const pageBox = z.object({
  /** From 1. */
  page: z.number().int().positive(),
  left: fraction,
  top: fraction,
  width: fraction,
  height: fraction,
});
export type PageBox = z.infer<typeof pageBox>;

/**
 * A piece of a document in reading order. The document's text is its blocks' texts with an empty line between
 * them; offsets count UTF-16 code units.
 */
export const block = z.object({
  kind: z.enum(['heading', 'paragraph', 'list-item', 'table', 'code', 'quote']),
  /** A table is Markdown, its header row first; code keeps its line breaks. */
  text: z.string(),
  /** Of a heading, 1 to 6. */
  level: z.number().int().min(1).max(6).exactOptional(),
  /** Page or slide, from 1. */
  page: z.number().int().positive().exactOptional(),
  /** Sheet of a workbook, chapter of a book. */
  part: z.string().exactOptional(),
  /** Where its lines lie: `start` and `end` are offsets in `text`. */
  lines: z
    .array(z.object({ start: z.number().int(), end: z.number().int(), box: pageBox }))
    .exactOptional(),
  /** Not seen by a person who opens the file; marked as such to the model. */
  hidden: hiddenCarrier.exactOptional(),
  /** Read off a picture of the text: words may be wrong. */
  isRecognised: z.boolean().exactOptional(),
});
export type Block = z.infer<typeof block>;

/** What a whole file came to, after its blocks. */
export const extractedSummary = z.object({
  format: fileFormat,
  /** Its own title, where it has one. */
  title: z.string().nullable(),
  /** Pages, slides or sheets; null where the format has none. */
  pageCount: z.number().int().nullable(),
  textChars: z.number().int(),
  /** Characters by carrier; only what was found. */
  hidden: z.array(z.object({ carrier: hiddenCarrier, chars: z.number().int() })),
  leftOut: z.array(z.object({ what: leftOut, count: z.number().int() })),
  /** Pages that show text but hold none: for recognition. */
  scannedPages: z.array(z.number().int()),
  /** Of a picture, after its orientation was applied. */
  widthPx: z.number().int().exactOptional(),
  heightPx: z.number().int().exactOptional(),
});
export type ExtractedSummary = z.infer<typeof extractedSummary>;
