import { test as base, type Page } from '@playwright/test';
import { type LaunchOptions, RunningApp, temporaryFolder, tinyModel } from './running-app.ts';

interface Fixtures {
  /** This test's own data folder; gone afterwards. */
  dataFolder: string;
  /** Starts the app on the data folder; ended after the test. Call again for a restart. */
  launch(options?: Partial<LaunchOptions>): Promise<RunningApp>;
  /** The app with the tiny model loaded, and a window on it. */
  app: RunningApp;
}

/** Every spec runs against the real app. */
export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures' names from the pattern.
  dataFolder: async ({}, use) => {
    const { folder, remove } = temporaryFolder();
    await use(folder);
    remove();
  },
  launch: async ({ dataFolder }, use) => {
    const started: RunningApp[] = [];
    await use(async (options = {}) => {
      const app = await RunningApp.launch({ dataFolder, ...options });
      started.push(app);
      return app;
    });
    for (const app of started) await app.crash();
  },
  app: async ({ launch, page }, use) => {
    const app = await launch({ model: tinyModel });
    await page.goto(app.url);
    await use(app);
  },
});

export { expect } from '@playwright/test';

/** What the page complained of; a spec that cares asserts that it is empty. */
export function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') heard.push(message.text());
  });
  return heard;
}
