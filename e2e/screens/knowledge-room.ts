import { expect, type Locator, type Page } from '@playwright/test';

/** The room of collections, and the one that is open in it. */
export class KnowledgeRoom {
  readonly page: Page;
  readonly entry: Locator;
  readonly heading: Locator;
  readonly newName: Locator;
  readonly collections: Locator;
  readonly question: Locator;
  readonly back: Locator;

  constructor(page: Page) {
    this.page = page;
    this.entry = page.getByRole('button', { name: /^(Knowledge|知識庫)$/ });
    this.heading = page.getByRole('heading', { level: 1, name: /^(Knowledge|知識庫)$/ });
    this.newName = page.getByRole('textbox', {
      name: /^(Name of the new collection|新資料集的名稱)$/,
    });
    this.collections = page.getByRole('list', { name: /^(Collections|資料集)$/ });
    this.question = page.getByRole('textbox', { name: /^(Question|問題)$/ });
    this.back = page.getByRole('button', { name: /^(All collections|所有資料集)$/ });
  }

  async open(): Promise<void> {
    await this.entry.click();
    await expect(this.heading).toBeVisible();
  }

  /** Makes a collection; it is then open. */
  async create(name: string): Promise<void> {
    await this.newName.fill(name);
    await this.newName.press('Enter');
    await expect(this.page.getByRole('heading', { level: 1, name })).toBeVisible();
  }

  file(name: string): Locator {
    return this.page.locator(`main [data-file="${name}"]`);
  }

  async isRead(name: string): Promise<void> {
    await expect(this.file(name)).toContainText(/\d+ (passages|段)/, { timeout: 60_000 });
  }

  /** Looks a question up in the open collection; the passages found, best first. */
  async recall(question: string): Promise<Locator> {
    await this.question.fill(question);
    await this.question.press('Enter');
    return this.page.locator('main ol > li');
  }
}
