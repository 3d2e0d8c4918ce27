import { AppError } from '../errors/app-error.ts';
import type { CallOptions, Client, Contract } from './declare.ts';
import { type ClientFrame, creditStep, parseServerFrame } from './frames.ts';
import type { Port } from './port.ts';

interface Pending {
  onChunk(value: unknown): void;
  onOk(value: unknown): void;
  onError(error: unknown): void;
}

function abortError(signal: AbortSignal | undefined): unknown {
  return signal?.reason ?? new DOMException('The request was cancelled.', 'AbortError');
}

/** The requests of one port, by id, and the listeners of its events. */
class Requests {
  readonly #port: Port;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<string, Set<(payload: unknown) => void>>();
  #lastId = 0;
  #isClosed = false;

  constructor(port: Port) {
    this.#port = port;
    port.onFrame((raw) => this.#receive(raw));
    port.onClose(() => this.#close());
  }

  post(frame: ClientFrame): void {
    if (!this.#isClosed) this.#port.post(frame);
  }

  begin(path: string, input: unknown, signal: AbortSignal | undefined, pending: Pending) {
    if (this.#isClosed) throw new AppError('connection.lost', {});
    signal?.throwIfAborted();
    this.#lastId += 1;
    const id = this.#lastId;
    this.#pending.set(id, pending);
    this.post({ t: 'request', id, path, input });
    const cancel = (): void => {
      if (!this.#pending.delete(id)) return;
      this.post({ t: 'cancel', id });
      pending.onError(abortError(signal));
    };
    signal?.addEventListener('abort', cancel, { once: true });
    return { id, cancel, release: () => signal?.removeEventListener('abort', cancel) };
  }

  listen(path: string, listener: (payload: unknown) => void): () => void {
    const listeners = this.#listeners.get(path) ?? new Set();
    this.#listeners.set(path, listeners.add(listener));
    return () => {
      listeners.delete(listener);
    };
  }

  #receive(raw: unknown): void {
    const frame = parseServerFrame(raw);
    if (!frame) return;
    if (frame.t === 'event') {
      for (const listener of this.#listeners.get(frame.path) ?? []) listener(frame.payload);
      return;
    }
    const pending = this.#pending.get(frame.id);
    if (!pending) return;
    if (frame.t === 'chunk') {
      pending.onChunk(frame.value);
      return;
    }
    this.#pending.delete(frame.id);
    if (frame.t === 'ok') pending.onOk(frame.value);
    else pending.onError(AppError.fromWire(frame.error));
  }

  #close(): void {
    this.#isClosed = true;
    for (const pending of this.#pending.values()) {
      pending.onError(new AppError('connection.lost', {}));
    }
    this.#pending.clear();
  }
}

function callOver(requests: Requests, path: string) {
  return async (input: unknown, options: CallOptions = {}): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const request = requests.begin(path, input, options.signal, {
      onChunk: () => {},
      onOk: resolve,
      onError: reject,
    });
    try {
      return await promise;
    } finally {
      request.release();
    }
  };
}

/** Chunks that came but were not read yet, and how the stream ended. */
class Inbox {
  readonly #chunks: unknown[] = [];
  #end: { value: unknown } | { error: unknown } | undefined;
  #wake = (): void => {};

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  push(chunk: unknown): void {
    this.#chunks.push(chunk);
    this.#wake();
  }

  end(end: { value: unknown } | { error: unknown }): void {
    this.#end = end;
    this.#wake();
  }

  /** The next chunk, or the end once all chunks are read. */
  async next(): Promise<{ chunk: unknown } | { value: unknown }> {
    for (;;) {
      if (this.#chunks.length > 0) return { chunk: this.#chunks.shift() };
      if (this.#end && 'error' in this.#end) throw this.#end.error;
      if (this.#end) return this.#end;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function streamOver(requests: Requests, path: string) {
  return async function* (input: unknown, options: CallOptions = {}) {
    const inbox = new Inbox();
    const request = requests.begin(path, input, options.signal, {
      onChunk: (chunk) => inbox.push(chunk),
      onOk: (value) => inbox.end({ value }),
      onError: (error) => inbox.end({ error }),
    });
    try {
      for (let taken = 1; ; taken += 1) {
        const step = await inbox.next();
        if ('value' in step) return step.value;
        if (taken % creditStep === 0) {
          requests.post({ t: 'credit', id: request.id, count: creditStep });
        }
        yield step.chunk;
      }
    } finally {
      request.release();
      if (!inbox.hasEnded) request.cancel();
    }
  };
}

/**
 * Turns `port` into plain functions shaped by `contract`.
 * Cancel by aborting `options.signal` or by leaving a stream's loop. When the port closes, everything
 * pending rejects with `connection.lost`. Replies are trusted: the serving side is our own code.
 */
export function connect<C extends Contract>(contract: C, port: Port): Client<C> {
  const requests = new Requests(port);
  const groups: Record<string, Record<string, unknown>> = {};
  for (const [group, members] of Object.entries(contract)) {
    const functions: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(members)) {
      const path = `${group}.${name}`;
      if (member.kind === 'call') functions[name] = callOver(requests, path);
      else if (member.kind === 'stream') functions[name] = streamOver(requests, path);
      else
        functions[name] = (listener: (payload: unknown) => void) => requests.listen(path, listener);
    }
    groups[group] = functions;
  }
  return groups as unknown as Client<C>;
}
