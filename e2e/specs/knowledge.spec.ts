import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ChatScreen } from '../screens/chat-screen.ts';
import { FilesScreen } from '../screens/files-screen.ts';
import { KnowledgeRoom } from '../screens/knowledge-room.ts';
import { Sidebar } from '../screens/sidebar.ts';
import { dropFiles } from '../support/drop-files.ts';
import { tinyModel } from '../support/running-app.ts';
import { complaints, expect, test } from '../support/test.ts';

const budget = 'The budget of Project Falcon is 48210.';
const notes = { name: 'notes.txt', content: Buffer.from(`${budget}\n`) };

test('a collection is filled, tried, asked in a chat, removed and brought back', async ({
  app: _app,
  page,
}) => {
  test.setTimeout(120_000);
  const heard = complaints(page);
  const chat = new ChatScreen(page);
  const room = new KnowledgeRoom(page);
  const files = new FilesScreen(page);
  await chat.modelIsReady();
  await room.open();
  await room.create('Falcon');
  await dropFiles(page, [
    notes,
    { name: 'sea.md', content: Buffer.from('# The sea\n\nThe sea was calm all day.\n') },
  ]);
  await room.isRead('notes.txt');
  await room.isRead('sea.md');
  const hits = await room.recall('What is the budget of Project Falcon?');
  await expect(hits.first()).toContainText(budget);
  await expect(hits.first()).toContainText(/words: place 1, score \d/);
  await hits.first().getByRole('button').click();
  await expect(files.mark).toContainText(budget);
  await page.keyboard.press('Escape');

  await new Sidebar(page).newChat.click();
  await files.add.click();
  await page.getByRole('menuitemcheckbox', { name: 'Falcon' }).click();
  await expect(page.getByText('Asks “Falcon”')).toBeVisible();
  await chat.askAndWait('What is the budget of Project Falcon?', budget.slice(0, -1));
  await expect(chat.questions.last().getByText('What the model read')).toBeVisible();
  await expect(page.getByText('Asks “Falcon”')).toBeVisible();

  await room.open();
  await room.collections.getByRole('button', { name: 'Actions for “Falcon”' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await expect(room.collections).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(room.collections).toContainText('Falcon');
  await expect(room.collections).toContainText('2 files');
  expect(heard).toEqual([]);
});

test('a watched folder is followed: what comes, changes, moves and goes', async ({
  dataFolder,
  launch,
  page,
}) => {
  test.setTimeout(120_000);
  const home = path.join(dataFolder, 'home of a person');
  const papers = path.join(home, 'Papers');
  mkdirSync(papers, { recursive: true });
  writeFileSync(path.join(papers, 'notes.txt'), notes.content);
  const app = await launch({ model: tinyModel, env: { HOME: home } });
  await page.goto(app.url);
  const room = new KnowledgeRoom(page);
  await new ChatScreen(page).modelIsReady();
  await room.open();
  await room.create('Papers of mine');
  await page.getByRole('button', { name: 'Watch a folder…' }).click();
  const picker = page.getByRole('dialog', { name: 'Watch a folder' });
  await picker.getByRole('option', { name: 'Papers, folder' }).click();
  await expect(picker).toContainText(papers);
  await picker.getByRole('button', { name: 'Watch this folder' }).click();
  await expect(page.getByText(papers, { exact: true })).toBeVisible();
  await room.isRead('notes.txt');

  writeFileSync(path.join(papers, 'second.txt'), 'The deadline of Project Falcon is May.');
  await room.isRead('second.txt');
  renameSync(path.join(papers, 'second.txt'), path.join(papers, 'third.txt'));
  await room.isRead('third.txt');
  await expect(room.file('second.txt')).toHaveCount(0);
  rmSync(path.join(papers, 'third.txt'));
  await expect(room.file('third.txt')).toHaveCount(0, { timeout: 30_000 });
  await expect(room.file('notes.txt')).toBeVisible();
});

test('where nothing bears on a question, that is said whatever the model writes', async ({
  app: _app,
  page,
}) => {
  const chat = new ChatScreen(page);
  const room = new KnowledgeRoom(page);
  await chat.modelIsReady();
  await room.open();
  await room.create('Falcon');
  await dropFiles(page, [notes]);
  await room.isRead('notes.txt');
  await new Sidebar(page).newChat.click();
  await new FilesScreen(page).add.click();
  await page.getByRole('menuitemcheckbox', { name: 'Falcon' }).click();
  await chat.askAndWait('How do penguins sleep in winter?', /Not in your documents:/);
});
