import type { Locator, Page } from '@playwright/test';

/** The settings. */
export class SettingsRoom {
  readonly heading: Locator;
  readonly close: Locator;
  readonly manageModels: Locator;
  /** How much is kept of what the model has read. */
  readonly readingState: Locator;
  readonly clearReadingState: Locator;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    this.heading = page.getByRole('heading', { level: 1, name: /^(Settings|設定)$/ });
    this.close = page.getByRole('button', { name: /^(Close settings|關閉設定)/ });
    this.readingState = page.getByRole('status').filter({ hasText: /\d [KMGT]?B\s*$/ });
    this.clearReadingState = page.getByRole('button', { name: /^(Clear|清除)/ });
    this.manageModels = page.getByRole('button', { name: /^(Manage models|管理模型)$/ });
  }

  /** A language or an appearance, by its words. */
  choice(name: string): Locator {
    return this.#page.getByRole('radio', { name, exact: true });
  }
}
