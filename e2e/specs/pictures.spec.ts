import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { ChatScreen } from '../screens/chat-screen.ts';
import { FilesScreen } from '../screens/files-screen.ts';
import { ModelScreen } from '../screens/model-screen.ts';
import { Sidebar } from '../screens/sidebar.ts';
import { tinyModel, tinyProjector } from '../support/running-app.ts';
import { complaints, expect, test } from '../support/test.ts';

const folder = path.join(import.meta.dirname, '../fixtures/pictures');
const picture = (name: string): Buffer => readFileSync(path.join(folder, name));

test('a dropped picture is asked about, in every format and several sizes', async ({
  launch,
  page,
}) => {
  test.setTimeout(240_000);
  const heard = complaints(page);
  const app = await launch({ model: tinyModel, projector: tinyProjector });
  await page.goto(app.url);
  const chat = new ChatScreen(page);
  const files = new FilesScreen(page);
  await chat.modelIsReady();
  const cases = [
    {
      name: 'red-circle.png',
      bytes: picture('red-circle.png'),
      question: 'What is in this image?',
      answer: 'I see a red circle.',
    },
    {
      name: 'purple-circle.jpg',
      bytes: picture('purple-circle.jpg'),
      question: 'What is in this image?',
      answer: 'I see a purple circle.',
    },
    {
      name: 'square.webp',
      bytes: await sharp(picture('blue-square.png'))
        .resize(512, 512)
        .webp({ lossless: true })
        .toBuffer(),
      question: 'What color is the square?',
      answer: 'The square is blue.',
    },
    {
      name: 'triangle.avif',
      bytes: await sharp(picture('green-triangle.png'))
        .resize(300, 300)
        .avif({ quality: 90 })
        .toBuffer(),
      question: 'What is in this image?',
      answer: 'I see a green triangle.',
    },
    {
      name: 'cross.gif',
      bytes: await sharp(picture('yellow-cross.png')).gif().toBuffer(),
      question: 'What is in this image?',
      answer: 'I see a yellow cross.',
    },
    {
      name: 'shapes.png',
      bytes: picture('three-shapes.png'),
      question: 'How many shapes are there?',
      answer: 'There are three shapes.',
    },
  ];
  for (const { name, bytes, question, answer } of cases) {
    await new Sidebar(page).newChat.click();
    await files.drop({ name, content: bytes });
    await chat.askAndWait(question, answer);
    await expect(
      chat.questions.last().getByRole('button', { name: `Look at ${name}` }),
    ).toBeVisible();
  }
  expect(heard).toEqual([]);
});

test('two pictures go with one message, in their order, and can be looked at', async ({
  launch,
  page,
}) => {
  const app = await launch({ model: tinyModel, projector: tinyProjector });
  await page.goto(app.url);
  const chat = new ChatScreen(page);
  const files = new FilesScreen(page);
  await chat.modelIsReady();
  await files.drop(
    { name: 'first.png', content: picture('red-circle.png') },
    { name: 'second.png', content: picture('blue-square.png') },
  );
  // The tiny model knows one picture a chat: of two it talks on, as long as the context lasts.
  await chat.ask('What is in these images?');
  const thumbs = chat.questions.last().getByRole('button', { name: /^Look at/ });
  await expect(thumbs).toHaveCount(2);
  await expect(thumbs.first()).toHaveAccessibleName('Look at first.png');
  await thumbs.last().click();
  const dialog = page.getByRole('dialog', { name: 'second.png' });
  const shown = dialog.getByRole('img', { name: 'second.png' });
  await expect(shown).toBeVisible();
  const before = (await shown.boundingBox())?.width ?? 0;
  await page.keyboard.press('+');
  await expect.poll(async () => (await shown.boundingBox())?.width ?? 0).toBeGreaterThan(before);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(thumbs.last()).toBeFocused();
});

test('a model without eyes says so before anything is sent', async ({
  dataFolder,
  launch,
  page,
}) => {
  // Away from its projector, with which it would be paired.
  const blind = path.join(dataFolder, 'blind.gguf');
  copyFileSync(tinyModel, blind);
  const app = await launch({ model: blind });
  await page.goto(app.url);
  const chat = new ChatScreen(page);
  const files = new FilesScreen(page);
  await chat.modelIsReady();
  await files.drop({ name: 'red-circle.png', content: picture('red-circle.png') });
  await expect(page.getByText(/cannot see pictures\.$/)).toBeVisible();
  await page.getByRole('button', { name: 'Get a model that sees' }).click();
  await expect(new ModelScreen(page).heading).toBeVisible();
  await expect(chat.questions).toHaveCount(0);
});
