import type { Locator, Page } from '@playwright/test';

/** The first run, the list of models and the picker of files: the ways to a model. */
export class ModelRooms {
  readonly chooseFile: Locator;
  readonly moreModels: Locator;
  readonly heading: Locator;
  readonly close: Locator;
  readonly picker: Locator;
  readonly files: Locator;
  readonly menu: Locator;

  constructor(page: Page) {
    this.chooseFile = page.getByRole('button', { name: /^(Choose a file…|選擇檔案…)$/ });
    this.moreModels = page.getByRole('button', { name: /^(More models|更多模型)$/ });
    this.heading = page.getByRole('heading', { level: 1, name: /^(Models|模型)$/ });
    this.close = page.getByRole('button', { name: /^(Close models|關閉模型)/ });
    this.picker = page.getByRole('dialog', { name: /^(Choose a model file|選擇模型檔案)$/ });
    this.files = page.getByRole('listbox', {
      name: /^(Folders and model files|資料夾與模型檔案)$/,
    });
    this.menu = page.getByRole('button', { name: /^(Model|模型)[:：]/ });
  }

  file(name: string): Locator {
    return this.files.getByRole('option').filter({ hasText: name });
  }
}
