import type { Block, ExtractedSummary, FileFormat } from '../../contract/documents/extracted.ts';
import type { OcrLanguage, ReaderModule } from '../../contract/extractor-contract.ts';

/**
 * The file that this process was made for, open already. The process cannot open another one: what a reader
 * needs beside it (parsers, WASM, tables) was loaded by its module before the process restricted itself.
 */
export interface ForeignFile {
  /** As the person's file is called. Foreign too: a hint, never a path. */
  readonly name: string;
  readonly fileBytes: number;
  /** Bytes `[position, position + bytes)`; fewer where the file ends. The array is the caller's own. */
  read(position: number, bytes: number): Uint8Array;
  /** All of it. @throws AppError `document.too-large` (bytes) when it is larger than `maxBytes` */
  readAll(maxBytes: number): Uint8Array;
}

/** What a reader gives as it goes. Of any size: the process cuts it into frames. `fraction` [0, 1] is done. */
export interface ReadChunk {
  readonly blocks: readonly Block[];
  readonly fraction: number;
}

export interface ExtractOptions {
  /** In UTF-16 code units over all blocks; what lies behind is left out as `too-much-text`. */
  readonly maxChars: number;
  /**
   * Processor time that it may use from now on. A reader whose file may need more stops in time and gives what it
   * has; without one it goes on to the end.
   */
  readonly cpuSeconds?: number;
  /** Aborted when nobody wants the rest. A reader that cannot look at it is ended with its process. */
  readonly signal: AbortSignal;
}

/** 3 bytes a pixel (R, G, B), rows from the top, no padding; what was transparent is on white. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

export interface PixelsOptions {
  /** From 1; a picture is page 1. */
  readonly page: number;
  /** The result fits a square of this size. It is never larger than the picture itself; a PDF page fills it. */
  readonly maxPx: number;
  readonly signal: AbortSignal;
}

/** What every reader may throw: AppError `document.broken`, `.encrypted`, `.unsupported`, `.too-large`, `picture.refused`. */
export interface FormatReader {
  /** Its blocks in reading order, then what it came to. Absent where the format holds no text of its own. */
  extract?(
    file: ForeignFile,
    options: ExtractOptions,
  ):
    | AsyncGenerator<ReadChunk, ExtractedSummary, void>
    | Generator<ReadChunk, ExtractedSummary, void>;
  /** A page as a picture, its orientation applied. The process makes the PNG from it. Absent where there are no pages to draw. */
  pixels?(file: ForeignFile, options: PixelsOptions): Promise<Pixels> | Pixels;
}

/** Readers by format: what one module brings. */
export type ReaderTable = Readonly<Partial<Record<FileFormat, FormatReader>>>;

/** Reads text off pictures. */
export interface Recogniser {
  /** The size in which it wants pages drawn (300 dpi of an A4 page are 3508). */
  readonly maxPx: number;
  /** Blocks of one page, marked `isRecognised`, their line boxes as fractions of the picture; confidence [0, 100]. */
  recognise(
    picture: Pixels,
    page: number,
    signal: AbortSignal,
  ): Promise<{ blocks: readonly Block[]; confidence: number }>;
}

/** All that one process has loaded. */
export interface Readers {
  /** By content. @throws AppError `document.unsupported`, `document.broken` */
  identify(file: ForeignFile): FileFormat | Promise<FileFormat>;
  readonly formats: ReaderTable;
  readonly recogniser?: Recogniser;
}

/** Loads what a process will need, before it restricts itself: nothing can be imported or opened after. */
export type LoadReaders = (request: {
  modules: readonly ReaderModule[];
  languages: readonly OcrLanguage[];
}) => Promise<Readers>;
