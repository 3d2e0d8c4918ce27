import { expect, test } from 'vitest';
import { recognisedBlocks } from './recognised-blocks.ts';

const place = {
  region: { left: 100, top: 200 },
  picture: { width: 1_000, height: 2_000 },
  page: 3,
};
const line = (paragraph: number, number: number, top: number) =>
  `4\t1\t1\t${paragraph}\t${number}\t0\t10\t${top}\t500\t40\t-1\t`;
const word = (text: string, confidence = 90) =>
  `5\t1\t1\t1\t1\t1\t10\t20\t50\t40\t${confidence}\t${text}`;

test('words become lines, lines a paragraph, with the place of each on the page', () => {
  const table = [line(1, 1, 20), word('Tides'), word('rise'), line(1, 2, 80), word('twice.')].join(
    '\n',
  );
  const [block, ...others] = recognisedBlocks(table, place);
  expect(others).toEqual([]);
  expect(block).toMatchObject({
    kind: 'paragraph',
    text: 'Tides rise twice.',
    page: 3,
    isRecognised: true,
  });
  expect(block?.lines?.map(({ start, end }) => block.text.slice(start, end))).toEqual([
    'Tides rise',
    'twice.',
  ]);
  expect(block?.lines?.[0]?.box).toEqual({
    page: 3,
    left: 0.11,
    top: 0.11,
    width: 0.5,
    height: 0.02,
  });
});

test('paragraphs are parted where Tesseract parts them', () => {
  const table = [line(1, 1, 20), word('One'), line(2, 1, 80), word('Two')].join('\n');
  expect(recognisedBlocks(table, place).map(({ text }) => text)).toEqual(['One', 'Two']);
});

test('a word broken at the end of a line is made whole', () => {
  const table = [line(1, 1, 20), word('recog-'), line(1, 2, 80), word('nition')].join('\n');
  expect(recognisedBlocks(table, place)[0]?.text).toBe('recognition');
});

test('Chinese has no spaces, and its signs are wide', () => {
  const table = [
    line(1, 1, 20),
    ...['潮水', ',', '慢慢', '來', '。', 'Parley', '!', '好'].map((text) => word(text)),
  ];
  expect(recognisedBlocks(table.join('\n'), place)[0]?.text).toBe('潮水，慢慢來。 Parley！好');
});

test('signs between Latin words stay narrow', () => {
  const table = [line(1, 1, 20), word('Yes,'), word('(well)')].join('\n');
  expect(recognisedBlocks(table, place)[0]?.text).toBe('Yes, (well)');
});

test('a line that nobody is sure of is none', () => {
  const table = [line(1, 1, 20), word('~|', 12), word('i', 20), line(1, 2, 80), word('Words')].join(
    '\n',
  );
  expect(recognisedBlocks(table, place).map(({ text }) => text)).toEqual(['Words']);
});

test('an empty or a broken table holds no blocks', () => {
  expect(recognisedBlocks('', place)).toEqual([]);
  expect(recognisedBlocks('4\t1\n\t\t\n5\tx', place)).toEqual([]);
});
