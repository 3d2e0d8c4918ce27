import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, type ZipFile } from 'yauzl';
import { AppError } from '../../../../contract/errors/app-error.ts';
import type { ForeignFile } from '../../reader.ts';
import { ArchiveReader, packedPieces } from './zip-reader.ts';

/** What an archive may cost. Bytes are counted as they come out, whatever the archive says of itself. */
export const zipLimits = {
  entries: 10_000,
  /** Of all entries together. */
  unpackedBytes: 512 * 1024 * 1024,
  /** Unpacked to packed, once an entry is over `ratioFromBytes`. */
  ratio: 100,
  ratioFromBytes: 1024 * 1024,
} as const;

const localHeaderBytes = 30;
const centralHeaderBytes = 46;
const pieceBytes = 256 * 1024;
/** Entries up to this size unpack at once: a stream for each costs more than they are. */
const smallBytes = 2 * 1024 * 1024;
const fileTypeMask = 0o170000;
const linkType = 0o120000;
const madeByUnix = 3;

/**
 * A zip archive that is read in place: nothing is ever written, and no entry's name is ever a path. An archive that
 * holds archives is not gone into.
 */
export class ZipArchive {
  readonly #zip: ZipFile;
  readonly #file: ForeignFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #byLowerName: ReadonlyMap<string, Entry>;
  #unpackedBytes = 0;

  private constructor(zip: ZipFile, file: ForeignFile, entries: Map<string, Entry>) {
    this.#zip = zip;
    this.#file = file;
    this.#entries = entries;
    const lower = Array.from(entries, ([key, entry]) => [key.toLowerCase(), entry] as const);
    this.#byLowerName = new Map(lower.reverse());
  }

  /**
   * Reads the directory.
   * @throws AppError `document.broken` (no archive, truncated, a name twice, a link, a path that leads outside, entries
   * that share bytes), `document.too-large` (`entries`), `document.encrypted`
   */
  static async open(file: ForeignFile): Promise<ZipArchive> {
    const { name, fileBytes } = file;
    const broken = (detail: string, cause?: unknown): AppError =>
      new AppError('document.broken', { name, detail }, { cause });
    let zip: ZipFile;
    try {
      zip = await fromRandomAccessReaderPromise(new ArchiveReader(file), fileBytes, {
        autoClose: false,
        strictFileNames: true,
        validateEntrySizes: true,
      });
    } catch (error) {
      throw broken('zip-directory', error);
    }
    if (zip.entryCount > zipLimits.entries) throw tooMany(name, zip.entryCount);
    if (zip.entryCount * centralHeaderBytes > fileBytes) throw broken('zip-directory');
    const entries = new Map<string, Entry>();
    try {
      for await (const entry of zip.eachEntry()) {
        if (entries.has(entry.fileName)) throw broken('zip-name-twice');
        if (isLink(entry)) throw broken('zip-link');
        entries.set(entry.fileName, entry);
      }
    } catch (error) {
      throw error instanceof AppError ? error : broken(directoryDetail(error), error);
    }
    if (!areApart([...entries.values()], fileBytes)) throw broken('zip-overlap');
    return new ZipArchive(zip, file, entries);
  }

  /** Names of its entries, as they are written in it. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  has(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /** What the directory says an entry has; a hint, never a limit. */
  sizeHintBytes(path: string): number {
    return this.#find(path)?.uncompressedSize ?? 0;
  }

