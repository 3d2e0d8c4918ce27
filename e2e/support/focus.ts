import { expect, type Locator, type Page } from '@playwright/test';

/** What has the focus, and whether an outline or, at a text field, its frame shows it. */
async function focused(page: Page): Promise<{ name: string; isShown: boolean }> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return { name: 'the page', isShown: true };
    const hasOutline = (shown: Element): boolean => {
      const style = getComputedStyle(shown);
      return style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 1;
    };
    // A radio button is framed by its label, a text field of several lines by the box around it.
    const label = element.closest('label');
    const probe = document.createElement('i');
    probe.style.color = 'var(--accent)';
    document.body.append(probe);
    const accent = getComputedStyle(probe).color;
    probe.remove();
    const box = element instanceof HTMLTextAreaElement ? element.parentElement : null;
    const isShown =
      hasOutline(element) ||
      (label !== null && hasOutline(label)) ||
      (box !== null && getComputedStyle(box).borderTopColor === accent);
    const name = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
    return { name: `${element.tagName.toLowerCase()} “${name.slice(0, 60)}”`, isShown };
  });
}

/** The focus is on `target`, and it shows. */
export async function expectFocus(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeFocused();
  // The frame of a text field comes in softly.
  await expect.poll(async () => await focused(page)).toMatchObject({ isShown: true });
}

/** Presses Tab until `target` has the focus; every stop on the way must show. */
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab') {
  const passed: string[] = [];
  await expect(target).toBeVisible();
  for (let step = 0; step < 60; step += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      await expectFocus(page, target);
      return;
    }
    await page.keyboard.press(key);
    const stop = await focused(page);
    passed.push(stop.name);
    if (!stop.isShown)
      await expect.poll(async () => await focused(page)).toMatchObject({ isShown: true });
  }
  throw new Error(`Tab never came to ${target}; it passed ${passed.join(', ')}`);
}
