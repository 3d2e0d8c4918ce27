import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DocumentId } from '../../../../contract/documents/documents.ts';
import type { Block } from '../../../../contract/documents/extracted.ts';
import { SearchIndex } from './search-index.ts';

let folder: string;
let index: SearchIndex;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-index-'));
  index = new SearchIndex(folder);
});
afterEach(() => {
  index.close();
  rmSync(folder, { recursive: true });
});

const idOf = (name: string) => name as DocumentId;
const paragraph = (text: string): Block => ({ kind: 'paragraph', text });

function add(name: string, ...blocks: (string | Block)[]): DocumentId {
  const writer = index.begin(idOf(name), `${name}.txt`);
  index.append(
    writer,
    blocks.map((one) => (typeof one === 'string' ? paragraph(one) : one)),
  );
  index.finish(writer);
  return idOf(name);
}

function ask(question: string, documentIds: readonly DocumentId[], count = 10) {
  return index.search({ question, documentIds, meaning: null, count });
}
const textsFor = (question: string, ids: readonly DocumentId[]) =>
  ask(question, ids).hits.map(({ passage }) => passage.text);

describe('words', () => {
  test.each([
    ['in another case and form', 'HERON waiting', 'The heron waits.'],
    ['with an accent left out', 'cafe', 'We met in the café.'],
    ['in full width', 'ＡＢＣ', 'The abc of it.'],
    ['of Chinese, two characters', '蒼鷺', '湖邊有一隻蒼鷺在等待。'],
    ['of Chinese, one character', '貓', '那是貓。'],
    ['in the other Chinese script', '台湾的发展', '臺灣的發展很快。'],
    ['asked as a question', '請問蒼鷺在哪裡等待？', '湖邊有一隻蒼鷺在等待。'],
    ['that look like the syntax of the index', 'heron" OR (NEAR *', 'The heron waits.'],
  ])('%s are found', (_what, question, text) => {
    const ids = [add('right', text), add('wrong', 'Nothing of this kind. 完全無關的內容。')];
    expect(textsFor(question, ids)[0]).toBe(text);
  });

  test('are looked for in the documents asked about, and nowhere else', () => {
    const here = add('here', 'A heron here.');
    add('there', 'A heron there.');
    expect(textsFor('heron', [here])).toEqual(['A heron here.']);
    expect(textsFor('heron', [])).toEqual([]);
  });

  test('of the headings that a passage stands under are found', () => {
    const heading: Block = { kind: 'heading', level: 1, text: 'Warranty' };
    const long = Array.from({ length: 90 }, (_, at) => `Part ${at} names ${at * 7} things.`).join(
      ' ',
    );
    const id = add('terms', heading, long, 'Two years.');
    const last = ask('warranty', [id]).hits.at(-1)?.passage;
    expect(last?.headingPath).toEqual(['Warranty']);
    expect(last?.text).not.toContain('Warranty');
  });
});

test('a document that is read anew takes the place of the old one when it is whole', () => {
  const id = add('letter', 'The old heron.');
  const writer = index.begin(id, 'letter.txt');
  index.append(writer, [paragraph('The new stork.')]);
  expect(textsFor('heron', [id])).toHaveLength(1);
  index.finish(writer);
  while (index.sweep());
  expect(textsFor('heron', [id])).toEqual([]);
  expect(textsFor('stork', [id])).toEqual(['The new stork.']);
});

test('what was removed is not found, and is not in the file any more', () => {
  const id = add('secret', 'The heron is called Archibald.');
  index.remove([id]);
  expect(textsFor('archibald', [id])).toEqual([]);
  while (index.sweep());
  expect(index.passages(id, 0, 10)).toEqual([]);
  expect(index.documentIds()).toEqual([]);
});

test('what a death left half is never found, and goes', () => {
  const writer = index.begin(idOf('half'), 'half.txt');
  index.append(writer, [paragraph('The heron waits.'.repeat(30_000))]);
  index.close();
  index = new SearchIndex(folder);
  expect(index.documentIds()).toEqual([]);
  while (index.sweep());
  expect(index.waitingCount()).toBe(0);
});

test('near-copies are given once', () => {
  const text = 'The heron waits by the lake every morning until the first boat comes by.';
  const ids = ['one', 'two', 'three'].map((name, at) => add(name, `${text} ${at}`));
  ids.push(add('other', 'A heron is a bird.'));
  expect(ask('heron', ids).hits).toHaveLength(2);
});

