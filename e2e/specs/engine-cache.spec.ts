import type { Page } from '@playwright/test';
import { AnswerNumbers } from '../screens/answer-numbers.ts';
import { ChatMenu } from '../screens/chat-menu.ts';
import { ChatScreen } from '../screens/chat-screen.ts';
import { SettingsRoom } from '../screens/settings-room.ts';
import { Sidebar } from '../screens/sidebar.ts';
import { axeFindings } from '../support/axe.ts';
import { cacheBytes } from '../support/cache-files.ts';
import { tinyModel } from '../support/running-app.ts';
import { slowEngine } from '../support/slow-engine.ts';
import { expect, test } from '../support/test.ts';

/** Some 400 tokens to the tiny model, so that what is read again is told apart from what is new. */
const title = 'Long story.';
const longQuestion = `${title}\n\n${'Here are a few plain words to read. '.repeat(30)}Count to 12.`;
/** A follow-up with the template's marks around it is far below this. */
const newTokens = 60;
/** When an answer is settled: 500 ms after its end, and what reading and writing it takes here. */
const settledMs = 2500;

/** Asks the long question as the first one, and waits for its whole answer. */
async function askLongQuestion(page: Page): Promise<void> {
  const chat = new ChatScreen(page);
  await chat.modelIsReady();
  await chat.ask(longQuestion);
  await expect(new AnswerNumbers(page).button(chat.answers.first())).toBeVisible();
}

test('a chat reopened after a restart computes the new tokens only', async ({ launch, page }) => {
  const first = await launch({ model: tinyModel });
  await page.goto(first.url);
  const [chat, numbers] = [new ChatScreen(page), new AnswerNumbers(page)];
  await askLongQuestion(page);
  const cold = await numbers.read(chat.answers.last());
  expect(cold.readTokens).toBeGreaterThan(300);
  await page.waitForTimeout(settledMs);
  expect(await first.close()).toBe(0);

  const second = await launch();
  await page.goto(second.url);
  await chat.modelIsReady();
  await new Sidebar(page).chat(title).click();
  await expect(chat.answers).toHaveCount(1);
  await chat.askAndWait('Hello', /./);
  const warm = await numbers.read(chat.answers.last());
  expect(warm.readTokens).toBeGreaterThan(cold.readTokens);
  expect(warm.computedTokens).toBeLessThan(newTokens);
  expect(warm.reusedTokens + warm.restoredTokens + warm.computedTokens).toBe(warm.readTokens);
});

test('a second question in the same chat computes its own tokens only', async ({ app, page }) => {
  expect(app.hasEnded).toBe(false);
  const [chat, numbers] = [new ChatScreen(page), new AnswerNumbers(page)];
  await askLongQuestion(page);
  await chat.askAndWait('Hello', /./);
  const { computedTokens } = await numbers.read(chat.answers.last());
  expect(computedTokens).toBeLessThan(newTokens);
});

test('a stopped answer tells what it cost, and the next question computes its own tokens only', async ({
  app,
  page,
}) => {
  const [chat, numbers] = [new ChatScreen(page), new AnswerNumbers(page)];
  await chat.modelIsReady();
  const engine = slowEngine(app, 0.3);
  await chat.ask('Count to 300.');
  await expect(chat.answers.last()).toContainText('1 2 3 4 5');
  await chat.stop.click();
  engine.free();
  await expect(chat.answers.last()).toContainText('You stopped this answer.');
  const stopped = await numbers.read(chat.answers.last());
  expect(stopped.readTokens).toBeGreaterThan(0);
  await chat.askAndWait('Hello', /./);
  const { computedTokens } = await numbers.read(chat.answers.last());
  expect(computedTokens).toBeLessThan(newTokens);
});

test('what is typed is read before it is sent', async ({ app, page }) => {
  expect(app.hasEnded).toBe(false);
  const [chat, numbers] = [new ChatScreen(page), new AnswerNumbers(page)];
  await chat.modelIsReady();
  await chat.composer.fill(longQuestion);
  await page.waitForTimeout(settledMs);
  await chat.composer.press('Enter');
  await expect(numbers.button(chat.answers.first())).toBeVisible();
  const cost = await numbers.read(chat.answers.last());
  expect(cost.readTokens).toBeGreaterThan(300);
  expect(cost.reusedTokens + cost.restoredTokens).toBeGreaterThan(cost.readTokens * 0.9);
});