  /**
   * The bytes of an entry, in order. Nothing if there is none of that name.
   * @throws AppError `document.broken` (bytes do not unpack, or to others than was said), `document.encrypted`,
   * `document.too-large` (`ratio`, `unpacked`)
   */
  async *read(path: string): AsyncGenerator<Buffer> {
    const entry = this.#find(path);
    if (entry === undefined) return;
    if (entry.isEncrypted()) throw new AppError('document.encrypted', { name: this.#file.name });
    if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
      throw this.#broken('zip-method');
    let unpacked = 0;
    let check = 0;
    try {
      for await (const bytes of await this.#unpackedPieces(entry)) {
        unpacked += bytes.byteLength;
        this.#unpackedBytes += bytes.byteLength;
        this.#requireWithin(entry, unpacked);
        check = crc32(bytes, check);
        yield bytes;
      }
    } catch (error) {
      throw error instanceof AppError ? error : this.#broken('zip-data', error);
    }
    if (unpacked !== entry.uncompressedSize) throw this.#broken('zip-size');
    if (check !== entry.crc32) throw this.#broken('zip-checksum');
  }

  /**
   * A whole entry, at most `maxBytes` of it.
   * @throws AppError as `read` does, and `document.too-large` (`unpacked`) beyond `maxBytes`
   */
  async bytes(path: string, maxBytes: number): Promise<Buffer | undefined> {
    if (!this.has(path)) return undefined;
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of this.read(path)) {
      length += piece.byteLength;
      if (length > maxBytes) throw this.#tooLarge('unpacked', length, maxBytes);
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }

  #find(path: string): Entry | undefined {
    return this.#entries.get(path) ?? this.#byLowerName.get(path.toLowerCase());
  }

  async #unpackedPieces(entry: Entry): Promise<AsyncIterable<Buffer> | Iterable<Buffer>> {
    const { fileDataStart } = await this.#zip.readLocalFileHeaderPromise(entry, { minimal: true });
    const packed = packedPieces(this.#file, fileDataStart, entry.compressedSize);
    if (entry.compressionMethod === 0) return packed;
    if (entry.compressedSize <= pieceBytes && entry.uncompressedSize <= smallBytes) {
      return [this.#unpackedAtOnce(entry, packed)];
    }
    const inflate = createInflateRaw({ chunkSize: pieceBytes });
    const input = Readable.from(packed, { objectMode: false });
    // What goes wrong on the way reaches whoever reads `inflate`; there is nobody else to tell.
    return pipeline(input, inflate, () => undefined);
  }

  /** Never more than the entry says it has: zlib stops there. */
  #unpackedAtOnce(entry: Entry, packed: Iterable<Buffer>): Buffer {
    try {
      return inflateRawSync(Buffer.concat([...packed]), {
        maxOutputLength: Math.max(1, entry.uncompressedSize),
      });
    } catch (error) {
      const isMore = error instanceof RangeError;
      throw this.#broken(isMore ? 'zip-size' : 'zip-data', error);
    }
  }

  #requireWithin(entry: Entry, unpacked: number): void {
    const ratio = unpacked / Math.max(1, entry.compressedSize);
    if (unpacked > zipLimits.ratioFromBytes && ratio > zipLimits.ratio) {
      throw this.#tooLarge('ratio', Math.round(ratio), zipLimits.ratio);
    }
    if (unpacked > entry.uncompressedSize) throw this.#broken('zip-size');
    if (this.#unpackedBytes > zipLimits.unpackedBytes) {
      throw this.#tooLarge('unpacked', this.#unpackedBytes, zipLimits.unpackedBytes);
    }
  }

  #tooLarge(limit: 'ratio' | 'unpacked', found: number, allowed: number): AppError {
    return new AppError('document.too-large', { name: this.#file.name, limit, found, allowed });
  }

  #broken(detail: string, cause?: unknown): AppError {
    return new AppError('document.broken', { name: this.#file.name, detail }, { cause });
  }
}

function tooMany(name: string, found: number): AppError {
  return new AppError('document.too-large', {
    name,
    limit: 'entries',
    found,
    allowed: zipLimits.entries,
  });
}

function directoryDetail(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  return /fileName|relative path|absolute path/u.test(message) ? 'zip-path' : 'zip-directory';
}

function isLink(entry: Entry): boolean {
  if (entry.versionMadeBy >> 8 !== madeByUnix) return false;
  return ((entry.externalFileAttributes >>> 16) & fileTypeMask) === linkType;
}

/** No two entries share bytes of the file, as they do in archives that unpack to far more than they are. */
function areApart(entries: readonly Entry[], fileBytes: number): boolean {
  const sorted = entries.toSorted(
    (a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader,
  );
  let end = 0;
  for (const entry of sorted) {
    if (entry.relativeOffsetOfLocalHeader < end) return false;
    end =
      entry.relativeOffsetOfLocalHeader +
      localHeaderBytes +
      entry.fileNameLength +
      entry.compressedSize;
  }
  return end <= fileBytes;
}
