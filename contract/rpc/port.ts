/**
 * The one thing every transport must be able to do: ordered, reliable delivery of structured-clone
 * (or, over a socket, JSON) frames. One reader a port: a second `onFrame` replaces the first.
 */
export interface Port {
  post(frame: unknown): void;
  onFrame(listener: (frame: unknown) => void): void;
  /** Fires once, whichever side closed; at once if the port is closed already. */
  onClose(listener: () => void): void;
  close(): void;
}

class MemoryPort implements Port {
  #peer: MemoryPort | undefined;
  #listener: ((frame: unknown) => void) | undefined;
  #waiting: unknown[] = [];
  #closers: (() => void)[] = [];
  #closed = false;

  link(peer: MemoryPort): void {
    this.#peer = peer;
  }

  post(frame: unknown): void {
    if (this.#closed) return;
    const copy = structuredClone(frame);
    queueMicrotask(() => this.#peer?.receive(copy));
  }

  receive(frame: unknown): void {
    if (this.#closed) return;
    if (this.#listener) this.#listener(frame);
    else this.#waiting.push(frame);
  }

  onFrame(listener: (frame: unknown) => void): void {
    this.#listener = listener;
    for (const frame of this.#waiting.splice(0)) listener(frame);
  }

  onClose(listener: () => void): void {
    if (this.#closed) listener();
    else this.#closers.push(listener);
  }

  shut(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const closer of this.#closers.splice(0)) closer();
  }

  close(): void {
    this.shut();
    this.#peer?.shut();
  }
}

/** Two linked ports in one process: for a shell without a border, and for tests. */
export function portPair(): [Port, Port] {
  const left = new MemoryPort();
  const right = new MemoryPort();
  left.link(right);
  right.link(left);
  return [left, right];
}
