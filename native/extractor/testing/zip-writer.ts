import { crc32, deflateRawSync } from 'node:zlib';

/** An entry of an archive; all but the first two fields are for archives that lie. */
export interface ZipPart {
  name: string;
  data: Uint8Array | string;
  isStored?: boolean;
  /** Already packed. */
  packed?: Uint8Array;
  /** In place of what is true. */
  crc?: number;
  sizeBytes?: number;
  packedBytes?: number;
  method?: number;
  flags?: number;
  /** Unix mode; makes the entry one of Unix. */
  mode?: number;
  /** In the local header. */
  localName?: string;
  /** Where the directory says the entry lies. */
  offset?: number;
  /** Is in the directory only. */
  hasNoData?: boolean;
}

export interface ZipWriting {
  comment?: string;
  /** In place of how many there are. */
  entryCount?: number;
  before?: Uint8Array;
  after?: Uint8Array;
}

const utf8Names = 0x800;

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value & 0xffff);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

/** A zip archive, the same bytes for the same parts. */
export function writeZip(parts: readonly ZipPart[], writing: ZipWriting = {}): Buffer {
  const before = Buffer.from(writing.before ?? []);
  const body: Buffer[] = [before];
  const directory: Buffer[] = [];
  let offset = before.byteLength;
  for (const part of parts) {
    const { local, central } = headersOf(part, offset);
    directory.push(central);
    if (part.hasNoData) continue;
    body.push(local);
    offset += local.byteLength;
  }
  const table = Buffer.concat(directory);
  const comment = Buffer.from(writing.comment ?? '');
  const count = u16(writing.entryCount ?? parts.length);
  const end = [u32(0x06054b50), u16(0), u16(0), count, count, u32(table.byteLength), u32(offset)];
  return Buffer.concat([
    ...body,
    table,
    ...end,
    u16(comment.byteLength),
    comment,
    Buffer.from(writing.after ?? []),
  ]);
}

/** What stands before an entry's bytes, with them, and in the directory. */
function headersOf(part: ZipPart, offset: number): { local: Buffer; central: Buffer } {
  const data = Buffer.from(part.data);
  const packed = Buffer.from(part.packed ?? (part.isStored ? data : deflateRawSync(data)));
  const name = Buffer.from(part.name);
  const localName = Buffer.from(part.localName ?? part.name);
  const common = Buffer.concat([
    u16(utf8Names | (part.flags ?? 0)),
    u16(part.method ?? (part.isStored ? 0 : 8)),
    u16(0),
    u16(0x21),
    u32(part.crc ?? crc32(data)),
    u32(part.packedBytes ?? packed.byteLength),
    u32(part.sizeBytes ?? data.byteLength),
  ]);
  const local = [u32(0x04034b50), u16(20), common, u16(localName.byteLength), u16(0), localName];
  const madeBy = u16(part.mode === undefined ? 20 : 0x314);
  const none = Buffer.alloc(8);
  const place = [none, u32((part.mode ?? 0) << 16), u32(part.offset ?? offset)];
  const central = [u32(0x02014b50), madeBy, u16(20), common, u16(name.byteLength), ...place, name];
  return { local: Buffer.concat([...local, packed]), central: Buffer.concat(central) };
}
