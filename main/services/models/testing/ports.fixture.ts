import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { CatalogEntry, CatalogFile } from '../../../../contract/models/models.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Ids } from '../../../ports/ids.ts';
import type { Log } from '../../../ports/log.ts';
import type { Machine } from '../../../ports/machine.ts';

/** The real time. */
export const realClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Random ids. */
export const randomIds: Ids = { next: () => randomUUID() };

/** A log that keeps its lines. */
export function keptLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    info: (line) => lines.push(line),
    warn: (line) => lines.push(line),
    incident(error, where) {
      lines.push(`${where}: ${error instanceof Error ? error.stack : String(error)}`);
      return `incident-${lines.length}`;
    },
  };
}

/** A computer with 16 GiB of memory and `freeBytes` of disk. */
export function machineWith(freeBytes = 1e12): Machine & { freeBytes: number } {
  return {
    freeBytes,
    totalMemoryBytes: 16 * 2 ** 30,
    freeMemoryBytes: () => 8 * 2 ** 30,
    freeDiskBytes(this: { freeBytes: number }) {
      return Promise.resolve(this.freeBytes);
    },
  };
}

/** Bytes that begin like a GGUF and then never repeat, the same for the same seed. */
export function pseudoModel(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed >>> 0 || 1;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  bytes.write('GGUF', 0, 'latin1');
  return bytes;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A catalogue file for `bytes`, had from the hub's `repo/<name>`. */
export function fileFor(bytes: Uint8Array, change: Partial<CatalogFile> = {}): CatalogFile {
  const name = change.name ?? 'model.gguf';
  return {
    name,
    fileBytes: bytes.length,
    hasExactSize: true,
    sha256: sha256Of(bytes),
    sources: [{ kind: 'huggingface', repository: 'repo/model', file: name, revision: null }],
    ...change,
  };
}

export function entryFor(model: CatalogFile, change: Partial<CatalogEntry> = {}): CatalogEntry {
  return {
    id: 'tiny',
    name: 'Tiny',
    license: 'CC0-1.0',
    role: 'chat',
    memoryGb: 4,
    rank: 1,
    isQuickTry: false,
    isWeak: true,
    abilities: [],
    parameterCount: 1e6,
    contextTokens: null,
    model,
    projector: null,
    ...change,
  };
}

/** Waits until `isTrue`, at most 15 seconds. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 15_000;
  while (!(await isTrue())) {
    if (performance.now() > endMs) throw new Error('waited in vain');
    await delay(5);
  }
}
