import { cleanup, render } from '@testing-library/svelte';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Cites } from './cites.ts';
import Markdown from './Markdown.svelte';

afterEach(() => cleanup());

function citesOf(change: Partial<Cites> = {}): Cites {
  return {
    source: (number) => (number < 5 ? { name: `Source ${number}`, beginning: 'It says' } : null),
    unknown: (number) => `${number}: none`,
    onopen: vi.fn(),
    unfoundQuotes: [],
    unfoundNote: 'not found',
    ...change,
  };
}

function show(source: string, cites: Cites | undefined, isStreaming = false) {
  const hands = { onlink: () => {}, oncopy: async () => {} };
  return render(Markdown, { source, isStreaming, cites, ...hands });
}

const marks = (container: HTMLElement) =>
  [...container.querySelectorAll('.md-citation, .md-citation-unknown')].map(
    (mark) => mark.textContent,
  );

describe('citations in Markdown', () => {
  test.each([
    ['one', 'It is so [1].', ['1']],
    ['several in a row', 'It is so [1][2].', ['1', '2']],
    ['several in one mark', 'It is so [1, 2].', ['1', '2']],
    ['a number without a source', 'It is so [9].', ['9?']],
    ['Chinese brackets', '預算是 48210【3】。', ['3']],
    ['inside bold text, lists and tables', '- **so [1]**\n\n| a |\n|-|\n| b [2] |', ['1', '2']],
    ['code', '`list[1]`\n\n```js\nlist[2]\n```', []],
    ['the label of a link', '[1](https://example.org) and [[2] more](https://example.org)', []],
  ])('%s', (_name, source, expected) => {
    expect(marks(show(source, citesOf()).container)).toEqual(expected);
  });

  test('without sources the text stays as it was written', () => {
    const { container } = show('It is so [1] and [2, 3].', undefined);
    expect(container.querySelector('p')?.textContent).toBe('It is so [1] and [2, 3].');
    expect(container.querySelector('button')).toBeNull();
  });

  test('a button opens its source', () => {
    const cites = citesOf();
    const { container } = show('It is so [1, 2].', cites);
    container.querySelectorAll<HTMLElement>('.md-citation')[1]?.click();
    expect(cites.onopen).toHaveBeenCalledExactlyOnceWith(2, 'It is so ');
  });

  test('a mark that is half there shows nothing of itself', () => {
    for (const source of ['It is so [', 'It is so [1', 'It is so [12']) {
      const { container, unmount } = show(source, citesOf(), true);
      expect(container.querySelector('p')?.textContent).toBe('It is so');
      unmount();
    }
  });

  test('what a model writes as our own span is no citation', () => {
    const { container } = show('<span class="md-cite">[1]</span>', undefined);
    expect(container.querySelector('.md-cite')?.textContent).toBe('[1]');
    expect(container.querySelectorAll('button')).toHaveLength(0);
  });
});

describe('a quote that is in no source', () => {
  const quoted = (source: string, quote: string) =>
    show(source, citesOf({ unfoundQuotes: [quote] })).container;

  test('is marked, with a note after it, over emphasis and line breaks', () => {
    const container = quoted('He said "it *is* so\nand not" [1].', '"it *is* so\nand not"');
    const text = [...container.querySelectorAll('mark')].map((mark) => mark.textContent).join('');
    expect(text.replace(/\s+/gu, ' ')).toBe('it is so and not"');
    expect(container.querySelector('.md-unfound-note')?.textContent).toBe('not found');
  });

  test('that is not shown marks nothing', () => {
    expect(quoted('It is so.', '"something else"').querySelector('mark')).toBeNull();
  });

  test('with signs of a pattern in it is found as it stands', () => {
    const container = quoted('It costs "$5 (or so)?" now.', '"$5 (or so)?"');
    expect(container.querySelector('mark')?.textContent).toBe('$5 (or so)?"');
  });

  test('leaves the text as it was when it is one no longer', async () => {
    const source = 'He said "it is so" [1].';
    const view = show(source, citesOf({ unfoundQuotes: ['"it is so"'] }));
    expect(view.container.querySelector('mark')).not.toBeNull();
    await view.rerender({ cites: undefined });
    expect(view.container.querySelector('p')?.textContent).toBe(source);
    expect(view.container.querySelector('mark, button')).toBeNull();
  });
});
