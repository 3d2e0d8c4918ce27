import type { Locator, Page } from '@playwright/test';

/** The settings. */
export class SettingsRoom {
  readonly heading: Locator;
  readonly close: Locator;
  readonly manageModels: Locator;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    this.heading = page.getByRole('heading', { level: 1, name: /^(Settings|設定)$/ });
    this.close = page.getByRole('button', { name: /^(Close settings|關閉設定)/ });
    this.manageModels = page.getByRole('button', { name: /^(Manage models|管理模型)$/ });
  }

  /** A language or an appearance, by its words. */
  choice(name: string): Locator {
    return this.#page.getByRole('radio', { name, exact: true });
  }
}
