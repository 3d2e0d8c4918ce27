import {
  chapter,
  docx,
  epub,
  paragraph,
  pptx,
  run,
  shape,
  sheetRows,
  xlsx,
} from '../../../native/extractor/testing/office-files.ts';
import { textLines, writePdf } from '../../../native/extractor/testing/pdf-writer.ts';
import { MadeText } from './made-text.ts';
import type { MeasuredFormat } from './readers.ts';

const lineChars = 85;
const linesOnPage = 44;
const paragraphsOnPage = 2;
const bulletsOnSlide = 6;
const rowsOnPage = 40;

/**
 * A file of so many pages of made-up text. A page is a printed page's worth: 44 lines of a PDF, two long
 * paragraphs of a document, a book's chapter or a web page, a slide with six points, forty rows of a sheet.
 */
export function madeFile(format: MeasuredFormat, pages: number): Buffer {
  const text = new MadeText(pages);
  const each = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const paragraphs = (): string[] => each(paragraphsOnPage, () => text.paragraph());
  switch (format) {
    case 'pdf':
      return writePdf({
        pages: each(pages, () => ({
          content: textLines(pageLines(text), { x: 50, y: 790, size: 11 }),
        })),
      });
    case 'docx': {
      const body = each(pages, (page) =>
        [`Chapter ${page + 1}`, ...paragraphs()].map((one) => paragraph(run(one))).join(''),
      );
      return docx({ body: body.join('') });
    }
    case 'pptx':
      return pptx({
        slides: each(pages, (page) => ({
          shapes:
            shape([`Slide ${page + 1}`], { placeholder: 'title' }) +
            shape(each(bulletsOnSlide, () => text.sentence())),
        })),
      });
    case 'xlsx': {
      const rows = each(pages * rowsOnPage, (row) => [row, text.sentence(), row * 1.5, 'unit']);
      return xlsx({ sheets: [{ name: 'Sheet', xml: sheetRows(rows) }] });
    }
    case 'epub': {
      const chapters = each(pages, (page) => [
        `c${page}.xhtml`,
        chapter(`<h1>Chapter ${page + 1}</h1>${htmlParagraphs(paragraphs())}`),
      ]);
      return epub({ chapters: Object.fromEntries(chapters) as Record<string, string> });
    }
    case 'html': {
      const body = each(
        pages,
        (page) => `<h2>Part ${page + 1}</h2>${htmlParagraphs(paragraphs())}`,
      );
      const head = '<!doctype html><html><head><title>Made</title></head><body>';
      return Buffer.from(`${head}${body.join('')}</body></html>`);
    }
    case 'markdown':
      return Buffer.from(
        each(pages, (page) => `## Part ${page + 1}\n\n${paragraphs().join('\n\n')}\n`).join('\n'),
      );
  }
}

function htmlParagraphs(paragraphs: readonly string[]): string {
  return paragraphs
    .map((one) => `<p>${one.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</p>`)
    .join('');
}

/** Lines of about one length, as a printer sets them. */
function pageLines(text: MadeText): string[] {
  const words = Array.from({ length: linesOnPage }, () => text.sentence())
    .join(' ')
    .split(' ');
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line.length + word.length > lineChars) {
      lines.push(line.trim());
      line = '';
    }
    line += ` ${word}`;
  }
  return lines.slice(0, linesOnPage).map((one) => one.replaceAll(/[^\u0020-\u00ff]/g, '-'));
}
