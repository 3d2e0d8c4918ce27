import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Block } from '../../../contract/documents/extracted.ts';
import type { FormatReader } from '../reader.ts';
import { memoryFile } from '../testing/memory-file.ts';
import { pdfString, textLines, type WrittenDocument, writePdf } from '../testing/pdf-writer.ts';
import { type ReadFile, readAll } from '../testing/read-all.ts';
import { loadPdfReader } from './pdf-reader.ts';

let reader: FormatReader;
beforeAll(async () => {
  reader = await loadPdfReader();
});

const read = (document: WrittenDocument, maxChars?: number): Promise<ReadFile> =>
  readAll(
    reader,
    memoryFile(writePdf(document), 'a.pdf'),
    maxChars === undefined ? {} : { maxChars },
  );
const texts = (blocks: readonly Block[]) => blocks.map(({ text }) => text);
const page = (content: string) => ({ content });

const WORDS = 'the water rose over the low fields and nobody in the village slept that night'.split(
  ' ',
);
/** Twelve lines, each as wide as the next. */
const column = (name: string) =>
  Array.from(
    { length: 12 },
    (_, line) => `${name}${line + 1} ${WORDS.slice(line % 4, (line % 4) + 6).join(' ')}`,
  );

describe('the text of a page', () => {
  test('is paragraphs with their lines joined, and words broken at a line made whole', async () => {
    const lines = [
      'The first sentence of a para-',
      'graph goes on here. It is as long',
      'as three lines.',
    ];
    const { blocks } = await read({ pages: [page(textLines(lines, { x: 72, y: 700 }))] });
    expect(texts(blocks)).toEqual([
      'The first sentence of a paragraph goes on here. It is as long as three lines.',
    ]);
  });

  test('says where each line lies, as fractions of the page from the top left', async () => {
    const content = textLines(['One line', 'another one'], {
      x: 61.2,
      y: 713,
      size: 12,
      leading: 14,
    });
    const { blocks } = await read({ pages: [page(content)] });
    const [block] = blocks;
    const lines = block?.lines ?? [];
    expect(lines.map(({ start, end }) => block?.text.slice(start, end))).toEqual([
      'One line',
      'another one',
    ]);
    expect(lines[0]?.box).toMatchObject({ page: 1, left: expect.closeTo(0.1, 3) });
    const top = lines[0]?.box.top ?? 0;
    expect(top).toBeGreaterThan(0.08);
    expect(top + (lines[0]?.box.height ?? 0)).toBeLessThan(0.12);
    expect((lines[1]?.box.top ?? 0) - top).toBeCloseTo(14 / 792, 3);
  });

  test('boxes are those of the page as it is shown when it is turned', async () => {
    const turned = {
      content: textLines(['Turned words'], { x: 72, y: 700 }),
      entries: '/Rotate 90',
    };
    const { blocks } = await read({ pages: [turned] });
    const box = blocks[0]?.lines?.[0]?.box;
    expect(texts(blocks)).toEqual(['Turned words']);
    // What was near the left edge and the top of the sheet is near the top and the right edge now.
    expect(box?.left).toBeGreaterThan(0.85);
    expect(box?.top).toBeCloseTo(72 / 612, 2);
    expect(box?.height).toBeGreaterThan(box?.width ?? 1);
  });

  test('goes down one column and then the next, under a title over both', async () => {
    const content =
      textLines(['A title that runs over both of the columns below it'], {
        x: 72,
        y: 740,
        size: 18,
      }) +
      textLines(column('L'), { x: 60, y: 700, size: 10 }) +
      textLines(column('R'), { x: 330, y: 700, size: 10 });
    const { blocks } = await read({ pages: [page(content)] });
    const text = texts(blocks).join(' ');
    const places = ['A title', 'L1 ', 'L12 ', 'R1 ', 'R12 '].map((mark) => text.indexOf(mark));
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(places[0]).toBe(0);
  });

  test('is in columns although the file draws them line by line across the page', async () => {
    const lines = column('L').flatMap((left, line) => [
      textLines([left], { x: 60, y: 700 - line * 14, size: 10 }),
      textLines([column('R')[line] ?? ''], { x: 330, y: 700 - line * 14, size: 10 }),
    ]);
    const { blocks } = await read({ pages: [page(lines.join(''))] });
    const text = texts(blocks).join(' ');
    expect(text.indexOf('L12 ')).toBeLessThan(text.indexOf('R1 '));
  });

  test('has cells that stand under one another as a table', async () => {
    const cells = [
      ['City', 'People', 'Area'],
      ['Taipei', '2,494,813', '272 km2'],
      ['Tainan', '1,859,946', '2192 km2'],
      ['Hualien', '318,892', '29 km2'],
    ];
    const content = cells.map((row, line) =>
      row.map((cell, at) => textLines([cell], { x: 72 + at * 150, y: 700 - line * 16 })).join(''),
    );
    const { blocks } = await read({ pages: [page(content.join(''))] });
    expect(blocks).toHaveLength(1);
    expect(blocks[0]).toMatchObject({
      kind: 'table',
      text: [
        '| City | People | Area |',
        '| --- | --- | --- |',
        '| Taipei | 2,494,813 | 272 km2 |',
        '| Tainan | 1,859,946 | 2192 km2 |',
        '| Hualien | 318,892 | 29 km2 |',
      ].join('\n'),
    });
    const [, row] = blocks[0]?.lines ?? [];
    expect(blocks[0]?.text.slice(row?.start, row?.end)).toBe('| Taipei | 2,494,813 | 272 km2 |');
  });

  test('keeps the lines of code and their indent', async () => {
    const code = textLines(['if (ready) {', '  start();', '}'], { x: 72, y: 700, font: 'F3' });
    const { blocks } = await read({ pages: [page(code)] });
    expect(blocks).toMatchObject([{ kind: 'code', text: 'if (ready) {\n  start();\n}' }]);
  });

  test('starts a list item at each of its marks', async () => {
    const lines = [
      '1. Wash the rice',
      '2. Boil it in fresh water for as long',
      'as it takes',
      '3. Serve',
    ];
    const { blocks } = await read({ pages: [page(textLines(lines, { x: 72, y: 700 }))] });
    expect(blocks.map(({ kind, text }) => [kind, text])).toEqual([
      ['list-item', '1. Wash the rice'],
      ['list-item', '2. Boil it in fresh water for as long as it takes'],
      ['list-item', '3. Serve'],
    ]);
  });

  test('that runs up the page is read in its own direction, after the rest', async () => {
    const content =
      textLines(['Level words'], { x: 72, y: 700 }) +
      `BT /F1 11 Tf 0 1 -1 0 40 200 Tm ${pdfString('Words that climb')} Tj ET\n`;
    const { blocks } = await read({ pages: [page(content)] });
    expect(texts(blocks)).toEqual(['Level words', 'Words that climb']);
    const box = blocks[1]?.lines?.[0]?.box;
    expect((box?.height ?? 0) * 792).toBeGreaterThan((box?.width ?? 1) * 612);
  });
});

