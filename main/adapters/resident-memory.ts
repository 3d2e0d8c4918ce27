import { readFileSync } from 'node:fs';

/** Pages of Linux on x86-64; on arm64 they may be larger, which only makes the figure too small. */
const pageBytes = 4096;

/**
 * Memory that a process has resident, as Linux tells it. Undefined elsewhere, where extractors watch themselves,
 * and for a process that is gone.
 */
export function residentBytesOf(pid: number | undefined): number | undefined {
  if (pid === undefined || process.platform !== 'linux') return undefined;
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
    return Number.isFinite(pages) ? pages * pageBytes : undefined;
  } catch {
    return undefined;
  }
}
