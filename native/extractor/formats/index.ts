import type { FormatReader, ReaderTable } from '../reader.ts';
import { readEpub } from './epub/epub-reader.ts';
import { finish } from './finish.ts';
import { readHtml } from './html/html-reader.ts';
import type { ReadFormat } from './identify/read-format.ts';
import { readMarkdown } from './markdown/markdown-reader.ts';
import { readDocx } from './office/docx/docx-reader.ts';
import { readPptx } from './office/pptx/pptx-reader.ts';
import { readXlsx } from './office/xlsx/xlsx-reader.ts';
import type { RawReader } from './raw-reader.ts';
import { readCsv } from './text/csv-reader.ts';
import { readJson } from './text/json-reader.ts';
import { readCode, readPlainText } from './text/plain-reader.ts';

export { identify } from './identify/identify.ts';

const rawReaders: Readonly<Record<ReadFormat, RawReader>> = {
  docx: readDocx,
  pptx: readPptx,
  xlsx: readXlsx,
  epub: readEpub,
  html: readHtml,
  markdown: readMarkdown,
  text: readPlainText,
  code: readCode,
  csv: readCsv,
  json: readJson,
};

function readerOf(format: ReadFormat, read: RawReader): FormatReader {
  return { extract: (file, options) => finish(format, read(file), options) };
}

/** Readers of every format that is neither PDF nor picture. All that they need is loaded with this module. */
export const textReaders: ReaderTable = Object.fromEntries(
  Object.entries(rawReaders).map(([format, read]) => [
    format,
    readerOf(format as ReadFormat, read),
  ]),
);
