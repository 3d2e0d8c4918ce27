import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Block, BlockStream } from './blocks.ts';
import { adjustHeadings, markdown } from './parser.ts';
import { sanitise } from './sanitise.ts';

function read(pieces: readonly string[], looks: 'every' | 'none' = 'every'): readonly Block[] {
  const stream = new BlockStream();
  for (const piece of pieces) {
    stream.append(piece);
    if (looks === 'every') void stream.blocks;
  }
  stream.finish();
  return stream.blocks;
}

function htmlOf(blocks: readonly Block[]): string {
  return blocks.map((block) => (block.kind === 'html' ? block.html : block.code)).join('');
}

/** Cuts between code units, so that surrogate pairs and line ends are cut as well. */
function cut(text: string, places: readonly number[]): string[] {
  const sorted = [...new Set(places.map((place) => place % (text.length + 1)))].sort(
    (left, right) => left - right,
  );
  return [...sorted, text.length].map((end, index) => text.slice(sorted[index - 1] ?? 0, end));
}

const pieces = [
  'words **bold** and *thin*',
  '**這是重點。**接著說明',
  '# A heading',
  '## Another',
  'Title\n===',
  '- one\n- two\n  - deep\n\n  more',
  '1. first\n2. second',
  '- [ ] open\n- [x] done',
  '```js\nconst a = 1;\n\n// *no* [x]\n```',
  '~~~\nplain\n~~~',
  '```py\nnever closed',
  '> quoted\n> more\n\nafter',
  '| a | b |\n| - | -: |\n| 1 | **2** |',
  '[text][ref] and [ref] and [Ünïcode]',
  '[ref]: https://example.org/a "title"',
  '[ünïcode]: https://example.org/b',
  '[ref]: https://second.example/never',
  'https://example.org/path?x=1 done',
  '![alt](https://images.example/x.png)',
  '    indented code',
  '---',
  '\\*no\\* `code` ``a ` b`` ~~gone~~ &amp; <b>x</b>',
  'emoji 👩‍👩‍👧 𠮷 end',
  '- a\n\n\n- b',
  '[half](https://example.org/x',
  '* x\n1. y',
];
const gaps = ['\n\n', '\n', '\r\n\r\n', '\r\n', '\r', '\n\n\n'];
const text = fc
  .array(fc.tuple(fc.constantFrom(...pieces), fc.constantFrom(...gaps)), { maxLength: 12 })
  .map((parts) => parts.flat().join(''));
const noise = fc.string({
  unit: fc.constantFrom(...'ab 漢。*_`~[]()!#>-+1.|:\\<&"\'=\n\r\t👍', 'https://x.y/', '\n\n'),
  maxLength: 120,
});

// Thousands of texts take their time on a busy machine.
describe('a streamed text', { timeout: 180_000 }, () => {
  test('ends the same in any pieces as in one', () => {
    fc.assert(
      fc.property(fc.oneof(text, noise), fc.array(fc.nat(), { maxLength: 40 }), (whole, places) => {
        expect(read(cut(whole, places))).toEqual(read([whole], 'none'));
      }),
      { numRuns: 2000 },
    );
  });

  test('ends the same when it comes one code unit at a time', () => {
    fc.assert(
      fc.property(fc.oneof(text, noise), (whole) => {
        expect(read(whole.split(''))).toEqual(read([whole], 'none'));
      }),
      { numRuns: 200 },
    );
  });

  test('is what the reader makes of the whole', () => {
    fc.assert(
      fc.property(fc.oneof(text, noise), fc.array(fc.nat(), { maxLength: 10 }), (whole, places) => {
        const state = { references: {} };
        const tokens = markdown.parse(whole.replace(/\r\n?/gu, '\n'), state);
        adjustHeadings(tokens, []);
        const raw = sanitise(markdown.renderer.render(tokens, markdown.options as never, state));
        const strip = (html: string) =>
          html.replace(
            /<pre class="md-pre"><code(?: class="language-[^"]+")?>([\s\S]*?)\n?<\/code><\/pre>\n/gu,
            '<pre>$1</pre>',
          );
        const own = read(cut(whole, places))
          .map((block) =>
            block.kind === 'html'
              ? block.html
              : `<pre>${markdown.utils.escapeHtml(block.code)}</pre>`,
          )
          .join('');
        expect(strip(own).replaceAll('&quot;', '"')).toBe(strip(raw).replaceAll('&quot;', '"'));
      }),
      { numRuns: 1000 },
    );
  });

  test('keeps the ids and the objects of blocks that are sealed', () => {
    const stream = new BlockStream();
    stream.append('one\n\ntwo\n\nthree\n\nfour');
    const before = stream.blocks;
    stream.append(' and more\n\nfive');
    const after = stream.blocks;
    expect(after.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4]);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toBe(before[1]);
    expect(after[3]).not.toBe(before[3]);
  });

  test('ignores what comes after its end', () => {
    const stream = new BlockStream();
    stream.append('all');
    stream.finish();
    stream.append(' more');
    expect(htmlOf(stream.blocks)).toBe('<p>all</p>\n');
  });

  test('gives a link its address when the definition comes blocks later', () => {
    const words = 'see [Docs][d]\n\nb\n\nc\n\nd\n\n[d]: https://docs.example/';
    const first = read(cut(words, [3, 9, 20]))[0];
    expect(first?.kind === 'html' && first.html).toContain('href="https://docs.example/"');
  });
});

