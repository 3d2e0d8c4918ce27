import { AppError } from '../../contract/errors/app-error.ts';

/** Name and frames of what was thrown, in one line for the log: a message may quote what a person wrote. */
export function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const name = error instanceof AppError ? `AppError ${error.code}` : error.name;
  return [name, ...frames.map((frame) => frame.trim())].join(' | ');
}
