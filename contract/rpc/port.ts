import { Mailbox } from './mailbox.ts';

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
  readonly mailbox = new Mailbox();
  #peer: MemoryPort | undefined;

  link(peer: MemoryPort): void {
    this.#peer = peer;
  }

  post(frame: unknown): void {
    if (this.mailbox.isClosed) return;
    const copy = structuredClone(frame);
    queueMicrotask(() => this.#peer?.mailbox.receive(copy));
  }

  onFrame(listener: (frame: unknown) => void): void {
    this.mailbox.onFrame(listener);
  }

  onClose(listener: () => void): void {
    this.mailbox.onClose(listener);
  }

  close(): void {
    this.mailbox.close();
    this.#peer?.mailbox.close();
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
