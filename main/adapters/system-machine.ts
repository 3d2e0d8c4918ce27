import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import type { Machine } from '../ports/machine.ts';

/**
 * Bytes that a new program can use, from the text of Linux's /proc/meminfo; undefined when it does not say.
 * `MemFree` alone would call a computer full whose memory holds nothing but cached files.
 */
export function availableFromMeminfo(meminfo: string): number | undefined {
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

function freeMemoryBytes(): number {
  if (process.platform !== 'linux') return freemem();
  try {
    return availableFromMeminfo(readFileSync('/proc/meminfo', 'utf8')) ?? freemem();
  } catch {
    return freemem();
  }
}

/** The computer, as the operating system describes it. A container's own memory bound is respected. */
export const systemMachine: Machine = {
  totalMemoryBytes: Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
  freeMemoryBytes: () => Math.min(freeMemoryBytes(), process.availableMemory()),
  async freeDiskBytes(path) {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  },
};
