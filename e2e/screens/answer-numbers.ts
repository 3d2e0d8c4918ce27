import { expect, type Locator, type Page } from '@playwright/test';

/** What an answer cost, from its popover. */
export interface AnswerCost {
  readTokens: number;
  reusedTokens: number;
  restoredTokens: number;
  computedTokens: number;
}

/** The popover that tells how an answer came about. */
export class AnswerNumbers {
  readonly panel: Locator;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    this.panel = page.getByRole('dialog', {
      name: /^(How this answer came about|這個回答的由來)$/,
    });
  }

  /** The button that opens it, below an answer. */
  button(answer: Locator): Locator {
    return answer.getByRole('button', { name: /^(How this answer came about|這個回答的由來)$/ });
  }

  /** Opens it, reads it, closes it again. */
  async read(answer: Locator): Promise<AnswerCost> {
    await this.button(answer).click();
    await expect(this.panel).toBeVisible();
    const cost = {
      readTokens: await this.#count('read'),
      reusedTokens: await this.#count('reused'),
      restoredTokens: await this.#count('restored'),
      computedTokens: await this.#count('computed'),
    };
    await this.#page.keyboard.press('Escape');
    await expect(this.panel).toBeHidden();
    return cost;
  }

  async #count(id: string): Promise<number> {
    const text = await this.panel.locator(`[data-fact="${id}"] dd`).textContent();
    return Number((text ?? '').replaceAll(/[^0-9]/g, ''));
  }
}
