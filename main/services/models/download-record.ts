import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { readJsonFile, writeJsonFile } from './json-file.ts';

const downloadRecord = z.object({
  id: z.string(),
  /** Catalogue file name → path it was given, for files that are whole. */
  finished: z.record(z.string(), z.string()),
  /** A package source was begun: the next try of it is a new beginning. */
  hasPackageBegun: z.boolean(),
});
/** What is kept of a download that is not over, so that it is known after a restart. */
export type DownloadRecord = z.infer<typeof downloadRecord>;

const suffix = '.download.json';

/** A record where nothing has come yet. */
export function emptyRecord(id: string): DownloadRecord {
  return { id, finished: {}, hasPackageBegun: false };
}

/** Keeps a record. `folder` is the one of unfinished things. @throws AppError `storage.full` */
export async function writeRecord(folder: string, record: DownloadRecord): Promise<void> {
  await writeJsonFile(join(folder, `${record.id}${suffix}`), record);
}

/** Forgets a record. */
export async function removeRecord(folder: string, id: string): Promise<void> {
  await rm(join(folder, `${id}${suffix}`), { force: true });
}

/** All records that can be read; others are left alone. */
export async function readRecords(folder: string): Promise<DownloadRecord[]> {
  const names = await readdir(folder).catch(() => []);
  const records: DownloadRecord[] = [];
  for (const name of names) {
    if (!name.endsWith(suffix)) continue;
    const record = downloadRecord.safeParse(await readJsonFile(join(folder, name))).data;
    if (record && `${record.id}${suffix}` === name) records.push(record);
  }
  return records;
}

/** Removes the folders of package tries that a kill left behind. */
export async function removePackageFolders(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const isLeftover = name.startsWith('package-') || name.includes('.part-of-package');
    if (isLeftover) await rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 });
  }
}
