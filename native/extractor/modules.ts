import { identify } from './formats/identify/identify.ts';
import type { LoadReaders, ReaderTable, Recogniser } from './reader.ts';

/**
 * Everything that a process will need, and nothing else: a module costs a start its time and its memory.
 * Opens files, compiles WASM, starts threads: before the process restricts itself.
 */
export const loadModules: LoadReaders = async ({ modules, languages }) => {
  const tables: ReaderTable[] = [];
  let recogniser: Recogniser | undefined;
  if (modules.includes('text')) tables.push((await import('./formats/index.ts')).textReaders);
  if (modules.includes('pdf')) {
    const { loadPdfReader } = await import('./pdf/pdf-reader.ts');
    tables.push({ pdf: await loadPdfReader() });
  }
  if (modules.includes('picture')) {
    const { loadPictureReaders } = await import('./pictures/picture-readers.ts');
    tables.push(await loadPictureReaders());
  }
  if (modules.includes('recognition')) {
    const { loadRecogniser } = await import('./recognition/recogniser.ts');
    recogniser = await loadRecogniser(languages);
  }
  const formats = Object.assign({}, ...tables) as ReaderTable;
  return recogniser ? { identify, formats, recogniser } : { identify, formats };
};
