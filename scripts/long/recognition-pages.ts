import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from '@playwright/test';

/** A page to be recognised: a PDF of one page, and what is printed on it. */
export interface PrintedPage {
  readonly pdf: Buffer;
  readonly text: string;
}

export type PageLanguage = 'eng' | 'chi_tra';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const fonts: Readonly<Record<PageLanguage, readonly string[]>> = {
  eng: ['Liberation Serif', 'Liberation Sans', 'DejaVu Serif', 'DejaVu Sans'],
  chi_tra: ['Noto Serif CJK TC', 'Noto Sans CJK TC'],
};
const sizesPt = [10.5, 11, 12, 13];
const pageChars: Readonly<Record<PageLanguage, number>> = { eng: 1_600, chi_tra: 700 };

/** Prints pages of the project's own prose, the same ones for the same seed, in several fonts and sizes. */
export async function* printedPages(
  browser: Browser,
  options: { language: PageLanguage; count: number; seed: number },
): AsyncGenerator<PrintedPage, void> {
  const { language, count } = options;
  const random = randomFrom(options.seed);
  const sentences = language === 'eng' ? englishProse() : chineseProse();
  const page = await browser.newPage();
  for (let number = 0; number < count; number += 1) {
    const paragraphs = chosen(sentences, pageChars[language], random);
    const font = fonts[language][number % fonts[language].length];
    const size = sizesPt[Math.floor(number / 2) % sizesPt.length];
    const columns = number % 5 === 4 ? 2 : 1;
    await page.setContent(
      `<html lang="${language === 'eng' ? 'en' : 'zh-Hant'}"><style>p { margin: 0 0 0.8em }</style>` +
        `<body style="margin:0;font:${size}pt/1.5 '${font}';column-count:${columns};column-gap:12mm">` +
        `${paragraphs.map((text) => `<p>${escaped(text)}</p>`).join('')}</body></html>`,
    );
    const margin = { top: '20mm', bottom: '20mm', left: '20mm', right: '20mm' };
    const pdf = await page.pdf({ format: 'A4', margin, pageRanges: '1' });
    yield { pdf, text: paragraphs.join('\n') };
  }
  await page.close();
}

/** Paragraphs of the documentation that are nothing but sentences. */
function englishProse(): string[] {
  const files = readdirSync(`${ROOT}docs`).filter((name) => name.endsWith('.md'));
  return files
    .flatMap((name) => readFileSync(`${ROOT}docs/${name}`, 'utf8').split(/\n{2,}/))
    .map((text) => text.replace(/\s+/g, ' ').trim())
    .filter((text) => /^[A-Z][A-Za-z ,.;:()'’-]{120,500}\.$/.test(text));
}

/** The window's own sentences. */
function chineseProse(): string[] {
  const files = readdirSync(`${ROOT}renderer/messages`).filter((name) => !name.includes('test'));
  return files
    .flatMap((name) => [
      ...readFileSync(`${ROOT}renderer/messages/${name}`, 'utf8').matchAll(/'([^'\\\n]{20,})'/g),
    ])
    .map(([, text = '']) => text)
    .filter((text) =>
      /^[\u4e00-\u9fff\uff0c\uff1b\uff1a\uff1f\uff01\u3001A-Za-z]+\u3002/.test(text),
    )
    .filter((text) => !/[{}$<>]/.test(text));
}

function chosen(sentences: readonly string[], chars: number, random: () => number): string[] {
  const picked: string[] = [];
  let count = 0;
  while (count < chars) {
    const text = sentences[Math.floor(random() * sentences.length)];
    if (text === undefined) throw new Error('The project holds no prose to print.');
    picked.push(text);
    count += text.length;
  }
  return picked;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
