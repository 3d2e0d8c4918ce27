/** What the machine was doing meanwhile, read from /proc; all zeros where there is none. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** CPU time in seconds since the machine started. */
interface SystemTime {
  busy: number;
  stolen: number;
}

/** A moment to measure from. */
export interface LoadMark {
  atMs: number;
  system: SystemTime;
  own: number;
}

/** Between two moments. */
export interface Load {
  /** Average cores that processes other than ours kept busy. */
  foreignCores: number;
  /** Share of the machine's time that its host took away, [0, 1]. */
  stolenShare: number;
  /** The system's own load averages of one minute, before and after. */
  averages: [number, number];
}

const ticksPerSecond = 100;
const hasProc = existsSync('/proc/stat');

/** Sums of the first line of /proc/stat. */
export function parseSystemTime(text: string): SystemTime {
  const fields = (text.split('\n')[0] ?? '').trim().split(/\s+/).slice(1).map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = fields;
  const busy = (user + nice + system + irq + softirq) / ticksPerSecond;
  return { busy, stolen: stolen / ticksPerSecond };
}

/** Parent and CPU seconds (its own and of the children it has buried) of one /proc/PID/stat. */
export function parseProcessTime(text: string): { parent: number; seconds: number } {
  // The name stands in brackets and may hold anything, brackets too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { parent: Number(fields[1]), seconds: ticks / ticksPerSecond };
}

/** CPU seconds of this process and all that it started. */
function ownSeconds(): number {
  if (!hasProc) return 0;
  const processes = new Map<number, { parent: number; seconds: number }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      processes.set(Number(name), parseProcessTime(readFileSync(`/proc/${name}/stat`, 'utf8')));
    } catch {
      // It ended while we looked.
    }
  }
  const isOurs = (pid: number): boolean => {
    if (pid === process.pid) return true;
    const found = processes.get(pid);
    return found !== undefined && found.parent > 1 && isOurs(found.parent);
  };
  return [...processes].reduce((sum, [pid, { seconds }]) => sum + (isOurs(pid) ? seconds : 0), 0);
}

function loadAverage(): number {
  return hasProc ? Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]) : 0;
}

/** Takes a mark to measure load from. */
export function markLoad(): LoadMark & { average: number } {
  const system = hasProc
    ? parseSystemTime(readFileSync('/proc/stat', 'utf8'))
    : { busy: 0, stolen: 0 };
  return { atMs: performance.now(), system, own: ownSeconds(), average: loadAverage() };
}

/** The load since a mark. */
export function loadSince(mark: ReturnType<typeof markLoad>): Load {
  const now = markLoad();
  const seconds = Math.max(0.001, (now.atMs - mark.atMs) / 1000);
  const foreign = now.system.busy - mark.system.busy - (now.own - mark.own);
  return {
    foreignCores: Math.max(0, foreign / seconds),
    stolenShare: (now.system.stolen - mark.system.stolen) / seconds / cpus().length,
    averages: [mark.average, now.average],
  };
}

/** Resident and proportional memory of a process in bytes; zeros where /proc is not there. */
export function memoryOf(pid: number): { residentBytes: number; proportionalBytes: number } {
  const read = (file: string, name: string): number => {
    try {
      const text = readFileSync(`/proc/${pid}/${file}`, 'utf8');
      return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) * 1024;
    } catch {
      return 0;
    }
  };
  return {
    residentBytes: read('status', 'VmRSS'),
    proportionalBytes: read('smaps_rollup', 'Pss'),
  };
}