describe('Chinese', () => {
  test('is read without spaces between its lines, as its title and heading say', async () => {
    const file = readFileSync(new URL('../testing/fixtures/zh-hant.pdf', import.meta.url));
    const { blocks, summary } = await readAll(reader, memoryFile(file));
    expect(blocks).toMatchObject([
      { kind: 'heading', text: '潮汐' },
      { kind: 'paragraph', text: '漲潮時，海水慢慢淹過低處的田。' },
      { kind: 'paragraph', text: '圖書館裡的學生專心閱讀，窗外下著雨。' },
    ]);
    expect(blocks[2]?.lines).toHaveLength(2);
    expect(summary).toMatchObject({ title: '潮汐', hidden: [], leftOut: [] });
  });
});

describe('headings', () => {
  const body = textLines(column('T'), { x: 72, y: 600 });

  test('are lines larger than the text, their level by their size', async () => {
    const content =
      textLines(['A book'], { x: 72, y: 740, size: 28 }) +
      textLines(['Its first chapter'], { x: 72, y: 680, size: 18 }) +
      body;
    const { blocks } = await read({ pages: [page(content)] });
    expect(blocks.slice(0, 2)).toMatchObject([
      { kind: 'heading', level: 1, text: 'A book' },
      { kind: 'heading', level: 2, text: 'Its first chapter' },
    ]);
    expect(blocks[2]?.kind).toBe('paragraph');
  });

  test('are what the outline names, however it is set', async () => {
    const content = textLines(['Tides'], { x: 72, y: 640 }) + body;
    const { blocks } = await read({
      pages: [page(content)],
      catalog: '/Outlines 10 0 R',
      objects: [
        '<< /Type /Outlines /First 11 0 R /Last 11 0 R /Count 1 >>',
        '<< /Title (Tides) /Parent 10 0 R /Dest [14 0 R /Fit] /First 12 0 R /Last 12 0 R /Count 1 >>',
        // An outline that leads back into itself.
        '<< /Title (Tides again) /Parent 11 0 R /Next 12 0 R /First 11 0 R >>',
      ],
    });
    expect(blocks[0]).toMatchObject({ kind: 'heading', level: 1, text: 'Tides' });
  });
});

describe('what repeats on pages', () => {
  const pages = Array.from({ length: 6 }, (_, index) =>
    page(
      textLines(['Annual report'], { x: 72, y: 760 }) +
        textLines([`Something else is told on page ${'abcdef'[index]}`], { x: 72, y: 500 }) +
        textLines([`${index + 1}`], { x: 300, y: 30 }),
    ),
  );

  test('at the head is read once, and page numbers are not', async () => {
    const { blocks } = await read({ pages });
    expect(texts(blocks)).toEqual([
      'Annual report',
      ...'abcdef'.split('').map((letter) => `Something else is told on page ${letter}`),
    ]);
  });

  test('stays when it repeats on two pages only', async () => {
    const { blocks } = await read({ pages: pages.slice(0, 2) });
    expect(texts(blocks).filter((text) => text === 'Annual report')).toHaveLength(2);
  });
});

