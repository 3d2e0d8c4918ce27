import type { Locator, Page } from '@playwright/test';

/** The list of chats. */
export class Sidebar {
  readonly page: Page;
  readonly newChat: Locator;
  readonly settings: Locator;

  constructor(page: Page) {
    this.page = page;
    this.newChat = page.getByRole('button', { name: /^(New chat|新對話)/ });
    this.settings = page.getByRole('button', { name: /^(Settings|設定)/ });
  }

  /** Its name goes on with "Answer being written" while one is. */
  chat(title: string): Locator {
    return this.page.getByRole('navigation').getByRole('button', { name: title }).first();
  }

  /** The button that opens a chat's menu. */
  actionsFor(title: string): Locator {
    return this.page.getByRole('button', {
      name: new RegExp(`^(Actions for “${title}”|「${title}」的動作)$`),
    });
  }

  async choose(title: string, action: string): Promise<void> {
    await this.actionsFor(title).click();
    await this.page.getByRole('menuitem', { name: action }).click();
  }
}
