/**
 * Compute threads: what `wanted` says (PARLEY_ENGINE_THREADS, 1 to 1024), else one for every core that
 * this process may use.
 */
export function chooseThreads(wanted: string | undefined, coreCount: number): number {
  const asked = Number(wanted);
  if (Number.isInteger(asked) && asked >= 1 && asked <= 1024) return asked;
  return Math.max(1, coreCount);
}
