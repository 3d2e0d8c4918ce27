import { expect, it } from 'vitest';
import type { HiddenCarrier } from '../../contract/documents/extracted.ts';
import { cleanFiles } from './testing/clean-files.ts';
import { hidingOfficeFiles } from './testing/hiding-office-files.ts';
import { hidingPages } from './testing/hiding-pages.ts';
import { read } from './testing/memory-file.ts';
import {
  chapter,
  docx,
  epub,
  paragraph,
  pptx,
  run,
  shape,
  sheetRows,
  xlsx,
} from './testing/office-files.ts';
import { open, page, secret } from './testing/sample-parts.ts';

it.each([...hidingOfficeFiles, ...hidingPages])(
  '%s: found, marked and kept apart',
  async (_, carrier, content, name) => {
    const { blocks, seenText, summary } = await read(Buffer.from(content), name);
    const hidden = blocks.filter((block) => block.hidden !== undefined);
    expect(seenText).toContain(open);
    expect(seenText).not.toContain(secret);
    expect(hidden.map((block) => block.text).join(' ')).toContain(secret);
    expect(new Set(hidden.map((block) => block.hidden))).toEqual(new Set([carrier]));
    const counted = summary.hidden.map((found) => found.carrier);
    expect(counted).toEqual([carrier]);
    expect(summary.hidden[0]?.chars).toBeGreaterThanOrEqual(secret.length);
  },
);

it.each<readonly [string, HiddenCarrier, string]>([
  ['zero-width', 'zero-width', 'ig\u200bnore'],
  ['bidi-controls', 'bidi-controls', 'user\u202etxt'],
  ['variation-selectors', 'variation-selectors', 'a\u{e0141}\u{e0142}'],
  ['soft-hyphens', 'soft-hyphens', 'i\u00adg\u00adn'],
  ['private-use', 'private-use', 'a\ue000b'],
])('%s are counted in text, pages, books and office files alike', async (_, carrier, odd) => {
  const files: [Buffer | string, string][] = [
    [odd, 'a.txt'],
    [odd, 'a.md'],
    [`x,y\n${odd},2\n`, 'a.csv'],
    [page(`<p>${odd}</p>`), 'a.html'],
    [docx({ body: paragraph(run(odd)) }), 'a.docx'],
    [xlsx({ sheets: [{ name: 'A', xml: sheetRows([[odd]]) }] }), 'a.xlsx'],
    [pptx({ slides: [{ shapes: shape([odd]) }] }), 'a.pptx'],
    [epub({ chapters: { 'a.xhtml': chapter(`<p>${odd}</p>`) } }), 'a.epub'],
  ];
  for (const [content, name] of files) {
    const { summary } = await read(Buffer.from(content), name);
    expect([name, summary.hidden.map((found) => found.carrier)]).toEqual([name, [carrier]]);
  }
});

it.each(cleanFiles)('nothing is reported where nothing is hidden: %s', async (_, content, name) => {
  const { blocks, summary } = await read(Buffer.from(content), name);
  expect(blocks.length).toBeGreaterThan(0);
  expect(summary.hidden).toEqual([]);
  expect(blocks.filter((block) => block.hidden !== undefined)).toEqual([]);
});
