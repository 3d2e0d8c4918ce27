import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';

const estimate = z.object({
  modelBytes: z.number(),
  contextBytes: z.number(),
  computeBytes: z.number(),
  projectorBytes: z.number(),
});

const calibration = z.object({
  threads: z.number().int().min(1),
  batchTokens: z.number().int().min(32).max(4096),
  /** Nothing is left to be measured; else the size of a step is, after the next load. */
  isFinal: z.boolean(),
  /** 0: on the CPU, though there is a GPU; absent: as it comes. */
  gpuLayers: z.number().int().exactOptional(),
});
export type Calibration = z.infer<typeof calibration>;

const file = z.object({
  version: z.literal(1),
  estimates: z.record(z.string(), estimate),
  calibrations: z.record(z.string(), calibration),
});
type Notes = z.infer<typeof file>;

/** Many more than a person has models; what was noted first goes first. */
const mostEntries = 200;

function readNotes(path: string | undefined): Notes {
  const empty: Notes = { version: 1, estimates: {}, calibrations: {} };
  if (path === undefined) return empty;
  try {
    const read = file.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return read.success ? read.data : empty;
  } catch {
    // Missing or broken: it is measured again.
    return empty;
  }
}

function remember<T>(kept: Record<string, T>, key: string, value: T): void {
  kept[key] = value;
  const keys = Object.keys(kept);
  for (const old of keys.slice(0, Math.max(0, keys.length - mostEntries))) delete kept[old];
}

/**
 * What was found out about models on this computer and need not be found out again: memory estimates, and
 * the threads and batch that are fastest. A JSON file at `path`; in memory only where undefined. A file that
 * is missing or broken is as good as empty; one that cannot be written costs only time.
 */
export class MachineNotes {
  readonly #path: string | undefined;
  readonly #notes: Notes;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string | undefined) {
    this.#path = path;
    this.#notes = readNotes(path);
  }

  /** The estimate noted under `key`, else what `make` gives, which is noted. Rejects as `make` does. */
  async estimate(
    key: string,
    make: () => Promise<z.infer<typeof estimate>>,
  ): Promise<z.infer<typeof estimate>> {
    const known = this.#notes.estimates[key];
    if (known) return known;
    const made = await make();
    remember(this.#notes.estimates, key, made);
    this.#save();
    return made;
  }

  calibration(key: string): Calibration | undefined {
    return this.#notes.calibrations[key];
  }

  noteCalibration(key: string, value: Calibration): void {
    remember(this.#notes.calibrations, key, value);
    this.#save();
  }

  /** Resolves when all that was noted is on disk, or could not be written. */
  async saved(): Promise<void> {
    await this.#writing;
  }

  #save(): void {
    const path = this.#path;
    if (path === undefined) return;
    const write = async (): Promise<void> => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.part`, JSON.stringify(this.#notes), { mode: 0o600 });
      await rename(`${path}.part`, path);
    };
    this.#writing = this.#writing.then(write).catch(() => {});
  }
}
