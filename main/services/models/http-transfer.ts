import { AppError } from '../../../contract/errors/app-error.ts';
import type { CatalogFile } from '../../../contract/models/models.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Network, NetworkResponse } from '../../ports/network.ts';
import { judgeReply, type ReplyPlan, rangeHeaders } from './http-reply.ts';
import { PartFile, removePart } from './part-file.ts';
import { SilenceWatch, wait } from './wait.ts';

/** How patient a download is. */
export interface Patience {
  /** No byte for so long ends an attempt. */
  silentMs: number;
  /** Waits between attempts in a row that brought nothing; their number is the number of retries. */
  retryDelaysMs: readonly number[];
}

/** What a transfer tells while it works. */
export interface TransferWatcher {
  onBytes(doneBytes: number): void;
  onTotal(totalBytes: number): void;
  onRestart(): void;
  /** What is there is read again before it goes on. */
  onReading(isReading: boolean): void;
}

export interface HttpJob {
  network: Network;
  clock: Clock;
  patience: Patience;
  file: CatalogFile;
  url: string;
  partPath: string;
  signal: AbortSignal;
  watcher: TransferWatcher;
}

/** A whole file that is not in its place yet. */
export interface Fetched {
  path: string;
  bytes: number;
  sha256: string;
}

/** The body ended too soon: worth another try from where it stopped. */
class EarlyEnd extends AppError<'download.wrong-size'> {}

const ggufMagic = Buffer.from('GGUF');

/** A catalogue size may be rounded, but a source may not fill the disk. */
function maxBytesOf(file: CatalogFile): number {
  return file.hasExactSize ? file.fileBytes : file.fileBytes * 3 + 64_000_000;
}

function isWorthRetrying(error: unknown): boolean {
  return (
    error instanceof EarlyEnd ||
    AppError.is(error, 'download.unreachable') ||
    AppError.is(error, 'download.stalled')
  );
}

/** One file over HTTP, over as many connections as it takes. */
class HttpTransfer {
  readonly #job: HttpJob;
  readonly #part: PartFile;
  readonly #host: string;
  #hasAnswered = false;
  #changes = 0;
  #bestBytes: number;

  constructor(job: HttpJob, part: PartFile) {
    this.#job = job;
    this.#part = part;
    this.#host = new URL(job.url).hostname;
    this.#bestBytes = part.bytes;
  }

  async run(): Promise<Fetched> {
    for (let failures = 0; ; ) {
      try {
        if (await this.#attempt()) break;
      } catch (error) {
        failures = await this.#pauseAfter(error, failures);
      }
    }
    await this.#part.sync();
    return { path: this.#part.path, bytes: this.#part.bytes, sha256: this.#part.sha256() };
  }

  /** Waits before another attempt and returns the failures in a row; throws when there is to be none. */
  async #pauseAfter(error: unknown, failuresBefore: number): Promise<number> {
    const { patience, clock, signal } = this.#job;
    signal.throwIfAborted();
    const isFirstContact = !this.#hasAnswered && AppError.is(error, 'download.unreachable');
    if (isFirstContact || !isWorthRetrying(error)) throw error;
    const failures = this.#hasGained() ? 0 : failuresBefore + 1;
    const delayMs = patience.retryDelaysMs[Math.max(failures - 1, 0)];
    if (delayMs === undefined) throw error;
    await wait(clock, delayMs, signal);
    return failures;
  }

  /** True when an attempt brought at least a hundredth of the file further than any before. */
  #hasGained(): boolean {
    const total = this.#part.note?.totalBytes ?? this.#job.file.fileBytes;
    if (this.#part.bytes < this.#bestBytes + total / 100) return false;
    this.#bestBytes = this.#part.bytes;
    return true;
  }

  #isWhole(): boolean {
    const total = this.#part.note?.totalBytes ?? null;
    return total !== null && this.#part.bytes === total;
  }

