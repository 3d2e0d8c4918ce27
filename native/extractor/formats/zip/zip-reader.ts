import { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';
import { readBuffer } from '../../file-pieces.ts';
import type { ForeignFile } from '../../reader.ts';

const windowBytes = 128 * 1024;

/** What yauzl reads an archive through. Small reads in a row, as a directory asks for, come from one window. */
export class ArchiveReader extends RandomAccessReader {
  readonly #file: ForeignFile;
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;

  constructor(file: ForeignFile) {
    super();
    this.#file = file;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(packedPieces(this.#file, start, end - start), { objectMode: false });
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    let error: Error | null = null;
    try {
      if (this.#read(position, length).copy(buffer, offset) < length) error = endsTooEarly();
    } catch (thrown) {
      error = thrown instanceof Error ? thrown : endsTooEarly();
    }
    // As yauzl's own readers do: an answer in the same turn would nest as deep as a directory is long.
    setImmediate(callback, error);
  }

  #read(position: number, length: number): Buffer {
    if (position < 0 || position > this.#file.fileBytes) return Buffer.alloc(0);
    const at = position - this.#windowStart;
    if (at >= 0 && at + length <= this.#window.byteLength) {
      return this.#window.subarray(at, at + length);
    }
    this.#window = readBuffer(this.#file, position, Math.max(length, windowBytes));
    this.#windowStart = position;
    return this.#window.subarray(0, length);
  }
}

function endsTooEarly(): Error {
  return new Error('The file ends too early.');
}

/** Bytes `[start, start + length)` in order. Throws where the file ends before. */
export function* packedPieces(file: ForeignFile, start: number, length: number): Generator<Buffer> {
  for (let done = 0; done < length; ) {
    const bytes = readBuffer(file, start + done, Math.min(windowBytes, length - done));
    if (bytes.byteLength === 0) throw endsTooEarly();
    done += bytes.byteLength;
    yield bytes;
  }
}
