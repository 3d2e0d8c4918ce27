import type { ForeignFile } from '../../reader.ts';
import { StyleSheet } from '../html/css-rules.ts';
import { HtmlPage } from '../html/html-page.ts';
import { LeftOutCounts, type RawReading } from '../raw-reader.ts';
import { linesOf } from '../text/lines.ts';
import { encodingOf, textPieces } from '../text/text-pieces.ts';
import { MarkdownHtml } from './markdown-html.ts';

/** Markdown: blocks by its headings, lists, quotes, code and tables; words inside keep their marks. */
export async function* readMarkdown(file: ForeignFile): RawReading {
  const leftOut = new LeftOutCounts();
  const page = new HtmlPage({ leftOut, styles: new StyleSheet() });
  const markdown = new MarkdownHtml();
  for (const lines of linesOf(textPieces(file, encodingOf(file)))) {
    for (const { text } of lines) markdown.line(text);
    yield { blocks: page.write(markdown.take()), fraction: lines.at(-1)?.fraction ?? 0 };
  }
  yield { blocks: [...page.write(markdown.finish()), ...page.finish()], fraction: 1 };
  return { title: null, pageCount: null, leftOut };
}
