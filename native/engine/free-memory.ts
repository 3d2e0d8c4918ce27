import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { freemem } from 'node:os';
import { promisify } from 'node:util';

/** `MemAvailable` of Linux's /proc/meminfo in bytes: what programs can have without swapping. */
export function availableOfMeminfo(text: string): number | undefined {
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/** Free, inactive, speculative and purgeable pages of macOS's `vm_stat`, in bytes. */
export function availableOfVmStat(text: string): number | undefined {
  const pageBytes = /page size of (\d+) bytes/.exec(text)?.[1];
  const free = /^Pages free:\s+(\d+)\.$/m.exec(text)?.[1];
  if (pageBytes === undefined || free === undefined) return undefined;
  const givable = ['inactive', 'speculative', 'purgeable'].map(
    (kind) => new RegExp(`^Pages ${kind}:\\s+(\\d+)\\.$`, 'm').exec(text)?.[1] ?? '0',
  );
  return [free, ...givable].reduce((sum, pages) => sum + Number(pages), 0) * Number(pageBytes);
}

async function readAvailable(platform: NodeJS.Platform): Promise<number | undefined> {
  if (platform === 'linux') return availableOfMeminfo(await readFile('/proc/meminfo', 'utf8'));
  if (platform !== 'darwin') return undefined;
  // macOS keeps almost nothing "free": what it would give back on demand is told by this tool only.
  const { stdout } = await promisify(execFile)('/usr/bin/vm_stat', { timeout: 2000 });
  return availableOfVmStat(stdout);
}

/**
 * Whether `freeMemoryBytes` counts pages that a program has mapped from files: Linux could drop and read them
 * again at any time, which makes a model whose weights they are very slow.
 */
export const countsMappedAsFree = process.platform === 'linux';

/** Memory in bytes that a program can have now without pushing others out. Never fails. */
export async function freeMemoryBytes(): Promise<number> {
  const available = await readAvailable(process.platform).catch(() => undefined);
  return available ?? freemem();
}
