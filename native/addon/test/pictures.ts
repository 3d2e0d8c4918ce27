import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import type { Picture } from '../index.d.ts';

const bytesPerPixel = 3;

/** The chunks of a PNG file: their names and data, in order. */
function* chunks(file: Buffer): Generator<{ name: string; data: Buffer }> {
  for (let offset = 8; offset < file.length; ) {
    const length = file.readUInt32BE(offset);
    yield {
      name: file.toString('latin1', offset + 4, offset + 8),
      data: file.subarray(offset + 8, offset + 8 + length),
    };
    offset += length + 12;
  }
}

/** PNG's fifth filter: the neighbour (left, above or above left) that is nearest to their gradient. */
function paeth(left: number, above: number, corner: number): number {
  const gradient = left + above - corner;
  const [a, b, c] = [left, above, corner].map((value) => Math.abs(gradient - value)) as [
    number,
    number,
    number,
  ];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

/** Undoes the filters of the rows of 8-bit RGB. */
function unfilter(rows: Buffer, width: number, height: number): Uint8Array {
  const stride = width * bytesPerPixel;
  const rgb = new Uint8Array(stride * height);
  for (let index = 0; index < rgb.length; index += 1) {
    const row = Math.floor(index / stride);
    const column = index % stride;
    const isFirst = column < bytesPerPixel;
    const left = isFirst ? 0 : (rgb[index - bytesPerPixel] ?? 0);
    const above = rgb[index - stride] ?? 0;
    const corner = isFirst ? 0 : (rgb[index - stride - bytesPerPixel] ?? 0);
    const filter = rows[row * (stride + 1)] ?? 0;
    const added = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter] ?? 0;
    rgb[index] = (rows[row * (stride + 1) + 1 + column] ?? 0) + added;
  }
  return rgb;
}

/** The pixels of one of the pictures in `e2e/fixtures/pictures`, which are 8-bit RGB without interlacing. */
export function loadPicture(name: string): Picture {
  const path = new URL(`../../../e2e/fixtures/pictures/${name}.png`, import.meta.url);
  const parts = [...chunks(readFileSync(fileURLToPath(path)))];
  const header = parts.find((part) => part.name === 'IHDR')?.data;
  assert.ok(header);
  assert.deepEqual([...header.subarray(8)], [8, 2, 0, 0, 0]);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const data = parts.filter((part) => part.name === 'IDAT').map((part) => part.data);
  return { width, height, rgb: unfilter(inflateSync(Buffer.concat(data)), width, height) };
}

/** A picture of one colour. */
export function plain(width: number, height: number, colour: [number, number, number]): Picture {
  const rgb = new Uint8Array(width * height * bytesPerPixel);
  for (let index = 0; index < rgb.length; index += 1) {
    rgb[index] = colour[index % bytesPerPixel] ?? 0;
  }
  return { width, height, rgb };
}
