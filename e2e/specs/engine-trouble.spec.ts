import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ChatScreen } from '../screens/chat-screen.ts';
import { Sidebar } from '../screens/sidebar.ts';
import { tinyModel, waitFor } from '../support/running-app.ts';
import { slowEngine } from '../support/slow-engine.ts';
import { expect, test } from '../support/test.ts';

const quickWatchdog = fileURLToPath(new URL('../support/quick-watchdog.ts', import.meta.url));

test('an engine that stands still is noticed: the window lives, the text is kept, the next message works', async ({
  launch,
  page,
}) => {
  const app = await launch({
    model: tinyModel,
    env: { NODE_OPTIONS: `--import=${quickWatchdog}` },
  });
  await page.goto(app.url);
  const chat = new ChatScreen(page);
  await chat.modelIsReady();
  const [pid] = app.enginePids();
  const engine = slowEngine(app, 0.1);
  await chat.ask('Count to 300.');
  await expect(chat.answers.last()).toContainText('1 2');
  engine.hold();
  await expect(chat.stop).toBeHidden({ timeout: 20_000 });
  await expect(chat.answers.last()).toContainText('1 2');
  await expect(chat.answers.last()).toContainText('The model has gone silent');
  await new Sidebar(page).newChat.click();
  await chat.askAndWait('Count to 5.', '1 2 3 4 5.');
  expect(app.enginePids()).not.toContain(pid);
});

const hasLimits = spawnSync('prlimit', ['--version']).status === 0;

test('an engine that gets no more memory: the window lives, the text is kept, the next message works', async ({
  app,
  page,
}) => {
  test.skip(!hasLimits, 'there is no prlimit here');
  const chat = new ChatScreen(page);
  await chat.modelIsReady();
  const [pid] = app.enginePids();
  const engine = slowEngine(app, 0.1);
  await chat.ask('Count to 300.');
  await expect(chat.answers.last()).toContainText('1 2');
  spawnSync('prlimit', ['--pid', String(pid), '--data=1000000']);
  engine.free();
  await expect(chat.stop).toBeHidden({ timeout: 30_000 });
  await expect(chat.answers.last()).toContainText('1 2');
  await expect(chat.answers.last()).toContainText('The model stopped');
  expect(app.enginePids()).not.toContain(pid);
  await new Sidebar(page).newChat.click();
  await chat.askAndWait('Count to 5.', '1 2 3 4 5.');
  await waitFor(() => app.enginePids().length === 1, 'one engine');
});
