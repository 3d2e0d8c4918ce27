import { AppError, type WireError } from '../errors/app-error.ts';
import type { Call, Caller, Contract, Emitter, Handlers, Member, Stream } from './declare.ts';
import { type ClientFrame, parseClientFrame, type ServerFrame, streamCredit } from './frames.ts';
import type { Port } from './port.ts';

/** Writes a bug to the log and returns the incident id that the caller is told instead. */
export type Report = (error: unknown, path: string) => string;

type CallHandler = (input: unknown, caller: Caller) => unknown;
type StreamHandler = (input: unknown, caller: Caller) => AsyncGenerator<unknown, unknown, void>;

/** One request being answered: its cancel signal and the chunks it may still send. */
class Running {
  readonly abort = new AbortController();
  #credit = streamCredit;
  #wake: (() => void) | undefined;

  grant(count: number): void {
    this.#credit = Math.min(this.#credit + count, streamCredit);
    this.#wake?.();
  }

  cancel(): void {
    this.abort.abort();
    this.#wake?.();
  }

  /** Resolves when a chunk may be sent or the request is cancelled. */
  async takeCredit(): Promise<void> {
    while (this.#credit <= 0 && !this.abort.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#credit -= 1;
  }
}

function memberAt(contract: Contract, path: string): [Member, string, string] | undefined {
  const [group = '', name = '', ...rest] = path.split('.');
  if (rest.length > 0 || !Object.hasOwn(contract, group)) return undefined;
  const members = contract[group];
  if (!members || !Object.hasOwn(members, name)) return undefined;
  const member = members[name];
  return member && [member, group, name];
}

/** Turns what a handler threw into what may cross the border: declared codes only. */
function toWire(
  error: unknown,
  path: string,
  member: Member | undefined,
  report: Report,
): WireError {
  const declared = member && member.kind !== 'event' ? member.errors : [];
  if (error instanceof AppError) {
    const isExpected =
      error.code === 'request.invalid' ||
      error.code === 'cancelled' ||
      declared.includes(error.code);
    if (isExpected) return error.toWire();
  }
  return new AppError('internal', { incidentId: report(error, path) }).toWire();
}

async function answer(
  contract: Contract,
  handlers: Handlers<Contract>,
  frame: Extract<ClientFrame, { t: 'request' }>,
  running: Running,
  post: (frame: ServerFrame) => void,
): Promise<void> {
  const { id, path } = frame;
  const found = memberAt(contract, path);
  if (!found || found[0].kind === 'event') {
    throw new AppError('request.invalid', { path, issues: ['unknown path'] });
  }
  const [member, group, name] = found as [Call | Stream, string, string];
  const parsed = member.input.safeParse(frame.input);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new AppError('request.invalid', { path, issues });
  }
  const handler = (handlers[group] as Record<string, unknown>)[name];
  const { signal } = running.abort;
  if (member.kind === 'call') {
    const value = await (handler as CallHandler)(parsed.data, { signal });
    post({ t: 'ok', id, value });
    return;
  }
  const chunks = (handler as StreamHandler)(parsed.data, { signal });
  for (;;) {
    const step = await chunks.next();
    if (step.done) {
      post({ t: 'ok', id, value: step.value });
      return;
    }
    await running.takeCredit();
    if (signal.aborted) {
      await chunks.return(undefined);
      return;
    }
    post({ t: 'chunk', id, value: step.value });
  }
}

/**
 * Answers `contract` on `port` with `handlers`. Inputs are parsed before a handler sees them; only the
 * errors a member declares cross, everything else becomes `internal` with an incident id from `report`.
 * Closing the port aborts everything that runs on it.
 */
export function serve<C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  port: Port,
  report: Report,
): void {
  const requests = new Map<number, Running>();
  let isClosed = false;
  const post = (frame: ServerFrame): void => {
    if (!isClosed) port.post(frame);
  };
  port.onClose(() => {
    isClosed = true;
    for (const running of requests.values()) running.cancel();
  });
  port.onFrame((raw) => {
    const frame = parseClientFrame(raw);
    if (!frame) return;
    if (frame.t === 'cancel') {
      requests.get(frame.id)?.cancel();
      return;
    }
    if (frame.t === 'credit') {
      requests.get(frame.id)?.grant(frame.count);
      return;
    }
    if (requests.has(frame.id)) return;
    const running = new Running();
    requests.set(frame.id, running);
    void answer(contract, handlers as Handlers<Contract>, frame, running, post)
      .catch((error: unknown) => {
        const isCancelled =
          running.abort.signal.aborted || (error instanceof Error && error.name === 'AbortError');
        const member = memberAt(contract, frame.path)?.[0];
        const wire = isCancelled
          ? new AppError('cancelled', {}).toWire()
          : toWire(error, frame.path, member, report);
        post({ t: 'error', id: frame.id, error: wire });
      })
      .finally(() => requests.delete(frame.id));
  });
}

/** Event senders for `contract`; each payload goes to every port in `ports` at the time of the call. */
export function emitter<C extends Contract>(contract: C, ports: Iterable<Port>): Emitter<C> {
  const groups: Record<string, Record<string, (payload: unknown) => void>> = {};
  for (const [group, members] of Object.entries(contract)) {
    const senders: Record<string, (payload: unknown) => void> = {};
    for (const [name, member] of Object.entries(members)) {
      if (member.kind !== 'event') continue;
      senders[name] = (payload) => {
        for (const port of ports) port.post({ t: 'event', path: `${group}.${name}`, payload });
      };
    }
    groups[group] = senders;
  }
  return groups as unknown as Emitter<C>;
}
