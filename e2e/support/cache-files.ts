import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Bytes of the state files that the engine keeps below a data folder; 0 where there is no cache. */
export function cacheBytes(dataFolder: string): number {
  return cacheFiles(dataFolder).reduce((sum, file) => sum + fileBytes(file), 0);
}

/** The paths of those files. */
export function cacheFiles(dataFolder: string): string[] {
  try {
    return readdirSync(path.join(dataFolder, 'cache'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

function fileBytes(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    // Gone since the folder was listed.
    return 0;
  }
}
