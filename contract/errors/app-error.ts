import type * as z from 'zod';
import { errorCatalog } from './catalog.ts';

export type ErrorCode = keyof typeof errorCatalog;
export type ErrorData<C extends ErrorCode> = z.infer<(typeof errorCatalog)[C]>;

/** What crosses a border: no stack, no cause. */
export interface WireError {
  code: ErrorCode;
  data: unknown;
}

/**
 * An expected failure: a code from the catalogue and data with units. Sentences for people are the
 * renderer's, keyed by code; `message` is for logs. `cause` stays in this process.
 */
export class AppError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'AppError';
  readonly code: C;
  readonly data: ErrorData<C>;

  constructor(code: C, data: ErrorData<C>, options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(data)}`, options);
    this.code = code;
    this.data = data;
  }

  static is<C extends ErrorCode>(error: unknown, code: C): error is AppError<C> {
    return error instanceof AppError && (error.code as ErrorCode) === code;
  }

  toWire(): WireError {
    return { code: this.code, data: this.data };
  }

  /** Rebuilds an error from the wire; an unknown code or broken data becomes `internal`. */
  static fromWire(wire: WireError): AppError {
    const schema = Object.hasOwn(errorCatalog, wire.code) ? errorCatalog[wire.code] : undefined;
    const parsed = schema?.safeParse(wire.data);
    if (!parsed?.success) return new AppError('internal', { incidentId: 'unreadable-error' });
    return new AppError(wire.code, parsed.data as never);
  }
}

/** True for a cancel in any of its forms; a cancel is no error. */
export function isCancel(error: unknown): boolean {
  return AppError.is(error, 'cancelled') || (error instanceof Error && error.name === 'AbortError');
}
