/** The receiving half of a port: frames to one listener, kept until it is there; closers that run once. */
export class Mailbox {
  readonly #waiting: unknown[] = [];
  #listener: ((frame: unknown) => void) | undefined;
  #closers: (() => void)[] = [];
  #isClosed = false;

  get isClosed(): boolean {
    return this.#isClosed;
  }

  receive(frame: unknown): void {
    if (this.#isClosed) return;
    if (this.#listener) this.#listener(frame);
    else this.#waiting.push(frame);
  }

  onFrame(listener: (frame: unknown) => void): void {
    this.#listener = listener;
    for (const frame of this.#waiting.splice(0)) listener(frame);
  }

  onClose(listener: () => void): void {
    if (this.#isClosed) listener();
    else this.#closers.push(listener);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const closer of this.#closers.splice(0)) closer();
  }
}
