// Takes the pictures in docs/images of the real app with a real model: what is on them was answered by it.
// Run: npm run screenshots -- --model FILE (a model of one to four billion parameters writes well enough)
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from '@playwright/test';
import { ChatScreen } from '../e2e/screens/chat-screen.ts';
import { ModelScreen } from '../e2e/screens/model-screen.ts';
import { RunningApp, temporaryFolder } from '../e2e/support/running-app.ts';
import { findBrowser } from './setup/tools.mjs';

const largestBytes = 300_000;
const answerTimeoutMs = 180_000;
const imagesFolder = join(import.meta.dirname, '../docs/images');
const offlineFlags = ['--disable-background-networking', '--disable-gpu', '--no-first-run'];

interface Look {
  width: number;
  height: number;
  colorScheme: 'light' | 'dark';
  locale: string;
}

const english: Look = { width: 1200, height: 800, colorScheme: 'light', locale: 'en-GB' };
const questions = [
  'How do tides work? Answer in three short sentences.',
  'Write a short Python function that renames photos by date. Only the code and one sentence.',
];

/** A window on the app as a person with this system sees it. */
async function openWindow(browser: Browser, app: RunningApp, look: Look): Promise<Page> {
  const { width, height, colorScheme, locale } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: 2,
    colorScheme,
    locale,
  });
  const page = await context.newPage();
  await page.goto(app.url);
  return page;
}

async function save(page: Page, name: string): Promise<void> {
  const path = join(imagesFolder, `${name}.png`);
  await page.mouse.move(0, 0);
  await page.waitForTimeout(500);
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  const { size } = await stat(path);
  if (size > largestBytes)
    throw new Error(`${path} has ${size} bytes, ${largestBytes} are allowed`);
  console.log(`${name}.png: ${Math.round(size / 1000)} kB`);
}

async function ask(chat: ChatScreen, text: string): Promise<void> {
  const before = await chat.answers.count();
  await chat.ask(text);
  await chat.answers.nth(before).waitFor();
  await chat.stop.waitFor({ state: 'hidden', timeout: answerTimeoutMs });
}

/** The first run, on a folder that holds nothing yet. */
async function takeFirstRun(browser: Browser): Promise<void> {
  const { folder, remove } = temporaryFolder();
  const app = await RunningApp.launch({ dataFolder: folder });
  try {
    const page = await openWindow(browser, app, english);
    await new ModelScreen(page).chooseFile.waitFor();
    await save(page, 'first-run');
  } finally {
    await app.close();
    remove();
  }
}

/** One chat in several looks: each window is opened by a start of its own, for its own launch address. */
async function takeChats(browser: Browser, model: string): Promise<void> {
  const { folder, remove } = temporaryFolder();
  const withApp = async (look: Look, work: (page: Page, chat: ChatScreen) => Promise<void>) => {
    const app = await RunningApp.launch({
      dataFolder: folder,
      model,
      env: { PARLEY_ENGINE_THREADS: '' },
    });
    try {
      const page = await openWindow(browser, app, look);
      const chat = new ChatScreen(page);
      await page.getByRole('button', { name: /ready|就緒/ }).waitFor({ timeout: answerTimeoutMs });
      await work(page, chat);
    } finally {
      await app.close();
    }
  };
  const reopen = (name: string, look: Look) =>
    withApp(look, async (page, chat) => {
      if (look.width < 720) await page.keyboard.press('Control+b');
      await page
        .getByRole('navigation')
        .getByRole('button', { name: /^How do tides/ })
        .click();
      await chat.answers.nth(questions.length - 1).waitFor();
      await save(page, name);
    });
  try {
    await withApp(english, async (page, chat) => {
      for (const question of questions) await ask(chat, question);
      await save(page, 'chat-light');
    });
    await reopen('chat-dark', { ...english, colorScheme: 'dark' });
    await reopen('chat-narrow', { ...english, width: 400, height: 800 });
    await withApp({ ...english, locale: 'zh-TW' }, async (page, chat) => {
      await ask(chat, '請用繁體中文列出煮一鍋白飯的五個步驟。');
      await ask(chat, '用 Python 寫一個函式，把一串數字由小到大排好。');
      await save(page, 'chat-zh-hant');
    });
  } finally {
    remove();
  }
}

const { values } = parseArgs({ options: { model: { type: 'string' } } });
if (values.model === undefined) throw new Error('Which model? npm run screenshots -- --model FILE');
await mkdir(imagesFolder, { recursive: true });
const executablePath = findBrowser();
const browser = await chromium.launch({
  ...(executablePath ? { executablePath } : {}),
  args: process.getuid?.() === 0 ? [...offlineFlags, '--no-sandbox'] : offlineFlags,
});
try {
  await takeFirstRun(browser);
  await takeChats(browser, values.model);
} finally {
  await browser.close();
}
