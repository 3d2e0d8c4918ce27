import { identify } from './formats/identify/identify.ts';
import type { LoadReaders, ReaderTable } from './reader.ts';

/** Everything that a process will need, and nothing else: a module costs a start its time and its memory. */
export const loadModules: LoadReaders = async ({ modules }) => {
  const tables: ReaderTable[] = [];
  if (modules.includes('text')) tables.push((await import('./formats/index.ts')).textReaders);
  return { identify, formats: Object.assign({}, ...tables) as ReaderTable };
};
