import type { Page } from '@playwright/test';
import { ChatScreen } from '../screens/chat-screen.ts';
import { Sidebar } from '../screens/sidebar.ts';
import { type RunningApp, tinyModel } from '../support/running-app.ts';
import { slowEngine } from '../support/slow-engine.ts';
import { expect, test } from '../support/test.ts';

const trials = 25;
/** How far the disk may be behind the screen. */
const behindMs = 250;

interface Sample {
  atMs: number;
  text: string;
}

/** What the last answer showed, sampled in the page itself until the page loses its app. */
function watchAnswer(page: Page): Promise<void> {
  return page.evaluate(() => {
    const samples: Sample[] = [];
    Object.assign(window, { samples });
    setInterval(() => {
      const answer = [...document.querySelectorAll('article')].at(-1);
      const text = answer?.querySelector('p')?.textContent ?? '';
      // Not the lines that say what it waits for: the answer counts from one.
      if (text.startsWith('1')) samples.push({ atMs: Date.now(), text });
    }, 10);
  });
}

const samplesOf = (page: Page): Promise<Sample[]> =>
  page.evaluate(() => (window as unknown as { samples: Sample[] }).samples);

async function killInTheMiddle(app: RunningApp, page: Page, trial: number): Promise<Sample[]> {
  const chat = new ChatScreen(page);
  await chat.modelIsReady();
  const engine = slowEngine(app, 0.15);
  await watchAnswer(page);
  const question = `Count to ${200 + trial}.`;
  await chat.ask(question);
  // On the screen as sent means on the disk: the window hears of it after the commit.
  await expect(chat.questions.last()).toContainText(question);
  await page.waitForTimeout(Math.random() * 1200);
  const killedAtMs = Date.now();
  engine.hold();
  await app.crash();
  engine.free();
  return (await samplesOf(page)).filter(({ atMs }) => atMs <= killedAtMs - behindMs);
}

for (let trial = 0; trial < trials; trial += 1) {
  test(`kill ${trial + 1} of ${trials}: nothing that was on the screen is lost`, async ({
    launch,
    page,
  }) => {
    const first = await launch({ model: tinyModel });
    await page.goto(first.url);
    const seen = await killInTheMiddle(first, page, trial);

    const second = await launch();
    await page.goto(second.url);
    const chat = new ChatScreen(page);
    await new Sidebar(page).chat(`Count to ${200 + trial}.`).click();
    await expect(chat.questions).toHaveCount(1);
    await expect(chat.answers).toHaveCount(1);
    const kept = (await chat.answers.locator('p').first().textContent()) ?? '';
    expect(kept.startsWith(seen.at(-1)?.text.trimEnd() ?? '')).toBe(true);
    await new Sidebar(page).newChat.click();
    await chat.askAndWait('Hello', 'Hello! How can I help you?');
  });
}
