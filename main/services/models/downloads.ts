import { mkdir } from 'node:fs/promises';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { CatalogEntry, Download } from '../../../contract/models/models.ts';
import { DownloadJob, type JobTools } from './download-job.ts';
import { emptyRecord, readRecords, removePackageFolders, writeRecord } from './download-record.ts';
import { partialFolder } from './file-transfer.ts';

export interface DownloadsOptions extends JobTools {
  entries: readonly CatalogEntry[];
}

/** Every download that is not over. Ids are those of the catalogue. */
export class Downloads {
  readonly #options: DownloadsOptions;
  readonly #folder: string;
  readonly #jobs = new Map<string, DownloadJob>();

  constructor(options: DownloadsOptions) {
    this.#options = options;
    this.#folder = partialFolder(options.modelsFolder);
  }

  /** Finds what an earlier run of the app left unfinished: it is shown as paused. */
  async restore(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await removePackageFolders(this.#folder);
    for (const record of await readRecords(this.#folder)) {
      const entry = this.#options.entries.find(({ id }) => id === record.id);
      if (!entry || this.#jobs.has(entry.id)) continue;
      const job = new DownloadJob(entry, record, this.#options);
      await job.measure();
      this.#jobs.set(entry.id, job);
    }
  }

  /** In the order they were begun. */
  list(): Download[] {
    return [...this.#jobs.values()].map((job) => job.view());
  }

  /** Begins, or goes on with what was begun. @throws AppError `download.not-found`, `download.no-space` */
  async start(catalogId: string): Promise<void> {
    const known = this.#jobs.get(catalogId);
    if (known) return this.resume(catalogId);
    const entry = this.#options.entries.find(({ id }) => id === catalogId);
    if (!entry) throw new AppError('download.not-found', { downloadId: catalogId });
    const record = emptyRecord(entry.id);
    const job = new DownloadJob(entry, record, this.#options);
    this.#jobs.set(entry.id, job);
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeRecord(this.#folder, record);
      await job.start();
    } catch (error) {
      this.#jobs.delete(entry.id);
      await job.remove();
      throw error;
    }
    this.#forgetWhenOver(job);
  }

  /** @throws AppError `download.not-found`, `download.no-space` */
  async resume(downloadId: string): Promise<void> {
    const job = this.#find(downloadId);
    if (job.isRunning) return;
    await job.start();
    this.#forgetWhenOver(job);
  }

  /** Keeps what came. @throws AppError `download.not-found` */
  async pause(downloadId: string): Promise<void> {
    await this.#find(downloadId).stop('pause');
    this.#options.changed();
  }

  /** Removes what came. @throws AppError `download.not-found` */
  async cancel(downloadId: string): Promise<void> {
    const job = this.#find(downloadId);
    await job.remove();
    this.#jobs.delete(downloadId);
    this.#options.changed();
  }

  /** Resolves when this download does not run any more, whatever came of it. */
  async settled(downloadId: string): Promise<void> {
    await this.#jobs.get(downloadId)?.settled();
  }

  /** Stops everything; what came is kept for the next start. */
  async close(): Promise<void> {
    await Promise.all([...this.#jobs.values()].map((job) => job.stop('close')));
  }

  #find(downloadId: string): DownloadJob {
    const job = this.#jobs.get(downloadId);
    if (!job) throw new AppError('download.not-found', { downloadId });
    return job;
  }

  #forgetWhenOver(job: DownloadJob): void {
    void job.settled().then(() => {
      if (!job.isOver) return;
      this.#jobs.delete(job.entry.id);
      this.#options.changed();
    });
  }
}
