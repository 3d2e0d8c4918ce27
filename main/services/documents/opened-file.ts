import type { FileFormat } from '../../../contract/documents/extracted.ts';
import { moduleOf, type OcrLanguage } from '../../../contract/extractor-contract.ts';
import type { Extractor, OpenedFile } from '../../ports/extractor.ts';
import { likelyModule } from './reader-modules.ts';

/** A file to be opened for reading. */
export interface Readable {
  path: string;
  name: string;
  /** Null where it was not looked into yet. */
  format: FileFormat | null;
  isPatient: boolean;
  /** Nobody waits for it. */
  isInBackground?: boolean;
  /** Not empty: with text recognition. */
  languages: readonly OcrLanguage[];
}

/** A process that has the file open, with what its format needs. The caller closes it. */
export interface Reading {
  opened: OpenedFile;
  format: FileFormat;
}

async function openWith(
  extractor: Extractor,
  readable: Readable,
  format: FileFormat | null,
  signal: AbortSignal,
) {
  const { path, name, languages, isPatient, isInBackground = false } = readable;
  const module = format === null ? likelyModule(name) : moduleOf(format);
  const recognition = languages.length > 0 ? (['recognition'] as const) : [];
  const opened = await extractor.open(
    { path, name, languages, isPatient, isInBackground, modules: [module, ...recognition] },
    signal,
  );
  return { opened, module };
}

/**
 * Opens a file in a process of its own; what it is, is asked of the process. A wrong guess from the name costs
 * one more process.
 * @throws AppError as `Extractor.open` and `file.identify`
 */
export async function openFile(
  extractor: Extractor,
  readable: Readable,
  signal: AbortSignal,
): Promise<Reading> {
  const { opened, module } = await openWith(extractor, readable, readable.format, signal);
  try {
    const { format } = await opened.file.identify({}, { signal });
    if (moduleOf(format) === module) return { opened, format };
    await opened.close();
    const second = await openWith(extractor, readable, format, signal);
    return { opened: second.opened, format };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
