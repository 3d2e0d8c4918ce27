import { textLines, writePdf } from '../pdf-writer.ts';
import type { BadShape } from './shape.ts';

const WORDS = textLines(['Plain words on a page', 'and a second line'], { x: 72, y: 500 });
const pages = (count: number, content: (page: number) => string) =>
  writePdf({ pages: Array.from({ length: count }, (_, page) => ({ content: content(page) })) });

/** Files that are whole and too much: what can be read in time is, and what is left out is said. */
export const hugePdfs: readonly BadShape[] = [
  { name: 'a hundred thousand pages', bytes: () => pages(100_000, () => WORDS), ends: ['read'] },
  {
    name: 'a page of two hundred thousand characters',
    bytes: () =>
      pages(1, () =>
        textLines(Array<string>(4_000).fill('fifty characters of text that go on and on and on'), {
          x: 10,
          y: 780,
          size: 1.1,
          leading: 0.19,
        }),
      ),
    ends: ['read'],
  },
  {
    name: 'a page of a hundred thousand rectangles',
    bytes: () => pages(1, () => `${'0.9 g 10 10 50 50 re f '.repeat(100_000)}0 g ${WORDS}`),
    ends: ['read'],
  },
  {
    name: 'nine thousand pages of white text',
    bytes: () => pages(9_000, () => `1 g\n${WORDS}`),
    ends: ['read'],
  },
];
