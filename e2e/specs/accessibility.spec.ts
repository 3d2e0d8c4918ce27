import { ChatScreen } from '../screens/chat-screen.ts';
import { ModelScreen } from '../screens/model-screen.ts';
import { SettingsRoom } from '../screens/settings-room.ts';
import { Sidebar } from '../screens/sidebar.ts';
import { expectNoFindings } from '../support/axe.ts';
import { tinyModel } from '../support/running-app.ts';
import { expect, test } from '../support/test.ts';
import { richChat, writeChat } from '../support/written-chat.ts';

const languages = [
  { locale: 'en-GB', remove: 'Delete', undo: 'Undo' },
  { locale: 'zh-TW', remove: '刪除', undo: '復原' },
];

// Axe reads a whole page many times over.
test.describe.configure({ timeout: 180_000 });

for (const { locale, remove, undo } of languages) {
  test.describe(`in the language of ${locale}`, () => {
    test.use({ locale, viewport: { width: 1100, height: 800 } });

    test('axe finds nothing on the way to a model', async ({ launch, page }) => {
      const app = await launch();
      await page.goto(app.url);
      const models = new ModelScreen(page);
      await expect(models.chooseFile).toBeVisible();
      await expectNoFindings(page, 'first run');
      await models.chooseFile.click();
      await expect(models.files).toBeVisible();
      await expectNoFindings(page, 'path picker');
      await page.keyboard.press('Escape');
      await models.moreModels.click();
      await expect(models.heading).toBeVisible();
      await expectNoFindings(page, 'model list');
    });

    test('axe finds nothing in the chat and around it', async ({ dataFolder, launch, page }) => {
      writeChat(dataFolder, richChat);
      const app = await launch({ model: tinyModel });
      await page.goto(app.url);
      const chat = new ChatScreen(page);
      const sidebar = new Sidebar(page);
      await chat.modelIsReady();
      await expectNoFindings(page, 'empty chat');
      await chat.askAndWait('Hello', 'How can I help');
      await expectNoFindings(page, 'chat with an answer');

      await sidebar.chat(richChat.title).click();
      await expect(chat.answers.last().getByRole('table')).toBeVisible();
      await expectNoFindings(page, 'chat with code and a table');
      await chat.answers.last().getByRole('link', { name: 'the almanac' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await expectNoFindings(page, 'link dialog');
      await page.keyboard.press('Escape');
      await new ModelScreen(page).menu.click();
      await expect(page.getByRole('menu')).toBeVisible();
      await expectNoFindings(page, 'model menu');
      await page.keyboard.press('Escape');
      await expect(page.getByRole('menu')).toBeHidden();

      // By the mouse: a layer that was closed must not keep the page from it.
      await sidebar.settings.click();
      await expect(new SettingsRoom(page).heading).toBeVisible();
      await expectNoFindings(page, 'settings');
      await page.keyboard.press('Escape');

      await sidebar.actionsFor('Hello').click();
      await page.getByRole('menuitem', { name: remove }).click();
      await expect(page.getByRole('button', { name: undo })).toBeVisible();
      await page.getByRole('button', { name: undo }).focus();
      await expectNoFindings(page, 'delete toast');

      await app.crash();
      await expect(page.getByRole('alertdialog')).toBeVisible();
      await expectNoFindings(page, 'disconnected');
    });
  });
}
