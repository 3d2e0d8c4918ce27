import { cpus } from 'node:os';

interface Sample {
  /** Of all cores together. */
  allMs: number;
  busyMs: number;
  ownMs: number;
}

function sample(): Sample {
  const { user, system } = process.cpuUsage();
  let allMs = 0;
  let idleMs = 0;
  for (const { times } of cpus()) {
    allMs += times.user + times.nice + times.sys + times.idle + times.irq;
    idleMs += times.idle;
  }
  return { allMs, busyMs: allMs - idleMs, ownMs: (user + system) / 1000 };
}

/** The share of the cores' time, in [0, 1], that programs other than ours took between two samples. */
export function shareOfOthers(before: Sample, after: Sample): number {
  const allMs = after.allMs - before.allMs;
  if (allMs <= 0) return 0;
  const othersMs = after.busyMs - before.busyMs - (after.ownMs - before.ownMs);
  return Math.min(1, Math.max(0, othersMs / allMs));
}

/** Begins to watch; what it gives says which share of the cores' time other programs took since. */
export function watchOtherPrograms(): () => number {
  const before = sample();
  return () => shareOfOthers(before, sample());
}
