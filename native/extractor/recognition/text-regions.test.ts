import { describe, expect, test } from 'vitest';
import type { GreyPicture } from './tesseract.ts';
import { croppedTo, textRegions } from './text-regions.ts';

const WIDTH = 1_600;
const HEIGHT = 1_200;

/** White paper with bars of ink: left, top, width and height in pixels. */
function paper(bars: readonly (readonly [number, number, number, number])[]): GreyPicture {
  const grey = new Uint8Array(WIDTH * HEIGHT).fill(255);
  for (const [left, top, width, height] of bars) {
    for (let y = top; y < top + height; y += 1)
      grey.fill(20, y * WIDTH + left, y * WIDTH + left + width);
  }
  return { width: WIDTH, height: HEIGHT, grey };
}

/** Lines of 32 pixels with as much white between. */
const lines = (left: number, top: number, width: number, count: number) =>
  Array.from({ length: count }, (_, line) => [left, top + line * 64, width, 32] as const);

describe('regions of text', () => {
  test('are one for lines under one another', () => {
    const [region, ...others] = textRegions(paper(lines(100, 100, 1_400, 10)));
    expect(others).toEqual([]);
    expect(region).toMatchObject({ left: 0, width: WIDTH });
    expect(region?.top).toBeLessThanOrEqual(100);
    expect((region?.top ?? 0) + (region?.height ?? 0)).toBeGreaterThanOrEqual(100 + 9 * 64 + 32);
  });

  test('are none on white paper', () => {
    expect(textRegions(paper([]))).toEqual([]);
  });

  test('are the title, the left column and the right one, in this order', () => {
    const regions = textRegions(
      paper([[100, 40, 1_400, 48], ...lines(100, 160, 640, 10), ...lines(860, 160, 640, 10)]),
    );
    expect(regions).toHaveLength(3);
    expect(regions[0]).toMatchObject({ left: 0, width: WIDTH });
    const [, left, right] = regions;
    expect(left?.left).toBe(0);
    expect((left?.left ?? 0) + (left?.width ?? 0)).toBeLessThan(860);
    expect(right?.left).toBeGreaterThan(740);
  });

  test('are not cut where short cells stand under one another', () => {
    const cells = Array.from({ length: 8 }, (_, row) => {
      const top = 100 + row * 64;
      const width = row % 4 === 0 ? 600 : 120;
      return [[100, top, width, 32] as const, [900, top, width, 32] as const];
    });
    expect(textRegions(paper(cells.flat()))).toHaveLength(1);
  });

  test('are pictures of their own part of the page', () => {
    const page = paper([[860, 160, 40, 32]]);
    const cropped = croppedTo(page, { left: 856, top: 152, width: 64, height: 56 });
    expect([cropped.width, cropped.height]).toEqual([64, 56]);
    expect(cropped.grey[8 * 64 + 4]).toBe(20);
    expect(cropped.grey[0]).toBe(255);
  });
});
