import { expect, type Locator, type Page } from '@playwright/test';
import { dropFiles } from '../support/drop-files.ts';

/** Choosing a model: the first run, the path picker, and what the header says. */
export class ModelScreen {
  readonly page: Page;
  readonly promise: Locator;
  readonly chooseFile: Locator;
  readonly picker: Locator;
  readonly files: Locator;
  readonly menu: Locator;
  readonly moreModels: Locator;
  /** Of the room that lists models. */
  readonly heading: Locator;

  constructor(page: Page) {
    this.page = page;
    this.promise = page.getByRole('heading', {
      name: /^(Everything stays on this computer\.|一切都留在這台電腦上。)$/,
    });
    this.chooseFile = page.getByRole('button', { name: /^(Choose a file…|選擇檔案…)$/ });
    this.picker = page.getByRole('dialog', { name: /^(Choose a model file|選擇模型檔案)$/ });
    this.files = this.picker.getByRole('listbox');
    this.menu = page.getByRole('button', { name: /^(Model|模型):/ });
    this.moreModels = page.getByRole('button', { name: /^(More models|更多模型)$/ });
    this.heading = page.getByRole('heading', { level: 1, name: /^(Models|模型)$/ });
  }

  /** In the open picker. */
  async pick(fileName: string): Promise<void> {
    await this.picker.getByRole('option', { name: fileName }).click();
    await this.picker.getByRole('button', { name: 'Open' }).click();
  }

  /** Drops a file on the window, as from a file manager: a browser hands over its bytes, not its path. */
  async drop(fileName: string, content: Buffer): Promise<void> {
    await dropFiles(this.page, [{ name: fileName, content }]);
  }

  async isReady(): Promise<void> {
    await expect(this.menu).toContainText('ready');
  }
}
