import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Prose for the model. All of it lives in assets/prompts. */
export interface Prompts {
  /** Goes before every conversation. */
  readonly system: string;
}

/** Reads the prompts that the app ships with from `assetsFolder`. */
export function loadPrompts(assetsFolder: string): Prompts {
  return { system: readFileSync(join(assetsFolder, 'prompts', 'system.md'), 'utf8').trim() };
}
