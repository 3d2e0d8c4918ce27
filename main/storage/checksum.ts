import { createHash } from 'node:crypto';

/** Bytes of a stored checksum. */
export const checksumBytes = 16;

/**
 * A checksum over stored fields as they lie in the row, because SQLite does not notice a flipped bit.
 * Fields are framed as JSON, so that text cannot move from one field to its neighbour unseen.
 */
export function checksumOf(fields: readonly (string | number | null)[]): Buffer {
  return createHash('sha256').update(JSON.stringify(fields)).digest().subarray(0, checksumBytes);
}

/** Whether `checksum` is the one of `fields`. */
export function fitsChecksum(
  fields: readonly (string | number | null)[],
  checksum: Uint8Array,
): boolean {
  return checksumOf(fields).equals(checksum);
}

/** A checksum that fits nothing: keeps a row that was found damaged marked after it is written anew. */
export const damagedChecksum: Buffer = Buffer.alloc(checksumBytes);
