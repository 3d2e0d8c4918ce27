import type { Page } from '@playwright/test';

/** A file that a person brings along. */
export interface BroughtFile {
  name: string;
  content: Buffer;
}

/** Drops files on the window, as from a file manager: a browser hands over their bytes, not their paths. */
export async function dropFiles(page: Page, files: readonly BroughtFile[]): Promise<void> {
  const transfer = await page.evaluateHandle(
    (brought) => {
      const dropped = new DataTransfer();
      for (const { name, base64 } of brought) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        dropped.items.add(new File([bytes], name));
      }
      return dropped;
    },
    files.map(({ name, content }) => ({ name, base64: content.toString('base64') })),
  );
  for (const type of ['dragenter', 'dragover', 'drop']) {
    await page.locator('main').dispatchEvent(type, { dataTransfer: transfer });
  }
}