test('long instructions of a new chat are read before its first letter is typed', async ({
  app,
  page,
}) => {
  expect(app.hasEnded).toBe(false);
  const [chat, numbers, menu] = [new ChatScreen(page), new AnswerNumbers(page), new ChatMenu(page)];
  await chat.modelIsReady();
  await menu.instruct('Here are a few plain words to keep to. '.repeat(30));
  await page.waitForTimeout(settledMs);
  await chat.askAndWait('Hello', /./);
  const { readTokens, computedTokens } = await numbers.read(chat.answers.last());
  expect(readTokens).toBeGreaterThan(300);
  expect(computedTokens).toBeLessThan(newTokens);
});

test('a chat in the trash leaves nothing in the cache; restored, it is read again', async ({
  app,
  dataFolder,
  page,
}) => {
  expect(app.hasEnded).toBe(false);
  const [chat, numbers, sidebar] = [
    new ChatScreen(page),
    new AnswerNumbers(page),
    new Sidebar(page),
  ];
  await askLongQuestion(page);
  await expect.poll(() => cacheBytes(dataFolder), { timeout: 15_000 }).toBeGreaterThan(100_000);
  const fullBytes = cacheBytes(dataFolder);
  await sidebar.choose(title, 'Delete');
  await expect.poll(() => cacheBytes(dataFolder)).toBeLessThan(fullBytes / 10);
  await page.getByRole('button', { name: 'Undo' }).click();
  await sidebar.chat(title).click();
  await chat.askAndWait('Hello', /./);
  const again = await numbers.read(chat.answers.last());
  expect(again.restoredTokens).toBe(0);
});

test('a chat keeps to the instructions that it was given before its first message', async ({
  app,
  page,
}) => {
  expect(app.hasEnded).toBe(false);
  const [chat, menu, sidebar] = [new ChatScreen(page), new ChatMenu(page), new Sidebar(page)];
  await chat.modelIsReady();
  await menu.instruct('You are Luna, a friendly guide.');
  await chat.askAndWait('Who are you?', 'I am Luna.');
  await page.reload();
  await sidebar.chat('Who are you').click();
  await menu.openInstructions();
  await expect(menu.instructions).toHaveValue('You are Luna, a friendly guide.');
  await page.keyboard.press('Escape');
  await expect(menu.dialog).toBeHidden();
  await expect(menu.button).toBeFocused();
  await sidebar.newChat.click();
  await menu.openInstructions();
  await expect(menu.instructions).toHaveValue('');
});

test('the stored reading state is shown in the settings, cleared, and turned off', async ({
  app,
  dataFolder,
  page,
}) => {
  expect(app.hasEnded).toBe(false);
  const [chat, settings, sidebar] = [
    new ChatScreen(page),
    new SettingsRoom(page),
    new Sidebar(page),
  ];
  await askLongQuestion(page);
  await expect.poll(() => cacheBytes(dataFolder), { timeout: 15_000 }).toBeGreaterThan(100_000);
  await sidebar.settings.click();
  await expect(settings.readingState).toContainText(/[KM]B/);
  await settings.clearReadingState.click();
  await expect(settings.clearReadingState).toBeDisabled();
  await expect.poll(() => cacheBytes(dataFolder)).toBe(0);
  await settings.choice('Off').check();
  await settings.close.click();
  await chat.modelIsReady();
  await sidebar.newChat.click();
  await chat.askAndWait('Hello', 'How can I help');
  await page.waitForTimeout(settledMs);
  expect(cacheBytes(dataFolder)).toBe(0);
});

test('popover, menu and dialog are found by keyboard, and by axe without fault', async ({
  app,
  page,
}) => {
  expect(app.hasEnded).toBe(false);
  const [chat, numbers, menu] = [new ChatScreen(page), new AnswerNumbers(page), new ChatMenu(page)];
  await chat.modelIsReady();
  await chat.askAndWait('Hello', 'How can I help');
  const button = numbers.button(chat.answers.last());
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(numbers.panel).toBeVisible();
  await expect(numbers.panel).toContainText('Parley Tiny');
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(button).toBeFocused();
  await menu.button.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem').first()).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(menu.instructions).toBeFocused();
  expect(await axeFindings(page)).toEqual([]);
});
