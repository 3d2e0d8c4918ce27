import { ChatScreen } from '../screens/chat-screen.ts';
import { Sidebar } from '../screens/sidebar.ts';
import { tinyModel, waitFor } from '../support/running-app.ts';
import { slowEngine } from '../support/slow-engine.ts';
import { expect, test } from '../support/test.ts';

test('a restart keeps everything: chats, branches, draft, model and settings', async ({
  launch,
  page,
}) => {
  const first = await launch({ model: tinyModel });
  await page.goto(first.url);
  const chat = new ChatScreen(page);
  const sidebar = new Sidebar(page);
  await chat.askAndWait('Count to 5.', '1 2 3 4 5.');
  await chat.action(chat.answers.last(), 'Write another answer').click();
  await expect(chat.answers.last()).toContainText('2/2');
  await expect(chat.stop).toBeHidden();
  await chat.composer.fill('half a thought');
  await sidebar.newChat.click();
  await chat.composer.fill('a thought for a new chat');
  await chat.composer.blur();
  expect(await first.close()).toBe(0);

  const second = await launch();
  await page.goto(second.url);
  await expect(chat.composer).toHaveValue('a thought for a new chat');
  await sidebar.chat('Count to 5.').click();
  await expect(chat.answers.last()).toContainText('2/2');
  await expect(chat.composer).toHaveValue('half a thought');
  await sidebar.newChat.click();
  await chat.askAndWait('Hello', 'How can I help');
});

test('main killed while it answers: the message is there, the text too, marked interrupted', async ({
  launch,
  page,
}) => {
  const first = await launch({ model: tinyModel });
  await page.goto(first.url);
  const chat = new ChatScreen(page);
  await chat.modelIsReady();
  const engine = slowEngine(first, 0.1);
  await chat.ask('Count to 300.');
  await expect(chat.answers.last()).toContainText('1 2 3');
  // The disk may be a quarter of a second behind the screen.
  await page.waitForTimeout(300);
  engine.hold();
  await first.crash();
  engine.free();
  await expect(page.getByRole('alertdialog')).toContainText('Parley has stopped');

  const second = await launch();
  await page.goto(second.url);
  await expect(chat.composer).toHaveValue('');
  await new Sidebar(page).chat('Count to 300.').click();
  await expect(chat.questions.last()).toContainText('Count to 300.');
  await expect(chat.answers.last()).toContainText('1 2');
  await expect(chat.answers.last()).toContainText('The model stopped before the end');
});

test('the engine killed while it answers: the window stays, the next message works', async ({
  app,
  page,
}) => {
  const chat = new ChatScreen(page);
  await chat.modelIsReady();
  const engine = slowEngine(app, 0.3);
  await chat.ask('Count to 300.');
  await expect(chat.answers.last()).toContainText('1 2');
  const [pid] = app.enginePids();
  engine.free();
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  await expect(chat.answers.last()).toContainText('The model stopped');
  await expect(chat.answers.last()).toContainText('1 2');
  await new Sidebar(page).newChat.click();
  await chat.askAndWait('Count to 5.', '1 2 3 4 5.');
  await waitFor(() => app.enginePids().length === 1, 'one engine');
});

test('two windows show one answer as it is written, and a reload joins it', async ({
  app,
  page,
  context,
}) => {
  const chat = new ChatScreen(page);
  await chat.modelIsReady();
  const engine = slowEngine(app, 0.1);
  // The tiny model has never counted that far, so it goes on for long.
  await chat.ask('Count to 300.');
  await expect(chat.answers.last()).toContainText('1 2');
  engine.hold();
  const second = await context.newPage();
  await second.goto(new URL('/', app.url).href);
  const other = new ChatScreen(second);
  await new Sidebar(second).chat('Count to 300.').click();
  await expect(other.answers.last()).toContainText('1 2');
  await expect(other.stop).toBeVisible();
  await page.reload();
  await new Sidebar(page).chat('Count to 300.').click();
  await expect(chat.answers.last()).toContainText('1 2');
  await expect(chat.stop).toBeVisible();
  engine.free();
  const shown: string[] = [];
  for (const room of [chat, other]) {
    await expect(room.stop).toBeHidden({ timeout: 30_000 });
    shown.push((await room.answers.last().textContent()) ?? '');
  }
  expect(shown[0]).toBe(shown[1]);
  expect(shown[0]?.trim()).toMatch(/^1 2 3 4 5 6 7 8 9 10 /);
});

test('a second start asks the first for a window and ends with 0', async ({
  app,
  dataFolder,
  launch,
  page,
}) => {
  const chat = new ChatScreen(page);
  await chat.askAndWait('Hello', 'How can I help');
  const second = await launch({ dataFolder });
  await waitFor(() => second.process.exitCode !== null, 'the end of the second');
  expect(second.process.exitCode).toBe(0);
  expect(app.process.exitCode).toBeNull();
  expect(new URL(second.url).origin).toBe(new URL(app.url).origin);
});
