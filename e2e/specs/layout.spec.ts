import { ChatScreen } from '../screens/chat-screen.ts';
import { ModelScreen } from '../screens/model-screen.ts';
import { SettingsRoom } from '../screens/settings-room.ts';
import { Sidebar } from '../screens/sidebar.ts';
import { expectNoFaults } from '../support/layout.ts';
import { tinyModel } from '../support/running-app.ts';
import { slowEngine } from '../support/slow-engine.ts';
import { expect, test } from '../support/test.ts';
import { richChat, writeChat } from '../support/written-chat.ts';

for (const locale of ['en-GB', 'zh-TW']) {
  test.describe(`in the language of ${locale}`, () => {
    test.use({ locale, reducedMotion: 'reduce' } as object);

    test('no room is too wide, cut or too small', async ({ dataFolder, launch, page }) => {
      const first = await launch();
      await page.goto(first.url);
      const models = new ModelScreen(page);
      await expect(models.chooseFile).toBeVisible();
      await expectNoFaults(page, 'first run');
      await models.moreModels.click();
      await expect(models.heading).toBeVisible();
      await expectNoFaults(page, 'models');
      await first.close();

      writeChat(dataFolder, richChat);
      const second = await launch({ model: tinyModel });
      await page.goto(second.url);
      const chat = new ChatScreen(page);
      await chat.modelIsReady();
      await expectNoFaults(page, 'new chat');
      await new Sidebar(page).chat(richChat.title).click();
      await expect(chat.answers.last().getByRole('table')).toBeVisible();
      await expectNoFaults(page, 'chat');
      await page.keyboard.press('Control+,');
      await expect(new SettingsRoom(page).heading).toBeVisible();
      await expectNoFaults(page, 'settings');
    });
  });
}

test('nothing jumps while an answer is written', async ({ app, page }) => {
  const chat = new ChatScreen(page);
  await chat.askAndWait('Hello', 'How can I help');
  await page.evaluate(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const shift = entry as PerformanceEntry & { value: number; hadRecentInput: boolean };
        if (!shift.hadRecentInput) shifts.push(shift.value);
      }
    }).observe({ type: 'layout-shift', buffered: false });
  });
  const engine = slowEngine(app, 0.2);
  await chat.ask('Count to 200.');
  await expect(chat.answers.last()).toContainText('12 13');
  engine.free();
  await expect(chat.stop).toBeHidden({ timeout: 60_000 });
  await page.waitForTimeout(700);
  const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
  expect(shifts.reduce((sum, value) => sum + value, 0)).toBe(0);
});

test('what is read stays in its place while an answer grows below', async ({ app, page }) => {
  await page.setViewportSize({ width: 400, height: 340 });
  const chat = new ChatScreen(page);
  await chat.modelIsReady();
  const engine = slowEngine(app, 0.15);
  await chat.ask('Count to 300.');
  // Several screens of it, so that there is somewhere to scroll to.
  const answerLength = async () => (await chat.answers.last().textContent())?.length ?? 0;
  await expect.poll(answerLength, { timeout: 60_000 }).toBeGreaterThan(800);
  await chat.answers.last().hover();
  await page.mouse.wheel(0, -2000);
  await expect(page.getByRole('button', { name: 'Jump to the latest' })).toBeVisible();
  await page.waitForTimeout(200);
  const before = await chat.questions.first().boundingBox();
  const length = await answerLength();
  await expect.poll(answerLength, { timeout: 60_000 }).toBeGreaterThan(length + 20);
  expect(await chat.questions.first().boundingBox()).toEqual(before);
  engine.free();
});
