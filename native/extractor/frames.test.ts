import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Block } from '../../contract/documents/extracted.ts';
import { fittingBlocks, frameLimits, framesOf } from './frames.ts';
import { encodePng } from './png.ts';

const paragraph = (text: string): Block => ({ kind: 'paragraph', text });

describe('frames', () => {
  test('hold few blocks each, in order, and only the last says that the chunk is done', () => {
    const blocks = Array.from({ length: frameLimits.blocks * 2 + 1 }, (_, at) =>
      paragraph(`${at}`),
    );
    const frames = [...framesOf({ blocks, fraction: 0.5 }, 0.25)];
    expect(frames.map((frame) => frame.blocks.length)).toEqual([200, 200, 1]);
    expect(frames.map((frame) => frame.fraction)).toEqual([0.25, 0.25, 0.5]);
    expect(frames.flatMap((frame) => frame.blocks)).toEqual(blocks);
  });

  test('hold little text each', () => {
    const blocks = Array.from({ length: 5 }, () => paragraph('x'.repeat(30_000)));
    for (const frame of framesOf({ blocks, fraction: 1 }, 0)) {
      const chars = frame.blocks.reduce((sum, block) => sum + block.text.length, 0);
      expect(chars).toBeLessThanOrEqual(frameLimits.chars);
    }
  });

  test('come for a chunk without blocks too: its progress counts', () => {
    expect([...framesOf({ blocks: [], fraction: 0.7 }, 0)]).toEqual([
      { blocks: [], fraction: 0.7 },
    ]);
  });
});

describe('a block that is too long', () => {
  test('is cut between words, and nothing of it is lost', () => {
    const text = 'word '.repeat(1000);
    const pieces = [...fittingBlocks(paragraph(text), 2048)];
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    for (const piece of pieces.slice(0, -1)) expect(piece.text).toMatch(/word$/);
  });

  test('is never cut within a character', () => {
    const text = `x${'😀'.repeat(3000)}`;
    for (const { text: piece } of fittingBlocks(paragraph(text), 2048)) {
      expect(piece.isWellFormed()).toBe(true);
    }
  });

  test('keeps the places of the lines that lie within a piece', () => {
    const box = { page: 1, left: 0, top: 0, width: 1, height: 0.1 };
    const lines = [0, 1000, 2000, 3000].map((start) => ({ start, end: start + 999, box }));
    const text = `${'y'.repeat(999)} `.repeat(4);
    const pieces = [...fittingBlocks({ ...paragraph(text), lines }, 2048)];
    const kept = pieces.flatMap((piece) => piece.lines ?? []);
    expect(kept).toHaveLength(4);
    for (const piece of pieces) {
      for (const { start, end } of piece.lines ?? []) {
        expect(piece.text.slice(start, end)).toBe('y'.repeat(999));
      }
    }
  });
});

test('a PNG holds the very pixels', () => {
  const rgb = Uint8Array.from({ length: 5 * 3 * 3 }, (_, at) => (at * 37) % 256);
  const png = encodePng({ width: 5, height: 3, rgb });
  expect(png.readUInt32BE(16)).toBe(5);
  expect(png.readUInt32BE(20)).toBe(3);
  const start = png.indexOf('IDAT') + 4;
  const rows = inflateSync(png.subarray(start, start + png.readUInt32BE(start - 8)));
  const back: number[] = [];
  for (let y = 0; y < 3; y += 1) {
    for (let x = 0; x < 15; x += 1) {
      const above = y === 0 ? 0 : (back[(y - 1) * 15 + x] ?? 0);
      back.push(((rows[y * 16 + 1 + x] ?? 0) + above) % 256);
    }
  }
  expect(back).toEqual([...rgb]);
});
