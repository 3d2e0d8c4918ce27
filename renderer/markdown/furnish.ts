import { mount, unmount } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import CodeBlock from './CodeBlock.svelte';
import { type Cites, furnishCites } from './cites.ts';
import { languageOfClass } from './parser.ts';

/** A block that was not changed for so long is not being written any more. */
const settledMs = 250;

export interface Furniture {
  /** What a screen reader calls a table that can be scrolled. */
  tableName: string;
  /** The text may still grow: code in it stays plain until it has not changed for a moment. */
  isGrowing: boolean;
  oncopy: (text: string) => Promise<void>;
  /** What numbers in square brackets stand for; without it they stay text. */
  cites?: Cites | undefined;
}

/** Puts a code block in the place of each `pre`; the returned function puts the `pre` back. */
function furnishCode(element: HTMLElement, oncopy: Furniture['oncopy']): () => void {
  const undo = [...element.querySelectorAll<HTMLElement>('pre.md-pre')].map((pre) => {
    const target = document.createElement('div');
    target.className = 'md-code';
    pre.replaceWith(target);
    const code = (pre.textContent ?? '').replace(/\n$/u, '');
    const language = languageOfClass(pre.querySelector('code')?.className ?? '');
    const block = mount(CodeBlock, { target, props: { language, code, isClosed: true, oncopy } });
    return () => {
      void unmount(block);
      target.replaceWith(pre);
    };
  });
  return () => {
    for (const step of undo) step();
  };
}

/**
 * Gives a block of sanitised HTML what no HTML of a model may bring along: a keyboard can scroll its tables,
 * and code inside lists and quotes is a code block like any other. Only text is taken out of the HTML.
 */
export function furnish({
  tableName,
  isGrowing,
  oncopy,
  cites,
}: Furniture): Attachment<HTMLElement> {
  return (element) => {
    for (const table of element.querySelectorAll<HTMLElement>('.md-table')) {
      table.tabIndex = 0;
      table.role = 'region';
      table.ariaLabel = tableName;
    }
    const undoCites = cites ? furnishCites(element, cites) : undefined;
    let undo = (): void => {};
    const furnishNow = (): void => {
      undo = furnishCode(element, oncopy);
    };
    const timer = isGrowing ? setTimeout(furnishNow, settledMs) : undefined;
    if (!isGrowing) furnishNow();
    return () => {
      clearTimeout(timer);
      undo();
      undoCites?.();
    };
  };
}
