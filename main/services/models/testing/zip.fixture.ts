import { crc32, deflateRawSync } from 'node:zlib';

/** One file of a zip, and what its records say of it where that is not the truth. */
export interface ZipEntry {
  name: string;
  bytes: Uint8Array;
  isStored?: boolean;
  /** Put in place of the packed bytes. */
  packed?: Buffer;
  flags?: number;
  method?: number;
  crc?: number;
  saidPackedBytes?: number;
  saidBytes?: number;
  localOffset?: number;
  localName?: string;
  localMethod?: number;
}

/** What the end record says where that is not the truth. */
export interface ZipLies {
  disk?: number;
  directoryBytes?: number;
  directoryOffset?: number;
  comment?: string;
  signature?: number;
}

function localRecord(entry: ZipEntry, packed: Buffer, method: number): Buffer {
  const name = Buffer.from(entry.localName ?? entry.name);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(entry.flags ?? 0, 6);
  header.writeUInt16LE(entry.localMethod ?? method, 8);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name, packed]);
}

function directoryRecord(entry: ZipEntry, packed: Buffer, at: number): Buffer {
  const name = Buffer.from(entry.name);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(entry.flags ?? 0, 8);
  header.writeUInt16LE(entry.method ?? (entry.isStored ? 0 : 8), 10);
  header.writeUInt32LE(entry.crc ?? crc32(entry.bytes), 16);
  header.writeUInt32LE(entry.saidPackedBytes ?? packed.length, 20);
  header.writeUInt32LE(entry.saidBytes ?? entry.bytes.length, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt32LE(entry.localOffset ?? at, 42);
  return Buffer.concat([header, name]);
}

/** A zip archive, honest but for what is asked. */
export function makeZip(entries: readonly ZipEntry[], lies: ZipLies = {}): Buffer {
  const locals: Buffer[] = [];
  const records: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const usual = entry.isStored ? Buffer.from(entry.bytes) : deflateRawSync(entry.bytes);
    const packed = entry.packed ?? usual;
    const local = localRecord(entry, packed, entry.method ?? (entry.isStored ? 0 : 8));
    records.push(directoryRecord(entry, packed, at));
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(records);
  const comment = Buffer.from(lies.comment ?? '');
  const end = Buffer.alloc(22);
  end.writeUInt32LE(lies.signature ?? 0x06054b50, 0);
  end.writeUInt16LE(lies.disk ?? 0, 4);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(lies.directoryBytes ?? directory.length, 12);
  end.writeUInt32LE(lies.directoryOffset ?? at, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...locals, directory, end, comment]);
}
