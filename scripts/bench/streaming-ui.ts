// How smoothly the window shows a long answer: 60,000 characters of Markdown at a hundred pieces a second, in
// headless Chromium over the fake app. Run: node scripts/bench/streaming-ui.ts
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type CDPSession, chromium } from '@playwright/test';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build, preview } from 'vite';

interface Figures {
  frameMs: number[];
  longTaskMs: number[];
  layoutShift: number;
}

const renderer = join(import.meta.dirname, '../../renderer');
const systemChromium = '/usr/bin/chromium';
const offlineFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Runs in the page, before anything else does. */
function measure(): void {
  const figures: Figures = { frameMs: [], longTaskMs: [], layoutShift: 0 };
  Object.assign(window, { figures });
  let lastMs = performance.now();
  const onFrame = (nowMs: number): void => {
    figures.frameMs.push(nowMs - lastMs);
    lastMs = nowMs;
    requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);
  new PerformanceObserver((list) => {
    figures.longTaskMs.push(...list.getEntries().map(({ duration }) => duration));
  }).observe({ type: 'longtask' });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      figures.layoutShift += (entry as PerformanceEntry & { value: number }).value;
    }
  }).observe({ type: 'layout-shift' });
}

/** Where the time of the page's main thread went so far, in milliseconds. */
async function spentMs(session: CDPSession): Promise<Record<string, number>> {
  const { metrics } = await session.send('Performance.getMetrics');
  const wanted = ['TaskDuration', 'ScriptDuration', 'RecalcStyleDuration', 'LayoutDuration'];
  const found = metrics.filter(({ name }) => wanted.includes(name));
  return Object.fromEntries(found.map(({ name, value }) => [name, Math.round(value * 1000)]));
}

async function run(browser: Browser, url: string): Promise<Figures> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await page.addInitScript(measure);
  await page.goto(`${url}dev.html?scene=bench&open=c1&lang=en&theme=light`);
  await page.locator('article[aria-busy="true"]').waitFor();
  await page.evaluate(() => {
    const { figures } = window as unknown as { figures: Figures };
    Object.assign(figures, { frameMs: [], longTaskMs: [], layoutShift: 0 });
  });
  // Asked for seldom: looking costs the page time that would be counted.
  await page.waitForFunction(() => !document.querySelector('article[aria-busy="true"]'), null, {
    polling: 500,
    timeout: 300_000,
  });
  console.log('main thread, ms', await spentMs(session));
  return await page.evaluate(() => (window as unknown as { figures: Figures }).figures);
}

const outDir = await mkdtemp(join(tmpdir(), 'parley-bench-'));
try {
  const shared = { root: renderer, configFile: false, logLevel: 'warn' } as const;
  await build({
    ...shared,
    base: './',
    plugins: [svelte()],
    build: { outDir, emptyOutDir: true, rolldownOptions: { input: join(renderer, 'dev.html') } },
  });
  const server = await preview({ ...shared, build: { outDir }, preview: { port: 0 } });
  const browser = await chromium.launch({
    ...(existsSync(systemChromium) ? { executablePath: systemChromium } : {}),
    args: offlineFlags,
  });
  try {
    const figures = await run(browser, server.resolvedUrls?.local[0] ?? '');
    const frames = figures.frameMs.toSorted((left, right) => left - right);
    const longMs = figures.longTaskMs.reduce((sum, value) => sum + value, 0);
    console.log(`frames        ${frames.length}`);
    console.log(`frame p50     ${percentile(frames, 0.5).toFixed(1)} ms`);
    console.log(`frame p95     ${percentile(frames, 0.95).toFixed(1)} ms`);
    console.log(`frame p99     ${percentile(frames, 0.99).toFixed(1)} ms`);
    console.log(`long tasks    ${figures.longTaskMs.length}, ${longMs.toFixed(0)} ms together`);
    console.log(`longest task  ${Math.max(0, ...figures.longTaskMs).toFixed(0)} ms`);
    console.log(`layout shift  ${figures.layoutShift.toFixed(4)}`);
  } finally {
    await browser.close();
    await server.close();
  }
} finally {
  await rm(outDir, { recursive: true, force: true });
}
