import type { RawData, WebSocket } from 'ws';
import type { Port } from '../../contract/rpc/port.ts';

/** What a window may leave unread before it counts as stuck and is let go; it then connects anew. */
const unreadBytesMax = 64 * 1024 * 1024;
/** More frames than this in a second wait in the socket, which slows the sender and fills no memory here. */
const framesPerSecondMax = 2_000;
const beatMs = 1_000;
const silentBeatsMax = 30;

/**
 * How long the page hears nothing before it says that the back end is gone is its own matter; this is the
 * frame it hears every second.
 */
export const beatFrame = { t: 'beat' } as const;

function parse(data: RawData): unknown {
  try {
    return JSON.parse(data.toString());
  } catch {
    return undefined;
  }
}

/** A window's connection: JSON text frames, a beat each second, bounds in both directions. */
class SocketPort implements Port {
  readonly #socket: WebSocket;
  readonly #waiting: unknown[] = [];
  #listener: ((frame: unknown) => void) | undefined;
  #closers: (() => void)[] = [];
  #isClosed = false;
  #framesThisSecond = 0;
  #silentBeats = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#timer = setInterval(() => this.#beat(), beatMs);
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('pong', () => {
      this.#silentBeats = 0;
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#closed());
  }

  post(frame: unknown): void {
    if (this.#isClosed) return;
    if (this.#socket.bufferedAmount > unreadBytesMax) this.#socket.terminate();
    else this.#socket.send(JSON.stringify(frame), () => {});
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
    this.#socket.close(1001);
    this.#closed();
  }

  #receive(data: RawData, isBinary: boolean): void {
    const frame = isBinary ? undefined : parse(data);
    if (frame === undefined) {
      this.#socket.close(1003);
      return;
    }
    this.#framesThisSecond += 1;
    if (this.#framesThisSecond >= framesPerSecondMax) this.#socket.pause();
    if (this.#listener) this.#listener(frame);
    else this.#waiting.push(frame);
  }

  #beat(): void {
    this.#framesThisSecond = 0;
    if (this.#socket.isPaused) this.#socket.resume();
    this.#silentBeats += 1;
    if (this.#silentBeats > silentBeatsMax) {
      this.#socket.terminate();
      return;
    }
    this.post(beatFrame);
    if (!this.#isClosed) this.#socket.ping();
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const closer of this.#closers.splice(0)) closer();
  }
}

/** The port of an accepted WebSocket. */
export function socketPort(socket: WebSocket): Port {
  return new SocketPort(socket);
}
