import { AppError, isCancel } from '../../contract/errors/app-error.ts';

const detailChars = 200;
/** How V8 and WebAssembly say that there is no more memory to be had. */
const heavyWords =
  /allocation failed|failed to allocate|invalid (string|array|typed array) length|unable to grow|out of memory|cannot create a string longer/i;

/** Whether an error means that memory ran out, not that the file is wrong. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && heavyWords.test(error.message);
}

/** Kind of the error and where, never its message: that may quote the file. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frame = (error.stack ?? '').split('\n').find((line) => /^\s+at /.test(line));
  return `${error.name} ${frame?.trim() ?? ''}`.trim().slice(0, detailChars);
}

/**
 * What a reader threw, as what may leave the process: our own errors and cancels as they are, anything else
 * means that a parser met bytes it was not made for.
 */
export function asDocumentError(error: unknown, name: string): unknown {
  if (error instanceof AppError || isCancel(error)) return error;
  return new AppError('document.broken', { name, detail: placeOf(error) }, { cause: error });
}
