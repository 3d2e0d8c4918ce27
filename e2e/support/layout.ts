import { expect, type Page } from '@playwright/test';

/** Runs in the page: elements that are wider than their frame, cut off, or stand outside the window. */
function findCut(): string[] {
  const { clientWidth, scrollWidth } = document.documentElement;
  const isSeen = (element: HTMLElement): boolean => {
    const { width, height } = element.getBoundingClientRect();
    const isForEars = getComputedStyle(element).clipPath !== 'none' || (width <= 1 && height <= 1);
    return !isForEars && element.checkVisibility({ visibilityProperty: true });
  };
  const mayBeCut = (element: HTMLElement): boolean =>
    element.closest('[title], pre, input, button[aria-haspopup="menu"]') !== null ||
    element.querySelector(':scope > table') !== null;
  const isCut = (element: HTMLElement): boolean => {
    const { overflowX, overflowY } = getComputedStyle(element);
    const isWide = overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1;
    const isHigh = overflowY === 'hidden' && element.scrollHeight > element.clientHeight + 1;
    return (isWide || isHigh) && !mayBeCut(element);
  };
  const isOutside = (element: HTMLElement): boolean => {
    const nodes = [...element.childNodes];
    const hasWords = nodes.some((node) => node instanceof Text && node.data.trim() !== '');
    const { left, right } = element.getBoundingClientRect();
    return hasWords && (left < -1 || right > clientWidth + 1) && !element.closest('pre, table');
  };
  const nameOf = (element: HTMLElement): string =>
    `${element.tagName.toLowerCase()}.${element.classList[0] ?? ''} “${(element.textContent ?? '').trim().slice(0, 40)}”`;

  const seen = [...document.querySelectorAll<HTMLElement>('body *')].filter(
    (element) => element instanceof HTMLElement && isSeen(element),
  );
  return [
    ...(scrollWidth > clientWidth ? [`the page is ${scrollWidth - clientWidth} px too wide`] : []),
    ...seen.filter(isCut).map((element) => `cut: ${nameOf(element)}`),
    ...seen.filter(isOutside).map((element) => `outside: ${nameOf(element)}`),
  ];
}

/** Runs in the page: controls of less than 24 px in a direction. */
function findSmall(): string[] {
  const smallestPx = 24;
  const targets =
    'button, select, textarea, summary, label:has(input), [role="option"], [role="menuitem"]';
  return [...document.querySelectorAll<HTMLElement>(targets)].flatMap((target) => {
    const { width, height } = target.getBoundingClientRect();
    const isHit = width >= smallestPx && height >= smallestPx;
    if (isHit || !target.checkVisibility({ visibilityProperty: true })) return [];
    const name = target.getAttribute('aria-label') ?? target.textContent?.trim() ?? '';
    return [`small: ${name.slice(0, 40)}, ${Math.round(width)} × ${Math.round(height)} px`];
  });
}

/**
 * What is wrong with the page's layout, in short words: it scrolls sideways, words are cut off, or something
 * is too small to be hit. Wide code, tables and text fields may scroll within themselves; a title may end in an ellipsis
 * where its tooltip says it whole, and so may the model's name in the header.
 */
async function layoutFaults(page: Page): Promise<string[]> {
  return [...(await page.evaluate(findCut)), ...(await page.evaluate(findSmall))];
}

/** The size of letters a person set in the browser, as a share of the usual 16 px. */
async function setTextSize(page: Page, share: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Page.enable');
  await session.send('Page.setFontSizes', {
    fontSizes: { standard: 16 * share, fixed: 13 * share },
  });
}

/** Looks at the room that is on show in every width and both sizes of text. */
export async function expectNoFaults(page: Page, room: string): Promise<void> {
  for (const share of [1, 2]) {
    await setTextSize(page, share);
    for (const width of [360, 800, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      await page.waitForTimeout(150);
      const what = `${room}, ${width} px, text ${share * 100} %`;
      expect.soft(await layoutFaults(page), what).toEqual([]);
    }
  }
  await setTextSize(page, 1);
}
