// Reads one file again and again with one reader, in a process that does nothing else:
// node reading-child.ts READER FORMAT FILE PACKAGES ROUNDS. Prints JSON: milliseconds of each round and characters.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { loadModules } from '../../../native/extractor/modules.ts';
import { memoryFile } from '../../../native/extractor/testing/memory-file.ts';
import type { MeasuredFormat, ReaderName } from './readers.ts';

type Read = (bytes: Buffer) => Promise<string>;

const [reader, format, file, packages, rounds] = process.argv.slice(2) as [
  ReaderName,
  MeasuredFormat,
  string,
  string,
  string,
];

async function parley(): Promise<Read> {
  const modules = await loadModules({
    modules: [format === 'pdf' ? 'pdf' : 'text'],
    languages: [],
  });
  const name = `made.${format === 'markdown' ? 'md' : format}`;
  return async (bytes) => {
    const signal = new AbortController().signal;
    const reading = modules.formats[format]?.extract?.(memoryFile(bytes, name), {
      ...{ maxChars: 100_000_000, signal },
    });
    if (!reading) throw new Error(`nobody reads ${format}`);
    const texts: string[] = [];
    for (let step = await reading.next(); !step.done; step = await reading.next()) {
      texts.push(...step.value.blocks.map(({ text }) => text));
    }
    return texts.join('\n\n');
  };
}

/** A package from the folder of those that are compared. */
async function packaged(name: string): Promise<Record<string, unknown>> {
  const path = createRequire(join(packages, 'package.json')).resolve(name);
  return (await import(path)) as Record<string, unknown>;
}

interface Unpdf {
  getDocumentProxy(bytes: Uint8Array): Promise<{ loadingTask: { destroy(): Promise<void> } }>;
  extractText(document: unknown, options: { mergePages: true }): Promise<{ text: string }>;
}

async function unpdf(): Promise<Read> {
  const { getDocumentProxy, extractText } = (await packaged('unpdf')) as unknown as Unpdf;
  return async (bytes) => {
    const document = await getDocumentProxy(new Uint8Array(bytes));
    const { text } = await extractText(document, { mergePages: true });
    await document.loadingTask.destroy();
    return text;
  };
}

interface Mammoth {
  convertToHtml(input: { buffer: Buffer }): Promise<{ value: string }>;
}

/** To HTML, not to raw text: Parley keeps headings, lists and tables too. */
async function mammoth(): Promise<Read> {
  const { default: library } = (await packaged('mammoth')) as unknown as { default: Mammoth };
  return async (buffer) => (await library.convertToHtml({ buffer })).value;
}

interface OfficeParser {
  parseOffice(
    bytes: Buffer,
    options: { fileType: string },
  ): Promise<{ to(form: 'text'): Promise<{ value: string }> }>;
}

async function officeparser(): Promise<Read> {
  const { OfficeParser } = (await packaged('officeparser')) as unknown as {
    OfficeParser: OfficeParser;
  };
  const fileType = format === 'markdown' ? 'md' : format;
  return async (bytes) => {
    const parsed = await OfficeParser.parseOffice(Buffer.from(bytes), { fileType });
    return (await parsed.to('text')).value;
  };
}

const read = await { parley, unpdf, mammoth, officeparser }[reader]();
const bytes = readFileSync(file);
const times: number[] = [];
let chars = 0;
// The first time warms up.
for (let round = 0; round <= Number(rounds); round += 1) {
  const startMs = performance.now();
  chars = (await read(bytes)).length;
  if (round > 0) times.push(performance.now() - startMs);
}
const { rss } = process.memoryUsage();
process.stdout.write(`\n${JSON.stringify({ times, chars, rss })}\n`, () => process.exit(0));
