import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadPdfReader } from '../pdf/pdf-reader.ts';
import { loadPictureReaders } from '../pictures/picture-readers.ts';
import type { FormatReader, Pixels, Recogniser } from '../reader.ts';
import { editDistance } from '../testing/edit-distance.ts';
import { memoryFile } from '../testing/memory-file.ts';
import { textLines, writePdf } from '../testing/pdf-writer.ts';
import { loadRecogniser } from './recogniser.ts';

const signal = new AbortController().signal;
let pdf: FormatReader;
beforeAll(async () => {
  pdf = await loadPdfReader();
});

/** A page of 4 by 2 inches, drawn at 300 dots per inch or fewer. */
async function page(content: string, maxPx = 1_200): Promise<Pixels> {
  const bytes = writePdf({ pages: [{ content, widthPt: 288, heightPt: 144 }] });
  const pixels = await pdf.pixels?.(memoryFile(bytes), { page: 1, maxPx, signal });
  if (pixels === undefined) throw new Error('the page is not drawn');
  return pixels;
}

describe('recognition', () => {
  let english: Recogniser;
  beforeAll(async () => {
    english = await loadRecogniser(['eng']);
  });

  test('reads printed English, and says where it stands', async () => {
    const pixels = await page(
      textLines(['The tide rises twice a day,', 'and nobody is surprised.'], {
        x: 30,
        y: 90,
        size: 12,
      }),
    );
    const { blocks, confidence } = await english.recognise(pixels, 7, signal);
    expect(blocks.map(({ text }) => text).join(' ')).toBe(
      'The tide rises twice a day, and nobody is surprised.',
    );
    expect(blocks.every(({ page: number, isRecognised }) => number === 7 && isRecognised)).toBe(
      true,
    );
    expect(confidence).toBeGreaterThan(80);
    const box = blocks[0]?.lines?.[0]?.box;
    expect(box?.left).toBeCloseTo(30 / 288, 1);
    expect(box?.top).toBeCloseTo((144 - 90 - 10) / 144, 1);
  });

  test('reads a page of two columns one after the other', async () => {
    const left = ['Apples grow', 'on old trees', 'behind our', 'grey house', 'by the lake.'];
    const right = ['Bread lasts', 'three days', 'in a cloth', 'on the shelf', 'over there.'];
    const pixels = await page(
      textLines(left, { x: 20, y: 110, size: 11 }) + textLines(right, { x: 170, y: 110, size: 11 }),
    );
    const { blocks } = await english.recognise(pixels, 1, signal);
    expect(blocks.map(({ text }) => text).join(' ')).toBe(`${left.join(' ')} ${right.join(' ')}`);
  });

  test('reads letters as small as on a screen', async () => {
    const pixels = await page(
      textLines(['Small letters on a screen'], { x: 20, y: 70, size: 11 }),
      420,
    );
    const { blocks } = await english.recognise(pixels, 1, signal);
    expect(blocks.map(({ text }) => text)).toEqual(['Small letters on a screen']);
  });

  test('finds nothing on an empty page', async () => {
    const { blocks, confidence } = await english.recognise(await page(''), 1, signal);
    expect({ blocks, confidence }).toEqual({ blocks: [], confidence: 0 });
  });

  test('does not begin when nobody wants it', async () => {
    const recognised = english.recognise(await page(''), 1, AbortSignal.abort());
    await expect(recognised).rejects.toThrow(/abort/i);
  });

  test('reads Traditional Chinese off a picture', async () => {
    const chinese = await loadRecogniser(['chi_tra']);
    const { png } = await loadPictureReaders();
    const bytes = readFileSync(new URL('../testing/fixtures/zh-hant.png', import.meta.url));
    const pixels = await png?.pixels?.(memoryFile(bytes), {
      page: 1,
      maxPx: chinese.maxPx,
      signal,
    });
    if (pixels === undefined) throw new Error('the picture is not drawn');
    const { blocks } = await chinese.recognise(pixels, 1, signal);
    const wanted = '漲潮時，海水慢慢淹過低處的田。圖書館裡的學生專心閱讀，窗外下著雨。';
    const read = blocks.map(({ text }) => text).join('');
    expect(read).toContain('漲潮時，海水慢慢淹過低處的田。');
    expect(editDistance(wanted, read)).toBeLessThanOrEqual(2);
  });
});
