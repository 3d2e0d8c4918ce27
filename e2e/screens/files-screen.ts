import { expect, type Locator, type Page } from '@playwright/test';
import { type BroughtFile, dropFiles } from '../support/drop-files.ts';

/** The files of the composer and of messages, and the document that lies open beside the chat. */
export class FilesScreen {
  readonly page: Page;
  readonly tray: Locator;
  readonly add: Locator;
  /** The open document, as a panel or as a dialog. */
  readonly viewer: Locator;
  readonly mark: Locator;
  readonly boxes: Locator;

  constructor(page: Page) {
    this.page = page;
    this.tray = page.getByRole('list', { name: /^(Goes with your message|隨訊息送出)$/ });
    this.add = page.getByRole('button', { name: /^(Add files and sources|加入檔案與資料)$/ });
    this.viewer = page.locator('aside, [role="dialog"]').filter({
      has: page.getByRole('button', { name: /^(Close the document|關閉文件)$/ }),
    });
    this.mark = this.viewer.locator('mark');
    this.boxes = this.viewer.locator('[data-passage-box]');
  }

  chip(name: string): Locator {
    return this.tray.locator(`[data-file="${name}"]`);
  }

  /** Drops files and waits until all are read. */
  async drop(...files: BroughtFile[]): Promise<void> {
    await dropFiles(this.page, files);
    for (const { name } of files) await this.isRead(name);
  }

  async isRead(name: string): Promise<void> {
    await expect(this.chip(name)).toBeVisible();
    await expect(this.chip(name).getByRole('progressbar')).toHaveCount(0, { timeout: 60_000 });
    await expect(this.chip(name).getByRole('alert')).toHaveCount(0);
  }

  /** The button of a citation in an answer. */
  citation(answer: Locator, number: number): Locator {
    return answer.getByRole('button', { name: new RegExp(`^(Source|來源) ${number}(: |：)`) });
  }
}
