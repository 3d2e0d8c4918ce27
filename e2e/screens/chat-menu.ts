import { expect, type Locator, type Page } from '@playwright/test';

/** The menu of a chat in the header, and the dialog for its instructions. */
export class ChatMenu {
  readonly button: Locator;
  readonly dialog: Locator;
  readonly instructions: Locator;
  readonly save: Locator;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    this.button = page.getByRole('button', { name: /^(Chat options|對話選項)$/ });
    this.dialog = page.getByRole('dialog', {
      name: /^(Instructions for this chat|這個對話的指示)$/,
    });
    this.instructions = this.dialog.getByRole('textbox');
    this.save = this.dialog.getByRole('button', { name: /^(Save|儲存)$/ });
  }

  async openInstructions(): Promise<void> {
    await this.button.click();
    await this.#page.getByRole('menuitem').first().click();
    await expect(this.instructions).toBeFocused();
  }

  async instruct(text: string): Promise<void> {
    await this.openInstructions();
    await this.instructions.fill(text);
    await this.save.click();
    await expect(this.dialog).toBeHidden();
  }
}
