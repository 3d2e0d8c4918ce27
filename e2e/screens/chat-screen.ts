import { expect, type Locator, type Page } from '@playwright/test';

/** The chat room, by the names that a screen reader hears. */
export class ChatScreen {
  readonly page: Page;
  readonly composer: Locator;
  readonly send: Locator;
  readonly stop: Locator;
  readonly questions: Locator;
  readonly answers: Locator;

  constructor(page: Page) {
    this.page = page;
    this.composer = page.getByRole('textbox', { name: /^(Message|訊息)$/ });
    this.send = page.getByRole('button', { name: /^(Send|送出)$/ });
    this.stop = page.getByRole('button', { name: /^(Stop|停止)$/ });
    this.questions = page.getByRole('article', { name: /^(You said|你說)$/ });
    this.answers = page.getByRole('article', { name: /^(The answer|回答)$/ });
  }

  async ask(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** Asks and waits until the answer is whole. */
  async askAndWait(text: string, answer: string | RegExp): Promise<void> {
    const before = await this.answers.count();
    await this.ask(text);
    await expect(this.answers).toHaveCount(before + 1);
    await expect(this.answers.last()).toContainText(answer);
    await expect(this.stop).toBeHidden();
  }

  action(message: Locator, name: string): Locator {
    return message.getByRole('button', { name });
  }

  /** The model's state in the header. */
  async modelIsReady(): Promise<void> {
    await expect(this.page.getByRole('button', { name: /ready|就緒/ })).toBeVisible();
  }
}
