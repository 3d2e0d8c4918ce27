import type * as z from 'zod';
import type { FileFormat } from '../../contract/documents/extracted.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import {
  type ExtractorHandlers,
  type extractorContract,
  extractorExitCode,
  type Restrictions,
} from '../../contract/extractor-contract.ts';
import { openForeignFile } from './foreign-file.ts';
import { framesOf } from './frames.ts';
import { asDocumentError, isOutOfMemory } from './parser-faults.ts';
import { encodePng } from './png.ts';
import { probe } from './probe.ts';
import type {
  ForeignFile,
  FormatReader,
  LoadReaders,
  Pixels,
  PixelsOptions,
  Readers,
  Recogniser,
} from './reader.ts';
import type { Sandbox } from './sandbox-binding.ts';

/** Of a process's time, what reading may use: the rest is for what came before and for giving out what was read. */
const readingShare = 0.75;

export interface ExtractorServiceOptions {
  sandbox: Sandbox;
  load: LoadReaders;
}

type Input<M extends { input: z.ZodType }> = z.output<M['input']>;
type Open = typeof extractorContract.extractor.open;
type Extract = typeof extractorContract.file.extract;
type Recognise = typeof extractorContract.file.recognise;

interface Opened {
  readonly file: ForeignFile;
  readonly readers: Readers;
  readonly sandbox: Sandbox;
  readonly cpuSeconds: number;
}

/** Answers the extractor contract over one file. Until `open` has restricted the process, nothing else is answered. */
export class ExtractorService {
  readonly handlers: ExtractorHandlers;
  readonly #options: ExtractorServiceOptions;
  #isBegun = false;
  #opened: Opened | undefined;
  #format: FileFormat | undefined;

  constructor(options: ExtractorServiceOptions) {
    this.#options = options;
    this.handlers = {
      extractor: {
        open: (input) => this.#open(input),
        probe: async (places) => ({ acts: await probe(this.#ready().sandbox, places) }),
      },
      file: {
        identify: () => this.#parsing(async () => ({ format: await this.#identified() })),
        extract: (input, { signal }) => this.#parsingStream(() => this.#extract(input, signal)),
        recognise: (input, { signal }) => this.#parsingStream(() => this.#recognise(input, signal)),
        draw: (input, { signal }) =>
          this.#parsing(async () => {
            const pixels = await this.#pixels({ ...input, signal });
            return { png: encodePng(pixels), widthPx: pixels.width, heightPx: pixels.height };
          }),
        pixels: (input, { signal }) => this.#parsing(() => this.#pixels({ ...input, signal })),
      },
    };
  }

  /** The order is the point: the file, the modules, the end of our rights, and only then a foreign byte. */
  async #open(input: Input<Open>): Promise<Restrictions> {
    if (this.#isBegun) throw new Error('this process has its file already');
    this.#isBegun = true;
    const { sandbox, load } = this.#options;
    const file = openForeignFile(input.path, input.name);
    const readers = await load(input);
    const restrictions = sandbox.restrict(input);
    this.#opened = { file, readers, sandbox, cpuSeconds: input.cpuSeconds };
    return restrictions;
  }

  #ready(): Opened {
    if (!this.#opened) throw new Error('this process has no file yet');
    return this.#opened;
  }

  async #identified(): Promise<FileFormat> {
    const { file, readers } = this.#ready();
    this.#format ??= await readers.identify(file);
    return this.#format;
  }

  async #reader(): Promise<FormatReader> {
    const { file, readers } = this.#ready();
    const reader = readers.formats[await this.#identified()];
    if (!reader) throw new AppError('document.unsupported', { name: file.name });
    return reader;
  }

  async #pixels(options: PixelsOptions): Promise<Pixels> {
    const { file } = this.#ready();
    const reader = await this.#reader();
    if (!reader.pixels) throw new AppError('document.unsupported', { name: file.name });
    const { width, height, rgb } = await reader.pixels(file, options);
    return { width, height, rgb: ownBytes(rgb) };
  }

  async *#extract({ maxChars }: Input<Extract>, signal: AbortSignal) {
    const { file, cpuSeconds } = this.#ready();
    const reader = await this.#reader();
    if (!reader.extract) throw new AppError('document.unsupported', { name: file.name });
    const chunks = reader.extract(file, {
      ...{ maxChars, signal },
      cpuSeconds: cpuSeconds * readingShare,
    });
    let fraction = 0;
    for (;;) {
      const step = await chunks.next();
      if (step.done) return step.value;
      signal.throwIfAborted();
      for (const frame of framesOf(step.value, fraction)) yield frame;
      fraction = step.value.fraction;
    }
  }

  async *#recognise({ pages }: Input<Recognise>, signal: AbortSignal) {
    const { recogniser, file } = this.#recogniser();
    let fraction = 0;
    let confidence = 0;
    for (const [index, page] of pages.entries()) {
      signal.throwIfAborted();
      const picture = await this.#pixels({ page, maxPx: recogniser.maxPx, signal });
      const read = await recogniser.recognise(picture, page, signal);
      confidence += read.confidence;
      const chunk = { blocks: read.blocks, fraction: (index + 1) / pages.length };
      for (const frame of framesOf(chunk, fraction)) yield frame;
      fraction = chunk.fraction;
    }
    if (!Number.isFinite(confidence)) {
      throw new AppError('document.broken', { name: file.name, detail: 'confidence' });
    }
    return { meanConfidence: confidence / pages.length };
  }

  #recogniser(): { recogniser: Recogniser; file: ForeignFile } {
    const { readers, file } = this.#ready();
    if (!readers.recogniser) throw new Error('this process was opened without recognition');
    return { recogniser: readers.recogniser, file };
  }

  #fault(error: unknown): unknown {
    // Nothing that goes on without memory can be relied on.
    if (isOutOfMemory(error)) this.#options.sandbox.end(extractorExitCode.tooHeavy);
    return this.#opened ? asDocumentError(error, this.#opened.file.name) : error;
  }

  async #parsing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#fault(error);
    }
  }

  async *#parsingStream<C, R>(work: () => AsyncGenerator<C, R, void>): AsyncGenerator<C, R, void> {
    try {
      return yield* work();
    } catch (error) {
      throw this.#fault(error);
    }
  }
}

/** A view of a larger buffer would be sent with all of that buffer. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}
