/**
 * Prints pages, draws them at 300 dots per inch as the extractor does, recognises them and counts wrong characters.
 * `node scripts/long/recognition.ts [--pages 20] [--seed 1]`; the last line is `N passed, N failed`, a language each.
 */
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { loadPdfReader } from '../../native/extractor/pdf/pdf-reader.ts';
import type { FormatReader, Recogniser } from '../../native/extractor/reader.ts';
import { loadRecogniser } from '../../native/extractor/recognition/recogniser.ts';
import { editDistance } from '../../native/extractor/testing/edit-distance.ts';
import { memoryFile } from '../../native/extractor/testing/memory-file.ts';
import { findBrowser } from '../setup/tools.mjs';
import { type PageLanguage, type PrintedPage, printedPages } from './recognition-pages.ts';

/** The share of characters that may be wrong. */
const limits: Readonly<Record<PageLanguage, number>> = { eng: 0.02, chi_tra: 0.06 };
const { signal } = new AbortController();

interface Score {
  wrong: number;
  chars: number;
  worst: number;
  cpuSeconds: number;
}

/** Without what nobody would call an error: where lines end, and which of two quotation marks it is. */
function comparable(text: string, language: PageLanguage): string {
  const plain = text.replace(/[\u2018\u2019]/g, "'").replace(/[\u201c\u201d]/g, '"');
  return plain.replace(/\s+/g, language === 'eng' ? ' ' : '').trim();
}

async function recognised(
  pdf: FormatReader,
  recogniser: Recogniser,
  page: PrintedPage,
): Promise<string> {
  const options = { page: 1, maxPx: recogniser.maxPx, signal };
  const pixels = await pdf.pixels?.(memoryFile(page.pdf), options);
  if (pixels === undefined) throw new Error('the page was not drawn');
  const { blocks } = await recogniser.recognise(pixels, 1, signal);
  return blocks.map(({ text }) => text).join('\n');
}

async function score(language: PageLanguage, count: number, seed: number): Promise<Score> {
  const executablePath = findBrowser();
  const isRoot = process.getuid?.() === 0;
  const browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: isRoot ? ['--no-sandbox'] : [],
  });
  const pdf = await loadPdfReader();
  const recogniser = await loadRecogniser([language]);
  const total: Score = { wrong: 0, chars: 0, worst: 0, cpuSeconds: 0 };
  try {
    for await (const page of printedPages(browser, { language, count, seed })) {
      const before = process.cpuUsage();
      const read = comparable(await recognised(pdf, recogniser, page), language);
      total.cpuSeconds += process.cpuUsage(before).user / 1e6;
      const wanted = comparable(page.text, language);
      const wrong = editDistance(wanted, read);
      total.wrong += wrong;
      total.chars += wanted.length;
      total.worst = Math.max(total.worst, wrong / wanted.length);
    }
  } finally {
    await browser.close();
  }
  return total;
}

const { values } = parseArgs({
  options: {
    pages: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
});
const pages = Number(values.pages);
let failed = 0;
for (const language of ['eng', 'chi_tra'] as const) {
  const { wrong, chars, worst, cpuSeconds } = await score(language, pages, Number(values.seed));
  const share = wrong / chars;
  const isGood = share <= limits[language];
  if (!isGood) failed += 1;
  process.stdout.write(
    `${isGood ? 'ok' : 'NOT OK'}  ${language}: ${wrong} of ${chars} characters wrong on ${pages} pages, ` +
      `${(share * 100).toFixed(2)} % (worst page ${(worst * 100).toFixed(2)} %, limit ${limits[language] * 100} %), ` +
      `${(cpuSeconds / pages).toFixed(1)} s of processor a page\n`,
  );
}
process.stdout.write(`${2 - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
