import { crc32, deflateSync } from 'node:zlib';
import type { Pixels } from './reader.ts';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Pages are white with text: little is won by trying harder, and a person waits. */
const level = 4;
const filterUp = 2;

function chunk(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length, 0);
  head.write(type, 4, 'latin1');
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(data, crc32(head.subarray(4))), 0);
  return Buffer.concat([head, data, check]);
}

/** Each row as its difference to the one above: equal rows become zeros. */
function filtered({ width, height, rgb }: Pixels): Buffer {
  const rowBytes = width * 3;
  const rows = Buffer.alloc((rowBytes + 1) * height);
  for (let y = 0; y < height; y += 1) {
    const out = y * (rowBytes + 1);
    const row = y * rowBytes;
    rows[out] = filterUp;
    for (let x = 0; x < rowBytes; x += 1) {
      const above = y === 0 ? 0 : (rgb[row - rowBytes + x] ?? 0);
      rows[out + 1 + x] = (rgb[row + x] ?? 0) - above;
    }
  }
  return rows;
}

/** An RGB picture as PNG: 8 bits, no alpha, nothing but the pixels (PNG, third edition, §11). */
export function encodePng(pixels: Pixels): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(pixels.width, 0);
  header.writeUInt32BE(pixels.height, 4);
  header[8] = 8;
  header[9] = 2;
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(filtered(pixels), { level })),
    chunk('IEND', new Uint8Array(0)),
  ]);
}
