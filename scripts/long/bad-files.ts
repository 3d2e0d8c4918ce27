/**
 * Gives every bad PDF and picture to an extractor's process of its own, as the app does, and looks how it ends.
 * `node scripts/long/bad-files.ts [--only WORDS]`; the last line is `N passed, N failed`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AppError } from '../../contract/errors/app-error.ts';
import type { ReaderModule } from '../../contract/extractor-contract.ts';
import { systemClock } from '../../main/adapters/system-clock.ts';
import { ExtractorHost } from '../../main/extractor-host/extractor-host.ts';
import type { OpenedFile } from '../../main/ports/extractor.ts';
import { forkSandbox } from '../../main/shell-browser/fork-sandbox.ts';
import { hugePdfs } from '../../native/extractor/testing/bad-input/huge-shapes.ts';
import { archivePdfs, damagedPdfs } from '../../native/extractor/testing/bad-input/pdf-shapes.ts';
import {
  damagedPictures,
  otherPictures,
  pictureBombs,
  pngSuite,
} from '../../native/extractor/testing/bad-input/picture-shapes.ts';
import type { BadShape } from '../../native/extractor/testing/bad-input/shape.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** A process that used up its memory or its time ends itself, which is an answer too, where a shape says so. */
const limitCodes: Readonly<Record<string, string>> = {
  'document.too-heavy': 'memory',
  'document.too-slow': 'time',
};
const maxChars = 10_000_000;
const maxPx = 512;

const pdfShapes = [...damagedPdfs, ...archivePdfs, ...hugePdfs];
const pictureShapes = [...pngSuite, ...otherPictures, ...damagedPictures, ...pictureBombs];
const cases: { shape: BadShape; module: ReaderModule }[] = [
  ...pdfShapes.map((shape) => ({ shape, module: 'pdf' as const })),
  ...pictureShapes.map((shape) => ({ shape, module: 'picture' as const })),
];

async function readAndDraw({ file }: OpenedFile): Promise<void> {
  await file.identify({});
  for await (const chunk of file.extract({ maxChars }))
    if (chunk.fraction > 1) throw new Error('over 1');
  const { png } = await file.draw({ page: 1, maxPx });
  if (png.length === 0) throw new Error('nothing drawn');
}

async function endOf(host: ExtractorHost, path: string, module: ReaderModule): Promise<string> {
  const request = { path, name: 'a.bin', modules: [module], languages: [], isPatient: false };
  try {
    const opened = await host.open(request);
    await readAndDraw(opened).finally(() => opened.close());
    return 'read';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return limitCodes[error.code] ?? error.code;
  }
}

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const folder = mkdtempSync(join(tmpdir(), 'parley-bad-files-'));
const host = new ExtractorHost({
  sandbox: forkSandbox({
    entryPath: join(root, 'dist/extractor/extractor.js'),
    sandboxPath: join(root, 'dist/native/sandbox.node'),
  }),
  clock: systemClock,
  log: { info: () => {}, warn: () => {}, incident: () => 'incident' },
  folders: { models: folder, data: folder },
});
let passed = 0;
let failed = 0;
try {
  for (const { shape, module } of cases) {
    if (!shape.name.includes(values.only)) continue;
    const path = join(folder, 'file');
    writeFileSync(path, shape.bytes());
    const startedMs = performance.now();
    const end = await endOf(host, path, module);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    const isGood = shape.ends.includes(end);
    if (isGood) passed += 1;
    else failed += 1;
    process.stdout.write(`${isGood ? 'ok' : 'NOT OK'}  ${shape.name}: ${end}, ${seconds} s\n`);
  }
} finally {
  await host.close();
  rmSync(folder, { recursive: true });
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
