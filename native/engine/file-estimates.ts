import { stat } from 'node:fs/promises';
import type { MemoryEstimate } from '../addon/index.d.ts';
import { MachineNotes } from './machine-notes.ts';

/** Names a file's content without reading it: its place, size and time of change. */
async function fileKey(path: string | null): Promise<string> {
  if (path === null) return '';
  const { size, mtimeMs } = await stat(path);
  return `${path}|${size}|${Math.round(mtimeMs)}`;
}

/** Names the content of each file; undefined where one is not there. */
export async function fileKeys(paths: readonly (string | null)[]): Promise<string[] | undefined> {
  return await Promise.all(paths.map(fileKey)).catch(() => undefined);
}

/** The notes about this computer, in the file that the last request named. */
export class NotesShelf {
  #kept: { path: string | undefined; notes: MachineNotes } | undefined;

  /** The notes at `path`; in memory only where undefined. */
  at(path: string | undefined): MachineNotes {
    if (!this.#kept || this.#kept.path !== path) {
      this.#kept = { path, notes: new MachineNotes(path) };
    }
    return this.#kept.notes;
  }
}

/**
 * Bytes that a load would take. llama.cpp needs up to a second to say so: it is asked once for each content of
 * `files` and each of `settings`, in which everything else that matters has its place.
 */
export async function estimatedBytes(options: {
  notes: MachineNotes;
  files: (string | null)[];
  settings: (string | number)[];
  ask(): Promise<MemoryEstimate>;
}): Promise<number> {
  const { notes, files, settings, ask } = options;
  const keys = await fileKeys(files);
  const estimate = keys ? await notes.estimate([...settings, ...keys].join('|'), ask) : await ask();
  const { modelBytes, contextBytes, computeBytes, projectorBytes } = estimate;
  return modelBytes + contextBytes + computeBytes + projectorBytes;
}