describe('Markdown', () => {
  test.each([
    ['**這是重點。**接著說明', '<strong>這是重點。</strong>接著說明'],
    ['請看**「設定」**頁', '<strong>「設定」</strong>頁'],
    ['這是*強調*文字', '<em>強調</em>'],
    ['~~刪除。~~後面', '<s>刪除。</s>後面'],
    ['用`程式碼`寫', '<code>程式碼</code>'],
    ['見 https://example.org/a。接著', 'href="https://example.org/a"'],
  ])('reads %s', (source, expected) => {
    expect(htmlOf(read([source]))).toContain(expected);
  });

  test('shows a remote picture as words and its host', () => {
    const html = htmlOf(read(['![a cat](https://cats.example/x.png?secret=1)']));
    expect(html).toBe('<p><span class="md-image">a cat · cats.example</span></p>\n');
  });

  test('never skips a heading level', () => {
    const html = htmlOf(read(['#### deep\n\n###### deeper\n\n# top\n\n### under']));
    expect(html.match(/<h\d/gu)).toEqual(['<h2', '<h3', '<h2', '<h3']);
  });

  test('marks tasks with words-free signs', () => {
    const html = htmlOf(read(['- [ ] open\n- [x] done']));
    expect(html).toContain('☐ open');
    expect(html).toContain('☑ done');
  });

  test('says whether a fence is closed', () => {
    const stream = new BlockStream();
    stream.append('```js\nlet a;\n``');
    expect(stream.blocks[0]).toMatchObject({ kind: 'code', language: 'js', isClosed: false });
    stream.append('`');
    expect(stream.blocks[0]).toMatchObject({ code: 'let a;', isClosed: true });
  });
});

describe('hostile sizes', () => {
  const bombs = {
    brackets: '['.repeat(100_000),
    'brackets in paragraphs': `${'['.repeat(999)}\n\n`.repeat(20),
    emphasis: '*a_ '.repeat(25_000),
    quotes: '>'.repeat(50_000),
    lists: `${'- '.repeat(2_000)}x`,
    backticks: Array.from({ length: 400 }, (_, index) => 'a'.repeat(3) + '`'.repeat(index)).join(
      '',
    ),
    links: '[a](b'.repeat(6_000),
    table: `${'|a'.repeat(3_000)}|\n${'|-'.repeat(3_000)}|\n${'|b'.repeat(3_000)}|`,
    definitions: Array.from(
      { length: 2_000 },
      (_, index) => `[r${index}]: https://x.y/${index}\n`,
    ).join(''),
    entities: '&#x110000;'.repeat(10_000),
    images: '![](x'.repeat(10_000),
  };

  test.each(Object.entries(bombs))('%s come to an end', (_name, bomb) => {
    const blocks = read(cut(bomb, [1, 500, 10_000]));
    expect(htmlOf(blocks).length).toBeLessThan(bomb.length * 12 + 1_000);
  });

  test('a paragraph beyond the limit is shown as it was written', () => {
    const html = htmlOf(read([`${'**a** '.repeat(6_000)}`]));
    expect(html).toContain('**a** **a**');
    expect(html).not.toContain('<strong>');
  });
});
