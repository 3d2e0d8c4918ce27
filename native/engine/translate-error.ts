import { AppError, type ErrorCode } from '../../contract/errors/app-error.ts';
import { errorCatalog } from '../../contract/errors/catalog.ts';
import type { Job } from '../addon/index.d.ts';

/**
 * Turns what the addon threw, an `Error` with `code` and `data`, into our own error.
 * Whatever does not fit the catalogue is a bug and comes back as it was.
 */
export function translateError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const { code } = error;
  if (typeof code !== 'string' || !Object.hasOwn(errorCatalog, code)) return error;
  const data = 'data' in error ? error.data : {};
  const parsed = errorCatalog[code as ErrorCode].safeParse(data);
  if (!parsed.success) return error;
  return new AppError(code as ErrorCode, parsed.data as never, { cause: error });
}

/** For `catch` of a promise of the addon's. @throws what `translateError` makes of `error` */
export function rethrow(error: unknown): never {
  throw translateError(error);
}

/** What `work` gives; its errors translated. */
export function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return rethrow(error);
  }
}

/** What `work` resolves to; its errors translated, also those thrown at once. */
export async function guardedCall<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    return rethrow(error);
  }
}

/** The job that `start` begins; its errors translated. */
export function guardedJob<T>(start: () => Job<T>): Job<T> {
  const job = guarded(start);
  const done = job.done.catch(rethrow);
  // Whoever started the job reads `done` later; until then its failure is not "unhandled".
  done.catch(() => {});
  return { done, cancel: () => job.cancel() };
}
