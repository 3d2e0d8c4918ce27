import { ChatScreen } from '../screens/chat-screen.ts';
import { Sidebar } from '../screens/sidebar.ts';
import { tinyModel, waitFor } from '../support/running-app.ts';
import { slowEngine } from '../support/slow-engine.ts';
import { complaints, expect, test } from '../support/test.ts';

test('answers, and the window has nothing to complain of', async ({ launch, page }) => {
  const heard = complaints(page);
  const app = await launch({ model: tinyModel });
  await page.goto(app.url);
  const chat = new ChatScreen(page);
  await chat.modelIsReady();
  await chat.askAndWait('Hello', 'Hello! How can I help you?');
  await chat.askAndWait('Count to 12.', '1 2 3 4 5 6 7 8 9 10 11 12.');
  await expect(new Sidebar(page).chat('Hello')).toBeVisible();
  expect(heard).toEqual([]);
});

test('sends before the model is ready, and answers when it is', async ({ launch, page }) => {
  const app = await launch({ model: tinyModel });
  await page.goto(app.url);
  await waitFor(() => app.enginePids().length > 0, 'the engine');
  const engine = slowEngine(app, 0.2);
  const chat = new ChatScreen(page);
  await chat.ask('Hello');
  await expect(chat.questions).toHaveText(/Hello/);
  engine.free();
  await expect(chat.answers).toContainText('Hello! How can I help you?');
});

test('stops, keeps what is there, and says so', async ({ app, page }) => {
  const chat = new ChatScreen(page);
  await chat.modelIsReady();
  const engine = slowEngine(app, 0.3);
  await chat.ask('Count to 300.');
  await expect(chat.answers.last()).toContainText('1 2');
  await chat.stop.click();
  engine.free();
  await expect(chat.answers.last()).toContainText('You stopped this answer.');
  const text = await chat.answers.last().textContent();
  await page.waitForTimeout(500);
  expect(await chat.answers.last().textContent()).toBe(text);
  await new Sidebar(page).newChat.click();
  await chat.askAndWait('Hello', 'How can I help');
});

test('regenerates into a second version and switches between both', async ({ app: _app, page }) => {
  const chat = new ChatScreen(page);
  await chat.askAndWait('Count to 5.', '1 2 3 4 5.');
  await chat.action(chat.answers.last(), 'Write another answer').click();
  await expect(chat.answers.last()).toContainText('2/2');
  await expect(chat.answers.last()).toContainText('1 2 3 4 5.');
  await chat.action(chat.answers.last(), 'Previous version').click();
  await expect(chat.answers.last()).toContainText('1/2');
  await chat.action(chat.answers.last(), 'Next version').click();
  await expect(chat.answers.last()).toContainText('2/2');
});

test('edits a message into a branch and overwrites nothing', async ({ app: _app, page }) => {
  const chat = new ChatScreen(page);
  await chat.askAndWait('Hello', 'How can I help');
  await chat.askAndWait('Count to 5.', '1 2 3 4 5.');
  await chat.questions.first().hover();
  await chat.action(chat.questions.first(), 'Edit').click();
  const editor = page.getByRole('textbox', { name: 'Edit' });
  await expect(editor).toHaveValue('Hello');
  await editor.fill('Count to 7.');
  await editor.press('Enter');
  await expect(chat.answers.last()).toContainText('1 2 3 4 5 6 7.');
  await expect(chat.questions).toHaveCount(1);
  await chat.action(chat.questions.first(), 'Previous version').click();
  await expect(chat.questions).toHaveCount(2);
  await expect(chat.answers.last()).toContainText('1 2 3 4 5.');
});

test('copies the source of an answer', async ({ app, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], {
    origin: new URL(app.url).origin,
  });
  const chat = new ChatScreen(page);
  await chat.askAndWait('Count to 5.', '1 2 3 4 5.');
  await chat.action(chat.answers.last(), 'Copy').click();
  await expect(chat.action(chat.answers.last(), 'Copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('1 2 3 4 5.');
});

test('Enter while an input method composes does not send; Shift+Enter breaks the line', async ({
  app: _app,
  page,
}) => {
  const chat = new ChatScreen(page);
  await chat.composer.focus();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Input.imeSetComposition', { text: '你', selectionStart: 1, selectionEnd: 1 });
  await cdp.send('Input.dispatchKeyEvent', {
    type: 'rawKeyDown',
    windowsVirtualKeyCode: 229,
    key: 'Process',
  });
  await expect(chat.questions).toHaveCount(0);
  await cdp.send('Input.insertText', { text: '你好' });
  await chat.composer.press('Shift+Enter');
  await expect(chat.composer).toHaveValue('你好\n');
  await expect(chat.questions).toHaveCount(0);
  await chat.composer.fill('你好');
  await chat.composer.press('Enter');
  await expect(chat.answers).toContainText('有什麼可以幫你的嗎');
});

test('a chat can be renamed, deleted and brought back', async ({ app: _app, page }) => {
  const chat = new ChatScreen(page);
  const sidebar = new Sidebar(page);
  await chat.askAndWait('Hello', 'How can I help');
  await sidebar.choose('Hello', 'Rename');
  const title = page.getByRole('textbox', { name: 'New title' });
  await title.fill('A first greeting');
  await title.press('Enter');
  await expect(sidebar.chat('A first greeting')).toBeVisible();
  await sidebar.choose('A first greeting', 'Delete');
  await expect(sidebar.chat('A first greeting')).toBeHidden();
  await page.getByRole('button', { name: 'Undo' }).click();
  await sidebar.chat('A first greeting').click();
  await expect(chat.answers).toContainText('How can I help');
});
