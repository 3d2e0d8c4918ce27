import { expect, it } from 'vitest';
import type { Block } from '../../../../contract/documents/extracted.ts';
import { read } from '../../testing/memory-file.ts';

async function blocksOf(body: string): Promise<Block[]> {
  return (await read(`<!doctype html><title>A &amp; b</title><body>${body}`, 'a.html')).blocks;
}

it('headings, paragraphs, lists, quotes and code are told apart', async () => {
  const blocks = await blocksOf(
    '<h1>Head</h1><p>One <b>bold</b>\n  word<br>two<ul><li>a<li>b<ol start=3><li>c</ol></ul>' +
      '<blockquote>said</blockquote><pre>\nline 1\n  line 2</pre><dl><dt>term<dd>meaning</dl>',
  );
  expect(blocks).toEqual([
    { kind: 'heading', level: 1, text: 'Head' },
    { kind: 'paragraph', text: 'One bold word\ntwo' },
    { kind: 'list-item', text: '- a' },
    { kind: 'list-item', text: '- b' },
    { kind: 'list-item', text: '  3. c' },
    { kind: 'quote', text: 'said' },
    { kind: 'code', text: 'line 1\n  line 2' },
    { kind: 'paragraph', text: 'term' },
    { kind: 'paragraph', text: 'meaning' },
  ]);
});

it('tables are Markdown, and a table that only lays out gives what is in its cells', async () => {
  const data = '<table><thead><tr><th>H|1<th colspan=2>H2<tbody><tr><td>1<td>2<td>3</table>';
  expect(await blocksOf(data)).toEqual([
    { kind: 'table', text: '| H\\|1 | H2 |  |\n| --- | --- | --- |\n| 1 | 2 | 3 |' },
  ]);
  expect(await blocksOf(`<table><tr><td>Menu<td><h2>Title</h2><p>Text</p>${data}</table>`)).toEqual(
    [
      { kind: 'paragraph', text: 'Menu' },
      { kind: 'heading', level: 2, text: 'Title' },
      { kind: 'paragraph', text: 'Text' },
      { kind: 'table', text: '| H\\|1 | H2 |  |\n| --- | --- | --- |\n| 1 | 2 | 3 |' },
    ],
  );
});

it('an item that is in no list is an item of a list', async () => {
  expect(await blocksOf('<li>alone')).toEqual([{ kind: 'list-item', text: '- alone' }]);
});

it('scripts, styles and addresses are no text', async () => {
  const { blocks, summary } = await read(
    '<!doctype html><title>T</title><style>p{}</style><script>let a</script><p>Text <a href="http://x.org">link</a><img src=x alt=y><iframe src=z></iframe>',
    'a.html',
  );
  expect(blocks).toEqual([{ kind: 'paragraph', text: 'Text link' }]);
  expect(summary).toMatchObject({ title: 'T', hidden: [] });
  expect(summary.leftOut).toEqual([
    { what: 'pictures', count: 1 },
    { what: 'embedded-files', count: 1 },
  ]);
});

it('text over the piece of a file that it is read by is whole', async () => {
  const words = Array.from({ length: 120_000 }, (_, at) => `word${at}`).join(' ');
  const { blocks } = await read(`<!doctype html><p>${words}</p>`, 'a.html');
  expect(
    blocks
      .map(({ text }) => text)
      .join(' ')
      .replaceAll('  ', ' '),
  ).toBe(words);
  expect(blocks.every(({ text }) => text.length <= 16_000)).toBe(true);
});

it('the text ends at the characters that it may have, and that is told of', async () => {
  const page = `<!doctype html>${'<p>0123456789</p>'.repeat(100)}`;
  const { text, summary } = await read(page, 'a.html', 100);
  expect(text.length).toBeLessThanOrEqual(100);
  expect(text.length).toBeGreaterThan(90);
  expect(summary.textChars).toBe(text.length);
  expect(summary.leftOut).toEqual([{ what: 'too-much-text', count: 1 }]);
  const whole = await read(page, 'a.html');
  expect((await read(page, 'a.html', whole.text.length)).summary.leftOut).toEqual([]);
});
