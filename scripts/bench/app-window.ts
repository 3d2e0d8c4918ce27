/** The real app in a real browser, with a probe in the page that sees text when it is painted. */
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import Database from 'better-sqlite3';
import { ChatScreen } from '../../e2e/screens/chat-screen.ts';
import { RunningApp } from '../../e2e/support/running-app.ts';
import type { PromptMessage } from '../../native/addon/index.d.ts';
import { findBrowser } from '../setup/tools.mjs';

const flags = ['--disable-background-networking', '--disable-gpu', '--no-first-run'];
const patienceMs = 180_000;

/** When a frame showed more of an answer, by the page's clock in ms. */
interface Paint {
  atMs: number;
  characters: number;
}

/** Runs in the page before anything else: notes each frame that follows a longer answer. */
function watchPaint(): void {
  const probe = { paints: [] as Paint[], sentMs: 0 };
  Object.assign(window, { probe });
  let isAsked = false;
  const look = (): void => {
    isAsked = false;
    const texts = document.querySelectorAll('article[aria-busy="true"] .text');
    const characters = texts[texts.length - 1]?.textContent?.length ?? 0;
    const atMs = performance.now();
    if (characters > (probe.paints.at(-1)?.characters ?? 0))
      probe.paints.push({ atMs, characters });
  };
  const ask = (): void => {
    if (isAsked) return;
    isAsked = true;
    // The task after the frame's own: what was changed before it is on the screen by then.
    requestAnimationFrame(() => setTimeout(look, 0));
  };
  const begin = (): void => {
    new MutationObserver(ask).observe(document.documentElement, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  };
  addEventListener(
    'keydown',
    (event) => {
      if (event.key === 'Enter') Object.assign(probe, { paints: [], sentMs: performance.now() });
    },
    true,
  );
  if (document.documentElement) begin();
  else addEventListener('DOMContentLoaded', begin);
}

interface Probed {
  probe: { paints: Paint[]; sentMs: number };
}

/** One app with one window on it. */
export class AppWindow {
  readonly app: RunningApp;
  readonly page: Page;
  readonly chat: ChatScreen;
  readonly #browser: Browser;
  readonly #folder: string;

  private constructor(app: RunningApp, page: Page, browser: Browser, folder: string) {
    this.app = app;
    this.page = page;
    this.chat = new ChatScreen(page);
    this.#browser = browser;
    this.#folder = folder;
  }

  /** Starts the app on a data folder, with a model unless null, and opens a window on it. */
  static async open(
    dataFolder: string,
    { model, threads }: { model: string | null; threads: number },
  ): Promise<AppWindow> {
    const app = await RunningApp.launch({
      dataFolder,
      ...(model === null ? {} : { model }),
      env: { PARLEY_ENGINE_THREADS: String(threads) },
    });
    const executablePath = findBrowser();
    const browser = await chromium.launch({
      ...(executablePath ? { executablePath } : {}),
      args: process.getuid?.() === 0 ? [...flags, '--no-sandbox'] : flags,
    });
    const page = await browser.newPage({ locale: 'en-GB' });
    await page.addInitScript(watchPaint);
    await page.goto(app.url);
    const opened = new AppWindow(app, page, browser, dataFolder);
    if (model !== null) {
      const ready = page.getByRole('button', { name: /ready/ });
      await ready.waitFor({ timeout: patienceMs });
    }
    return opened;
  }

  /** Sends a message and stops the answer `enoughMs` after its first painted text, if it has not ended by then. */
  async ask(text: string, enoughMs: number): Promise<{ firstMs: number; paintedMs: number }> {
    await this.chat.composer.fill(text);
    await this.chat.composer.press('Enter');
    const hasText = (): boolean => (window as unknown as Probed).probe.paints.length > 0;
    // Looked for seldom: looking takes time from what is measured.
    await this.page.waitForFunction(hasText, null, { polling: 500, timeout: patienceMs });
    await this.page.waitForTimeout(enoughMs);
    // It may end by itself in this very moment.
    await this.chat.stop.click({ timeout: 1000 }).catch(() => undefined);
    await this.chat.stop.waitFor({ state: 'hidden', timeout: patienceMs });
    const { paints, sentMs } = await this.page.evaluate(() => (window as unknown as Probed).probe);
    const first = paints[0]?.atMs ?? Number.NaN;
    return { firstMs: first - sentMs, paintedMs: (paints.at(-1)?.atMs ?? Number.NaN) - first };
  }

  /** All messages as the app keeps them, in order. */
  messages(): PromptMessage[] {
    const database = new Database(join(this.#folder, 'parley.sqlite'), { readonly: true });
    try {
      const rows = database
        .prepare('SELECT role, parts FROM messages ORDER BY created_at_ms, sequence')
        .all() as { role: 'user' | 'assistant'; parts: string }[];
      return rows.map(({ role, parts }) => {
        const texts = JSON.parse(parts) as { type: string; text?: string }[];
        return { role, text: texts.map(({ text = '' }) => text).join('') };
      });
    } finally {
      database.close();
    }
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.app.close();
  }
}
