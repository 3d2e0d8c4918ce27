import { cleanup, configure, render, waitFor } from '@testing-library/svelte';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { speak } from '../messages/messages.svelte.ts';
import Markdown from './Markdown.svelte';

// A busy machine is slow to bring the grammars; no test here asserts a time.
configure({ asyncUtilTimeout: 15_000 });
afterEach(() => {
  cleanup();
  speak('en');
});

const listed =
  '- first\n\n  ```js\n  const a = "b";\n  f(a);\n  ```\n\n> quoted\n>\n> ~~~\n> plain\n> ~~~\n';
const table = '| a | b |\n| - | - |\n| 1 | 2 |\n';

function show(source: string, isStreaming = false) {
  const oncopy = vi.fn(async () => {});
  return { oncopy, ...render(Markdown, { source, isStreaming, onlink: () => {}, oncopy }) };
}

describe('code inside lists and quotes', () => {
  test('is a code block like any other: named, coloured, to be copied as written', async () => {
    const { container, getAllByRole, oncopy } = show(listed);
    expect(container.querySelectorAll('li figure, blockquote figure')).toHaveLength(2);
    expect(container.querySelector('li figcaption')?.textContent).toContain('JavaScript');
    await waitFor(() =>
      expect(container.querySelector('li .keyword')?.textContent?.trim()).toBe('const'),
    );
    for (const button of getAllByRole('button', { name: 'Copy code' })) button.click();
    await waitFor(() => expect(oncopy.mock.calls).toEqual([['const a = "b";\nf(a);'], ['plain']]));
  });

  test('stands plain while it is written, and is one at the end', async () => {
    const { container, rerender } = show(listed.slice(0, 30), true);
    expect(container.querySelectorAll('pre.md-pre')).toHaveLength(1);
    await rerender({ source: listed, isStreaming: false });
    await waitFor(() => expect(container.querySelectorAll('figure')).toHaveLength(2));
    expect(container.querySelector('pre.md-pre')).toBeNull();
    expect(container.querySelector('li pre')?.textContent).toBe('const a = "b";\nf(a);');
  });

  test('is furnished once it has not changed for a moment, and only once', async () => {
    const { container, rerender } = show(listed, true);
    await waitFor(() => expect(container.querySelectorAll('figure')).toHaveLength(2));
    const before = container.querySelector('li figure');
    await rerender({ source: listed, isStreaming: false });
    expect(container.querySelector('li figure')).toBe(before);
  });

  test('has a language only of letters that a class may have', () => {
    const { container } = show('- x\n\n  ```a"onload=alert(1)\n  code\n  ```\n');
    expect(container.querySelector('li figcaption span')?.textContent).toBe('Code');
    expect(container.querySelector('[onload]')).toBeNull();
  });
});

describe('a table', () => {
  test('can be scrolled by keyboard and has a name in the language of the window', async () => {
    const { container, getByRole, findByRole } = show(`${table}\n- x\n`);
    expect(getByRole('region', { name: 'Table' }).tabIndex).toBe(0);
    expect(container.querySelectorAll('[role="region"]')).toHaveLength(1);
    speak('zh-Hant');
    await findByRole('region', { name: '表格' });
  });
});
