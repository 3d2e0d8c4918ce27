import path from 'node:path';
import { ChatScreen } from '../screens/chat-screen.ts';
import { ModelScreen } from '../screens/model-screen.ts';
import { SettingsRoom } from '../screens/settings-room.ts';
import { Sidebar } from '../screens/sidebar.ts';
import { expectFocus, tabTo } from '../support/focus.ts';
import { tinyModel } from '../support/running-app.ts';
import { slowEngine } from '../support/slow-engine.ts';
import { expect, test } from '../support/test.ts';

test('a model is chosen in the first run, and a message sent', async ({ launch, page }) => {
  const app = await launch({ env: { HOME: path.dirname(tinyModel) } });
  await page.goto(app.url);
  const models = new ModelScreen(page);
  const chat = new ChatScreen(page);
  await tabTo(page, models.chooseFile);
  await page.keyboard.press('Enter');
  await expectFocus(page, models.files);
  await page.keyboard.press('Escape');
  await expectFocus(page, models.chooseFile);
  await page.keyboard.press('Enter');
  await expectFocus(page, models.files);
  const wanted = models.files.getByRole('option', { name: path.basename(tinyModel) });
  await page.keyboard.press('Home');
  while ((await wanted.getAttribute('aria-selected')) !== 'true') {
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
  await chat.modelIsReady();
  await tabTo(page, chat.composer);
  await page.keyboard.type('Hello');
  await page.keyboard.press('Enter');
  await expect(chat.answers.last()).toContainText('How can I help');
});

test('an answer is stopped, written again, its versions switched, a message edited', async ({
  app,
  page,
}) => {
  const chat = new ChatScreen(page);
  await chat.modelIsReady();
  await tabTo(page, chat.composer);
  const engine = slowEngine(app, 0.1);
  await page.keyboard.type('Count to 200.');
  await page.keyboard.press('Enter');
  await expect(chat.answers.last()).toContainText('1 2');
  await tabTo(page, chat.stop);
  await page.keyboard.press('Enter');
  await expect(chat.answers.last()).toContainText('You stopped this answer.');
  engine.free();

  await page.keyboard.press('Control+n');
  await tabTo(page, chat.composer);
  await page.keyboard.type('Count to 5.');
  await page.keyboard.press('Enter');
  await expect(chat.answers.last()).toContainText('1 2 3 4 5.');
  await expect(chat.stop).toBeHidden();
  await tabTo(page, chat.action(chat.answers.last(), 'Write another answer'), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(chat.answers.last()).toContainText('2/2');
  await expect(chat.stop).toBeHidden();
  await tabTo(page, chat.action(chat.answers.last(), 'Previous version'));
  await page.keyboard.press('Enter');
  await expect(chat.answers.last()).toContainText('1/2');

  await tabTo(page, chat.action(chat.questions.last(), 'Edit'), 'Shift+Tab');
  await page.keyboard.press('Enter');
  const editor = page.getByRole('textbox', { name: 'Edit' });
  await expectFocus(page, editor);
  await page.keyboard.press('Escape');
  await expectFocus(page, chat.action(chat.questions.last(), 'Edit'));
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('Count to 7.');
  await page.keyboard.press('Enter');
  await expect(chat.answers.last()).toContainText('1 2 3 4 5 6 7.');
});

test('a chat is renamed, deleted and brought back', async ({ app, page }) => {
  expect(app.hasEnded).toBe(false);
  const chat = new ChatScreen(page);
  const sidebar = new Sidebar(page);
  await chat.askAndWait('Hello', 'How can I help');
  await tabTo(page, sidebar.chat('Hello'));
  await page.keyboard.press('F2');
  await expectFocus(page, page.getByRole('textbox', { name: 'New title' }));
  await page.keyboard.press('Escape');
  await expectFocus(page, sidebar.chat('Hello'));

  await tabTo(page, sidebar.actionsFor('Hello'));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.press('Escape');
  await expectFocus(page, sidebar.actionsFor('Hello'));
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Rename' }).press('Enter');
  await expectFocus(page, page.getByRole('textbox', { name: 'New title' }));
  await page.keyboard.press('Control+a');
  await page.keyboard.type('A greeting');
  await page.keyboard.press('Enter');
  await expectFocus(page, sidebar.chat('A greeting'));
  await page.keyboard.press('Delete');
  await expect(sidebar.chat('A greeting')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(sidebar.chat('A greeting')).toBeVisible();
});

test('the settings change the language, and Escape leaves them', async ({ app, page }) => {
  expect(app.hasEnded).toBe(false);
  const chat = new ChatScreen(page);
  await chat.modelIsReady();
  await page.keyboard.press('Control+,');
  const settings = new SettingsRoom(page);
  await expect(settings.heading).toBeFocused();
  await tabTo(page, settings.choice('Same as the system').first());
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hant');
  await expectFocus(page, settings.choice('繁體中文'));
  await page.keyboard.press('Escape');
  await expect(settings.heading).toBeHidden();
  await expect(chat.composer).toBeVisible();
});
