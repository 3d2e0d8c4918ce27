/**
 * Every shape of bad input and one text of a gigabyte, each read by a real process that gave up its rights, and 5,000
 * spoilt files read here. `node scripts/long/foreign-files.ts [--seed 1] [--count 5000]`; the last line is
 * `N passed, N failed`.
 */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError } from '../../contract/errors/app-error.ts';
import { systemClock } from '../../main/adapters/system-clock.ts';
import { ExtractorHost } from '../../main/extractor-host/extractor-host.ts';
import { forkSandbox } from '../../main/shell-browser/fork-sandbox.ts';
import { endingOf } from '../../native/extractor/bad-input/mutated-files.ts';
import { badShapes } from '../../native/extractor/bad-input/rows.ts';

const limitMs = 60_000;
const gigabyte = 1024 ** 3;
const maxChars = 2_000_000;
const root = join(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    count: { type: 'string', default: '5000' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'parley-foreign-'));
const host = new ExtractorHost({
  sandbox: forkSandbox({
    entryPath: join(root, 'native/extractor/entry.ts'),
    sandboxPath: join(root, 'dist/native/sandbox.node'),
  }),
  clock: systemClock,
  log: { info: () => {}, warn: () => {}, incident: () => 'incident' },
  folders: { models: folder, data: folder },
});
let passed = 0;
let failed = 0;

function count(isRight: boolean, what: string): void {
  if (isRight) passed += 1;
  else {
    failed += 1;
    process.stdout.write(`  failed: ${what}\n`);
  }
}

/** `text` or the code of the error that reading the file ended with. */
async function readBy(path: string, name: string): Promise<string> {
  const open = { path, name, modules: ['text' as const], languages: [], isPatient: false };
  try {
    const opened = await host.open(open);
    try {
      const { format } = await opened.file.identify({});
      if (/^(pdf|png|jpeg|gif|webp|avif|heic)$/u.test(format)) return 'text';
      for await (const { blocks } of opened.file.extract({ maxChars })) void blocks;
      return 'text';
    } finally {
      await opened.close();
    }
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

async function timed(path: string, name: string): Promise<{ outcome: string; tookMs: number }> {
  const startedMs = performance.now();
  const outcome = await readBy(path, name);
  return { outcome, tookMs: performance.now() - startedMs };
}

async function readShapes(): Promise<void> {
  const path = join(folder, 'foreign');
  let slowestMs = 0;
  for (const [row, name, input] of badShapes) {
    writeFileSync(path, input.make());
    const { outcome, tookMs } = await timed(path, input.file);
    slowestMs = Math.max(slowestMs, tookMs);
    const isTyped = outcome === 'text' || outcome.startsWith('document.');
    const isExpected = input.code === undefined || outcome === input.code;
    count(
      isTyped && isExpected && tookMs < limitMs,
      `row ${row}, ${name}: ${outcome} after ${Math.round(tookMs)} ms`,
    );
    rmSync(path);
    count(readdirSync(folder).length === 0, `row ${row}, ${name}: wrote a file`);
  }
  process.stdout.write(
    `  ${badShapes.length} shapes, the slowest took ${Math.round(slowestMs)} ms\n`,
  );
}

async function readGigabytes(): Promise<void> {
  const line = Buffer.from(`${'words and numbers 12345, '.repeat(40)}\n`);
  for (const [name, unit] of [
    ['lines.txt', line],
    ['one-line.txt', Buffer.from('a line that never ends '.repeat(50))],
    ['rows.csv', Buffer.from('one,two,"three, four",5\n'.repeat(50))],
    ['page.html', Buffer.from('<p>A paragraph of a page.</p>\n'.repeat(50))],
  ] as const) {
    const path = join(folder, 'large');
    const descriptor = openSync(path, 'w');
    const piece = Buffer.concat(Array.from({ length: 4096 }, () => unit));
    while (statSync(path).size < gigabyte) writeSync(descriptor, piece);
    closeSync(descriptor);
    const rssBefore = process.memoryUsage.rss();
    const { outcome, tookMs } = await timed(path, name);
    const grewMb = Math.round((process.memoryUsage.rss() - rssBefore) / 1e6);
    process.stdout.write(
      `  ${name} of 1 GB: ${outcome} after ${Math.round(tookMs)} ms, this process grew ${grewMb} MB\n`,
    );
    count(outcome === 'text' || outcome.startsWith('document.'), `${name}: ${outcome}`);
    rmSync(path);
  }
}

async function readSpoilt(): Promise<void> {
  const first = Number(values.seed);
  process.stdout.write(`  ${values.count} spoilt files from seed ${first}\n`);
  for (let seed = first; seed < first + Number(values.count); seed += 1) {
    const { outcome, tookMs, name, said } = await endingOf(seed);
    count(
      outcome !== 'fault' && tookMs < limitMs,
      `seed ${seed}, ${name}: ${said}, ${Math.round(tookMs)} ms`,
    );
  }
}

try {
  await readShapes();
  await readGigabytes();
  await readSpoilt();
} finally {
  await host.close();
  rmSync(folder, { recursive: true });
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
