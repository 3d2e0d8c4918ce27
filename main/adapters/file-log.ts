import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { Log } from '../ports/log.ts';

const fileName = 'parley.log';
/** Four files of at most 4 MB and one line each stay below 20 MB. */
const fileBytesMax = 4 * 1024 * 1024;
const oldFiles = 3;
const lineLengthMax = 16 * 1024;

/** Line breaks are escaped: one event is one line, whatever it quotes. */
function oneLine(text: string): string {
  const cut = text.length > lineLengthMax ? `${text.slice(0, lineLengthMax)}…` : text;
  return cut.replaceAll('\r', '\\r').replaceAll('\n', '\\n');
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The log on disk. Never throws: a full disk must not stop the app from saying so. */
class FileLog implements Log {
  readonly #folder: string;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #ids: Ids;
  readonly #fileBytesMax: number;
  #fileBytes: number;

  constructor(folder: string, clock: Pick<Clock, 'nowMs'>, ids: Ids, fileBytesMaximum: number) {
    this.#folder = folder;
    this.#clock = clock;
    this.#ids = ids;
    this.#fileBytesMax = fileBytesMaximum;
    this.#fileBytes = sizeOf(this.#path(0));
  }

  info(line: string): void {
    this.#write('info', line);
  }

  warn(line: string): void {
    this.#write('warn', line);
  }

  incident(error: unknown, where: string): string {
    const incidentId = this.#ids.next();
    const detail = inspect(error, { depth: 4, breakLength: Number.POSITIVE_INFINITY });
    this.#write('error', `${incidentId} ${where} ${detail}`);
    return incidentId;
  }

  #path(age: number): string {
    return join(this.#folder, age === 0 ? fileName : `${fileName}.${age}`);
  }

  #write(level: string, text: string): void {
    const line = `${new Date(this.#clock.nowMs()).toISOString()} ${level} ${oneLine(text)}\n`;
    try {
      if (this.#fileBytes > 0 && this.#fileBytes + Buffer.byteLength(line) > this.#fileBytesMax) {
        this.#rotate();
      }
      appendFileSync(this.#path(0), line, { mode: 0o600 });
      this.#fileBytes += Buffer.byteLength(line);
    } catch {
      // Nowhere is left to report it; the app itself goes on.
    }
  }

  #rotate(): void {
    rmSync(this.#path(oldFiles), { force: true });
    for (let age = oldFiles - 1; age >= 0; age -= 1) {
      if (sizeOf(this.#path(age)) > 0) renameSync(this.#path(age), this.#path(age + 1));
    }
    this.#fileBytes = 0;
  }
}

/**
 * A log of `parley.log` and at most three older files in `folder`, together below 20 MB.
 * `fileBytesMax` is where a file is full, in bytes; tests make it small.
 */
export function fileLog(options: {
  folder: string;
  clock: Pick<Clock, 'nowMs'>;
  ids: Ids;
  fileBytesMax?: number;
}): Log {
  try {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  } catch {
    // Each line then fails by itself, as silently.
  }
  const { folder, clock, ids } = options;
  return new FileLog(folder, clock, ids, options.fileBytesMax ?? fileBytesMax);
}
