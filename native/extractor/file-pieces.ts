import type { ForeignFile } from './reader.ts';

/** Bytes `[position, position + bytes)` as a Buffer over what was read; fewer where the file ends. */
export function readBuffer(file: ForeignFile, position: number, bytes: number): Buffer {
  const read = file.read(position, Math.max(0, bytes));
  return Buffer.from(read.buffer, read.byteOffset, read.byteLength);
}

/** All of a file in order. One that became shorter meanwhile ends early. */
export function* piecesOf(file: ForeignFile, pieceBytes = 256 * 1024): Generator<Buffer> {
  for (let position = 0; position < file.fileBytes; ) {
    const piece = readBuffer(file, position, pieceBytes);
    if (piece.byteLength === 0) return;
    position += piece.byteLength;
    yield piece;
  }
}
