import { ChatScreen } from '../screens/chat-screen.ts';
import { ModelScreen } from '../screens/model-screen.ts';
import { SettingsRoom } from '../screens/settings-room.ts';
import { tinyModel } from '../support/running-app.ts';
import { strayWords } from '../support/stray-words.ts';
import { expect, test } from '../support/test.ts';

test.describe('on a system in Traditional Chinese', () => {
  test.use({ locale: 'zh-TW' });

  test('the first thing that is painted is Chinese, and every room is', async ({
    launch,
    page,
  }) => {
    await page.addInitScript(() => {
      const painted: { lang: string; text: string }[] = [];
      Object.assign(window, { painted });
      const look = (): void => {
        const text = document.body?.textContent?.trim() ?? '';
        if (text !== '') painted.push({ lang: document.documentElement.lang, text });
        if (painted.length < 30) requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    const first = await launch();
    await page.goto(first.url);
    const models = new ModelScreen(page);
    await expect(models.chooseFile).toBeVisible();
    await page.waitForFunction(
      () => (window as unknown as { painted: unknown[] }).painted.length > 9,
    );
    const painted = await page.evaluate(
      () => (window as unknown as { painted: { lang: string; text: string }[] }).painted,
    );
    expect(new Set(painted.map(({ lang }) => lang))).toEqual(new Set(['zh-Hant']));
    for (const { text } of painted) expect(text).not.toMatch(/Settings|New chat|Choose|Chats/);
    expect.soft(await strayWords(page), 'first run').toEqual([]);
    await models.moreModels.click();
    await expect(models.heading).toBeVisible();
    expect.soft(await strayWords(page), 'models').toEqual([]);
    await first.close();

    const second = await launch({ model: tinyModel });
    await page.goto(second.url);
    const chat = new ChatScreen(page);
    await chat.askAndWait('你好', '有什麼可以幫你的嗎');
    expect.soft(await strayWords(page), 'chat').toEqual([]);
    await models.menu.click();
    await expect(page.getByRole('menu')).toBeVisible();
    expect.soft(await strayWords(page), 'model menu').toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+,');
    await expect(new SettingsRoom(page).heading).toBeVisible();
    expect.soft(await strayWords(page), 'settings').toEqual([]);
    await second.crash();
    await expect(page.getByRole('alertdialog')).toBeVisible();
    expect.soft(await strayWords(page), 'disconnected').toEqual([]);
  });
});

test('the settings switch everything at once, without a reload, and it is kept', async ({
  app,
  page,
}) => {
  const chat = new ChatScreen(page);
  await chat.askAndWait('Hello', 'How can I help');
  await page.evaluate(() => Object.assign(window, { isSamePage: true }));
  await page.keyboard.press('Control+,');
  const settings = new SettingsRoom(page);
  await settings.choice('繁體中文').check();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hant');
  await expect(page.getByRole('heading', { level: 1, name: '設定' })).toBeVisible();
  await expect(page.getByRole('button', { name: '新對話' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('textbox', { name: '訊息' })).toBeVisible();
  await expect(page.getByRole('article', { name: '你說' })).toHaveCount(1);
  expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true);

  await page.goto(new URL('/', app.url).href);
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hant');
  await page.keyboard.press('Control+,');
  await settings.choice('English').check();
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
});