describe('what is left out', () => {
  const seen = textLines(['Some words that are long enough to be text'], { x: 72, y: 500 });

  test('pages that are a picture are named, for recognition', async () => {
    const picture = { width: 2, height: 2, rgb: new Uint8Array(12).fill(90) };
    const scan = { content: 'q 612 0 0 792 0 0 cm /Im Do Q', pictures: { Im: picture } };
    const { blocks, summary } = await read({ pages: [page(seen), scan, page(''), scan] });
    expect(blocks).toHaveLength(1);
    expect(summary.scannedPages).toEqual([2, 4]);
    expect(summary.leftOut).toContainEqual({ what: 'scanned-pages', count: 2 });
  });

  test('text that only its own font understands is, and its page named for recognition', async () => {
    const content = textLines(['ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF'], { x: 72, y: 600, font: 'F4' });
    const { blocks, summary } = await read({ pages: [page(seen), page(content)] });
    expect(blocks.map((block) => block.page)).toEqual([1]);
    expect(summary.leftOut).toContainEqual({ what: 'unmapped-text', count: 1 });
    expect(summary.scannedPages).toEqual([2]);
  });

  test('files and scripts inside it are counted, and links that lead out', async () => {
    const link =
      '/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://example.org) >> >>]';
    const { summary } = await read({
      pages: [{ content: seen, entries: link }],
      catalog:
        '/Names << /EmbeddedFiles << /Names [(a.exe) 10 0 R] >> /JavaScript << /Names [(run) 11 0 R] >> >>',
      objects: [
        '<< /Type /Filespec /F (a.exe) /UF (a.exe) >>',
        '<< /S /JavaScript /JS (app.launchURL\\("https://example.org"\\)) >>',
      ],
    });
    expect(summary.leftOut).toEqual(
      expect.arrayContaining([
        { what: 'embedded-files', count: 1 },
        { what: 'macros', count: 1 },
        { what: 'external-links', count: 1 },
      ]),
    );
  });

  test('text beyond the limit is, and it is said', async () => {
    const pages = Array.from({ length: 5 }, () => page(seen));
    const { blocks, summary } = await read({ pages }, 100);
    expect(blocks).toHaveLength(2);
    expect(summary.textChars).toBe(86);
    expect(summary.leftOut).toContainEqual({ what: 'too-much-text', count: 1 });
  });

  test('pages for which there is no processor time are, and what was read is kept', async () => {
    const pages = Array.from({ length: 400 }, (_, number) =>
      page(`1 g\n${textLines([`page ${number}`], { x: 72, y: 500 })}`),
    );
    const { blocks, summary } = await readAll(reader, memoryFile(writePdf({ pages })), {
      cpuSeconds: 0.2,
    });
    const left = summary.leftOut.find(({ what }) => what === 'too-many-pages')?.count ?? 0;
    expect(left).toBeGreaterThan(0);
    expect(blocks.length).toBe(400 - left);
    expect(summary.pageCount).toBe(400);
  });
});

describe('a document', () => {
  test('tells its title and how far it is read', async () => {
    const { summary, fractions } = await read({
      pages: [page(''), page('')],
      info: '/Title (  Tide   tables )',
    });
    expect(summary).toMatchObject({ title: 'Tide tables', pageCount: 2, textChars: 0 });
    expect(fractions.at(-1)).toBe(1);
    expect(fractions.every((fraction) => fraction > 0 && fraction <= 1)).toBe(true);
  });

  test('that needs a password is refused as encrypted', async () => {
    const key = '0'.repeat(64);
    const locked = {
      pages: [page('')],
      trailer: `/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${key}> /U <${key}> >>`,
    };
    await expect(read(locked)).rejects.toMatchObject({
      code: 'document.encrypted',
      data: { name: 'a.pdf' },
    });
  });

  test('that is none is refused as broken', async () => {
    const none = readAll(reader, memoryFile(Buffer.from('no document'), 'a.pdf'));
    await expect(none).rejects.toMatchObject({ code: 'document.broken' });
  });

  test('stops being read when nobody wants the rest', async () => {
    const pages = Array.from({ length: 3 }, () => page(textLines(['words'], { x: 72, y: 700 })));
    const stop = new AbortController();
    const reading = reader.extract?.(memoryFile(writePdf({ pages })), {
      maxChars: 1000,
      signal: stop.signal,
    });
    await reading?.next();
    stop.abort();
    await expect(async () => await reading?.next()).rejects.toThrow(/abort/i);
  });
});
