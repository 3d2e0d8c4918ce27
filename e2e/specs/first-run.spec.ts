import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ChatScreen } from '../screens/chat-screen.ts';
import { ModelScreen } from '../screens/model-screen.ts';
import { Sidebar } from '../screens/sidebar.ts';
import { tinyModel, tinyProjector } from '../support/running-app.ts';
import { expect, test } from '../support/test.ts';

/** A home folder with a stick's worth of files in it; where the picker begins. */
function homeWith(dataFolder: string, files: Record<string, Buffer>): { HOME: string } {
  const home = path.join(dataFolder, 'home of a person');
  mkdirSync(home, { recursive: true });
  for (const [name, content] of Object.entries(files))
    writeFileSync(path.join(home, name), content);
  return { HOME: home };
}

const whole = readFileSync(tinyModel);

test('opens at once, promises, and offers models that fit', async ({ launch, page }) => {
  const app = await launch();
  await page.goto(app.url);
  const models = new ModelScreen(page);
  await expect(models.promise).toBeVisible();
  await expect(page.getByText(/^Best for this .* laptop$/)).toBeVisible();
  await expect(page.getByText('Try in a minute')).toBeVisible();
  await expect(page.getByText(/but is often wrong/)).toBeVisible();
  await expect(page.getByRole('button', { name: /Get it/ })).toHaveCount(2);
  expect(app.enginePids().length).toBeLessThanOrEqual(1);
});

test('a model chosen in the path picker is used where it lies, and sees with its projector', async ({
  launch,
  page,
  dataFolder,
}) => {
  const env = homeWith(dataFolder, { 'tiny.gguf': whole });
  copyFileSync(tinyProjector, path.join(env.HOME, 'tiny-mmproj.gguf'));
  const app = await launch({ env });
  await page.goto(app.url);
  const models = new ModelScreen(page);
  await models.chooseFile.click();
  await expect(models.picker).toContainText('home of a person');
  await models.pick('tiny.gguf');
  await models.isReady();
  await expect(models.menu).toContainText('can see images');
  await new ChatScreen(page).askAndWait('Hello', 'Hello! How can I help you?');
  expect(
    readdirSync(path.join(dataFolder, 'models')).filter((name) => name.endsWith('.gguf')),
  ).toEqual([]);
});

test('a broken file is refused with its reason, and a sound one works after it', async ({
  launch,
  page,
  dataFolder,
}) => {
  const flipped = Buffer.from(whole);
  flipped.writeUInt32LE(99, 4);
  const env = homeWith(dataFolder, {
    'cut.gguf': whole.subarray(0, 1_000_000),
    'future.gguf': flipped,
    'letter.gguf': Buffer.from('Dear friend,'),
    'sound.gguf': whole,
  });
  const app = await launch({ env });
  await page.goto(app.url);
  const models = new ModelScreen(page);
  await models.chooseFile.click();
  for (const name of ['cut.gguf', 'future.gguf', 'letter.gguf']) {
    await models.pick(name);
    const refusal = models.picker.getByRole('alert');
    await expect(refusal).toBeVisible();
    expect(((await refusal.textContent()) ?? '').length).toBeGreaterThan(40);
    await expect(models.picker).toBeVisible();
  }
  await models.pick('sound.gguf');
  await models.isReady();
  await new ChatScreen(page).askAndWait('Hello', 'Hello! How can I help you?');
});

test('a file dropped on the window is copied into the models folder', async ({
  launch,
  page,
  dataFolder,
}) => {
  const app = await launch();
  await page.goto(app.url);
  const models = new ModelScreen(page);
  await expect(models.promise).toBeVisible();
  await models.drop('dropped model.gguf', whole);
  await models.isReady();
  await new ChatScreen(page).askAndWait('Hello', 'Hello! How can I help you?');
  const [name] = readdirSync(path.join(dataFolder, 'models')).filter((each) =>
    each.endsWith('.gguf'),
  );
  expect(readFileSync(path.join(dataFolder, 'models', name ?? '')).equals(whole)).toBe(true);
});

test('a model that is gone at the next start is said, and the chats are readable', async ({
  launch,
  page,
  dataFolder,
}) => {
  const env = homeWith(dataFolder, { 'tiny.gguf': whole });
  const model = path.join(env.HOME, 'tiny.gguf');
  const first = await launch({ model });
  await page.goto(first.url);
  const chat = new ChatScreen(page);
  await chat.askAndWait('Hello', 'Hello! How can I help you?');
  await first.close();
  rmSync(model);

  const second = await launch();
  await page.goto(second.url);
  await new Sidebar(page).chat('Hello').click();
  await expect(chat.answers).toContainText('Hello! How can I help you?');
  await chat.ask('Count to 5.');
  await expect(chat.answers.last()).toContainText('is not where it was');
});
