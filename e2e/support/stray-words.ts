import type { Page } from '@playwright/test';

/** Names and signs that are the same in every language. */
const sameEverywhere =
  /llama\.cpp.*|Apache-2\.0|LFM Open License v1\.0|Parley Tiny|Parley|GGUF|\.gguf|English|Ctrl|Esc|F2|Del|\b(?:KB|MB|GB|TB)\b|multilingual-e5-small|token|Python|USB|\.(?:txt|html|pdf)\b/g;

/** Runs in the page: every text that a person can see or hear, names of models taken out. */
function textsOfPage(): string[] {
  const names = [...document.querySelectorAll('h3')].map(({ textContent }) => textContent.trim());
  const withoutNames = (text: string): string =>
    names.reduce((left, name) => left.replaceAll(name, ''), text);
  // What people and models wrote, paths, and what says by itself that it is English.
  const elements = [...document.querySelectorAll('body *')].filter(
    (element) => !element.closest('[lang="en"], [dir="ltr"], article'),
  );
  return elements
    .flatMap((element) => [
      ...['aria-label', 'placeholder', 'title'].map((name) => element.getAttribute(name) ?? ''),
      ...[...element.childNodes].map((node) => (node instanceof Text ? node.data.trim() : '')),
    ])
    .map(withoutNames);
}

/** Latin words that a person can see or hear, other than names, paths and what models are called. */
export async function strayWords(page: Page): Promise<string[]> {
  const texts = await page.evaluate(textsOfPage);
  return texts.filter(
    (text) => !text.startsWith('/') && /[a-z]{2,}/i.test(text.replace(sameEverywhere, '')),
  );
}
