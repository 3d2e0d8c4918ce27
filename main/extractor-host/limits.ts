/** What one process may use. */
export interface ExtractorLimits {
  /** Processor time from when it is restricted, over all its threads. */
  readonly cpuSeconds: number;
  /** Data of its own; the rest of a process, its program and libraries, is counted apart. */
  readonly dataBytes: number;
  /** Resident, all counted: what main's watchdog ends it at. */
  readonly residentBytes: number;
  /** Longest time without an answer while one is awaited. */
  readonly silentMs: number;
}

const usualCpuSeconds = 30;
/** What a person's consent allows. */
const patienceFactor = 10;
const dataBytes = 512 * 2 ** 20;
/** Node's and Electron's own code and libraries, as far as they are touched. */
const programBytes = 320 * 2 ** 20;
/** A process on a busy computer gets a part of a processor: it may be silent for longer than it may compute. */
const silentFactor = 4;

/** JavaScript's part of the data; WASM, pictures and stacks need the rest. */
export const heapBytes = 320 * 2 ** 20;

/** How many processes may run at once, and how many of them for work that nobody waits for. */
export const processesAtOnce = { all: 2, inBackground: 1 } as const;

/** 30 s of processor time and 512 MB of data; ten times the time where the person lets it take longer. */
export function limitsFor({ isPatient }: { isPatient: boolean }): ExtractorLimits {
  const cpuSeconds = usualCpuSeconds * (isPatient ? patienceFactor : 1);
  return {
    cpuSeconds,
    dataBytes,
    residentBytes: dataBytes + programBytes,
    silentMs: cpuSeconds * silentFactor * 1000,
  };
}