describe('a source that was poisoned', () => {
  const topics = ['tax', 'garden', 'harbour', 'kitchen', 'museum', 'railway', 'forest', 'clinic'];
  const claim = 'The opening hours of the museum are from nine to five and the ticket is free';

  test.each([1, 5, 20])('with %i passages takes at most two fifths of the places', (count) => {
    const ids: DocumentId[] = [];
    for (let at = 0; at < 100; at += 1) {
      const long = Array.from({ length: 10 }, (_, part) => {
        const topic = topics[(at + part) % topics.length];
        const words = `Note ${at * 10 + part}: the ${topic} report says the museum hours and the ticket changed in ${1900 + at}. `;
        return `${words}${`Detail ${at} about ${topic} number ${part}. `.repeat(22)}`;
      });
      ids.push(add(`clean-${at}`, ...long));
    }
    const poisoned = Array.from({ length: count }, (_, at) => {
      const own = Array.from({ length: 40 }, (_each, word) => `pad${at}x${word}`).join(' ');
      return `${`${claim}, says source ${at}. `.repeat(8)}${own}. ${'Filler words follow here. '.repeat(14)}`;
    });
    const poison = add('poison', ...poisoned);
    const { hits } = ask('museum opening hours ticket free', [...ids, poison]);
    expect(hits).toHaveLength(10);
    const taken = hits.filter(({ passage }) => passage.documentId === poison).length;
    expect(taken).toBeGreaterThanOrEqual(1);
    expect(taken / hits.length).toBeLessThanOrEqual(0.4);
  });
});

describe('whether anything bears on a question', () => {
  test.each([
    ['What does the heron wait for?', false],
    ['How tall is the Eiffel tower?', true],
    ['Who won the football championship in Brazil?', true],
    ['蒼鷺在等什麼？', false],
    ['如何申請護照？', true],
    ['of the and is', true],
  ])('%s: nothing: %s', (question, isNothing) => {
    const ids = [
      add('heron', 'The heron waits by the lake for a fish.'),
      add('zh', '蒼鷺在湖邊等一條魚。'),
      add('boat', 'A boat crosses the lake at noon, in any weather.'),
    ];
    expect(ask(question, ids).isNothingRelevant).toBe(isNothing);
  });
});

test('places of lines come with the passage that holds them', () => {
  const box = (top: number) => ({ page: 3, left: 0.1, top, width: 0.8, height: 0.02 });
  const id = add('pdf', {
    ...{ kind: 'paragraph', page: 3, text: 'First line.\nSecond line.' },
    lines: [
      { start: 0, end: 11, box: box(0.1) },
      { start: 12, end: 24, box: box(0.2) },
    ],
  });
  const [passage] = index.passages(id, 0, 1);
  expect(passage).toMatchObject({ page: 3, boxes: [box(0.1), box(0.2)] });
});

describe('vectors', () => {
  const unit = (...values: number[]) => Float32Array.from(values);

  function embed(passages: number, vectorOf: (at: number) => Float32Array) {
    index.restartVectors('model');
    const waiting = index.toEmbed(passages);
    index.keepVectors(
      waiting.map(({ row }, at) => ({ row: at, passage: row, vector: vectorOf(at) })),
    );
  }

  test('find what shares no word with the question, and say by what', () => {
    const ids = [add('one', 'A big cat.'), add('two', 'A red boat.')];
    embed(2, (at) => (at === 0 ? unit(1, 0) : unit(0, 1)));
    const filter = index.vectorFilter(ids);
    expect([...(filter ?? [])]).toEqual([0b11]);
    const meaning = { query: unit(0.6, 0.8), rows: Uint32Array.of(1, 0) };
    const { hits } = index.search({ question: 'ship', documentIds: ids, meaning, count: 10 });
    expect(
      hits.map(({ passage, wordRank, meaningRank }) => [passage.text, wordRank, meaningRank]),
    ).toEqual([
      ['A red boat.', null, 1],
      ['A big cat.', null, 2],
    ]);
    expect(hits[0]?.meaningScore).toBeCloseTo(0.8, 5);
  });

  test('are no longer allowed for a document that is gone', () => {
    const ids = [add('one', 'A big cat.'), add('two', 'A red boat.')];
    embed(2, () => unit(1, 0));
    index.remove([idOf('one')]);
    expect([...(index.vectorFilter(ids) ?? [])]).toEqual([0b10]);
    index.remove([idOf('two')]);
    expect(index.vectorFilter(ids)).toBeNull();
  });

  test('of another model are thrown away together', () => {
    add('one', 'A big cat.');
    embed(1, () => unit(1, 0));
    expect(index.waitingCount()).toBe(0);
    index.restartVectors('other model');
    expect([index.waitingCount(), index.vectorCounts(), index.fingerprint()]).toEqual([
      1,
      { rows: 0, alive: 0 },
      'other model',
    ]);
  });
});
