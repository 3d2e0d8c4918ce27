import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ReadingPrompts,
  readingPrompts,
  type WholePrompts,
  wholePrompts,
} from '../reading/index.ts';

/** Prose for the model. All of it lives in assets/prompts. */
export interface Prompts {
  /** Goes before every conversation. */
  readonly system: string;
  /** Stands around what is read from documents. */
  readonly reading: ReadingPrompts;
  /** Of tasks that read everything. */
  readonly whole: WholePrompts;
}

/** Reads the prompts that the app ships with from `assetsFolder`. @throws Error where one is missing */
export function loadPrompts(assetsFolder: string): Prompts {
  const read = (name: string): string =>
    readFileSync(join(assetsFolder, 'prompts', `${name}.md`), 'utf8');
  return {
    system: read('system').trim(),
    reading: readingPrompts(read('reading')),
    whole: wholePrompts(read('whole')),
  };
}
