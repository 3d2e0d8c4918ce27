import type { WireError } from '../errors/app-error.ts';

/** Chunks a stream may have in flight before its producer waits. */
export const streamCredit = 64;
/** How many chunks the reader takes before it grants as many again. */
export const creditStep = 32;

export type ClientFrame =
  | { t: 'request'; id: number; path: string; input: unknown }
  | { t: 'cancel'; id: number }
  | { t: 'credit'; id: number; count: number };

export type ServerFrame =
  | { t: 'ok'; id: number; value: unknown }
  | { t: 'error'; id: number; error: WireError }
  | { t: 'chunk'; id: number; value: unknown }
  | { t: 'event'; path: string; payload: unknown };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

/** The frame, or undefined for anything a well-behaved client does not send. */
export function parseClientFrame(raw: unknown): ClientFrame | undefined {
  if (!isRecord(raw) || !isId(raw['id'])) return undefined;
  const id = raw['id'];
  if (raw['t'] === 'cancel') return { t: 'cancel', id };
  if (raw['t'] === 'credit') {
    const count = raw['count'];
    return typeof count === 'number' && count > 0 && count <= streamCredit
      ? { t: 'credit', id, count }
      : undefined;
  }
  if (raw['t'] === 'request' && typeof raw['path'] === 'string') {
    return { t: 'request', id, path: raw['path'], input: raw['input'] };
  }
  return undefined;
}

/** The frame, or undefined for anything a well-behaved server does not send. */
export function parseServerFrame(raw: unknown): ServerFrame | undefined {
  if (!isRecord(raw)) return undefined;
  if (raw['t'] === 'event' && typeof raw['path'] === 'string') {
    return { t: 'event', path: raw['path'], payload: raw['payload'] };
  }
  if (!isId(raw['id'])) return undefined;
  const id = raw['id'];
  if (raw['t'] === 'ok' || raw['t'] === 'chunk') return { t: raw['t'], id, value: raw['value'] };
  if (raw['t'] === 'error' && isRecord(raw['error']))
    return { t: 'error', id, error: raw['error'] as unknown as WireError };
  return undefined;
}