  /** One connection. True when the file is whole; false asks for another at once. */
  async #attempt(): Promise<boolean> {
    if (this.#isWhole()) return true;
    const { clock, patience, network, url } = this.#job;
    const watch = new SilenceWatch(
      clock,
      patience.silentMs,
      () => new AppError('download.stalled', { host: this.#host, silentMs: patience.silentMs }),
    );
    const over = new AbortController();
    const signal = AbortSignal.any([this.#job.signal, watch.signal, over.signal]);
    await this.#dropUnnamed();
    const headers = rangeHeaders(this.#part.bytes, this.#part.note);
    try {
      const reply = await network.fetch({ purpose: 'model-download', url, headers, signal });
      this.#hasAnswered = true;
      watch.touch();
      if (!(await this.#accept(reply))) return false;
      await this.#readBody(reply, watch);
    } finally {
      watch.end();
      // Closes the connection of a reply whose body is not wanted to its end.
      over.abort();
    }
    return this.#checkEnd();
  }

  /** A part that neither ETag nor hash names could be joined to another file's end: it goes. */
  async #dropUnnamed(): Promise<void> {
    const isNamed = this.#part.note?.etag || this.#job.file.sha256 !== null;
    if (this.#part.bytes === 0 || isNamed) return;
    await this.#forget();
    this.#job.watcher.onRestart();
  }

  /** Prepares the part for the reply's bytes; false when they may not be joined to it. */
  async #accept(reply: NetworkResponse): Promise<boolean> {
    const { file, watcher } = this.#job;
    const plan = this.#judge(reply);
    if (plan.kind === 'append') return true;
    const isRestart = this.#part.bytes > 0;
    if (plan.kind === 'distrust' || plan.isChanged) {
      this.#changes += 1;
      if (this.#changes > 1) {
        await this.#forget();
        throw new AppError('download.changed', { host: this.#host });
      }
    }
    if (isRestart) watcher.onRestart();
    if (plan.kind === 'distrust') {
      await this.#forget();
      return false;
    }
    await this.#part.begin(plan.note);
    watcher.onTotal(plan.note.totalBytes ?? file.fileBytes);
    watcher.onBytes(0);
    return true;
  }

  #judge(reply: NetworkResponse): ReplyPlan {
    const { file } = this.#job;
    return judgeReply(reply, {
      host: this.#host,
      fromBytes: this.#part.bytes,
      note: this.#part.note,
      exactBytes: file.hasExactSize ? file.fileBytes : null,
      maxBytes: maxBytesOf(file),
    });
  }

  async #readBody(reply: NetworkResponse, watch: SilenceWatch): Promise<void> {
    const { file, watcher } = this.#job;
    const limit = this.#part.note?.totalBytes ?? maxBytesOf(file);
    for await (const chunk of reply.body) {
      watch.touch();
      if (this.#part.bytes === 0) this.#checkMagic(chunk, reply);
      const bytes = this.#part.bytes + chunk.length;
      if (bytes > limit) {
        await this.#forget();
        throw new AppError('download.wrong-size', { expectedBytes: limit, actualBytes: bytes });
      }
      await this.#part.write(chunk);
      watcher.onBytes(this.#part.bytes);
    }
  }

  /** Some networks answer 200 and claim a binary type for their sign-in page. */
  #checkMagic(chunk: Uint8Array, reply: NetworkResponse): void {
    if (chunk.length < ggufMagic.length) return;
    if (ggufMagic.equals(chunk.subarray(0, ggufMagic.length))) return;
    throw new AppError('download.not-the-file', {
      host: this.#host,
      contentType: reply.headers['content-type'] ?? null,
      contentEncoding: null,
    });
  }

  #checkEnd(): boolean {
    const total = this.#part.note?.totalBytes ?? null;
    // Without any length the end of the body is the end; the hash has the last word.
    if (total === null || this.#part.bytes === total) return true;
    throw new EarlyEnd('download.wrong-size', {
      expectedBytes: total,
      actualBytes: this.#part.bytes,
    });
  }

  async #forget(): Promise<void> {
    await this.#part.begin({ etag: null, totalBytes: null });
    this.#bestBytes = 0;
    this.#job.watcher.onBytes(0);
  }
}

/**
 * Fetches one file by HTTP, going on where an earlier try stopped.
 * @throws AppError `download.unreachable`, `download.refused`, `download.changed`, `download.wrong-size`,
 * `download.stalled`, `download.not-the-file`, `network.denied`
 * Aborting keeps the part for the next time.
 */
export async function fetchByHttp(job: HttpJob): Promise<Fetched> {
  job.watcher.onReading(true);
  const part = await PartFile.open(job.partPath, job.signal);
  job.watcher.onReading(false);
  job.watcher.onBytes(part.bytes);
  if (part.note?.totalBytes) job.watcher.onTotal(part.note.totalBytes);
  try {
    return await new HttpTransfer(job, part).run();
  } finally {
    await part.close();
    if (part.bytes === 0) await removePart(job.partPath);
  }
}
