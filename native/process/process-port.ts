import { Mailbox } from '../../contract/rpc/mailbox.ts';
import type { Port } from '../../contract/rpc/port.ts';

/** What we use of a forked Node's `process`. */
export interface ForkedProcess {
  readonly connected: boolean;
  send(
    message: unknown,
    handle: undefined,
    options: object,
    sent: (error: unknown) => void,
  ): boolean;
  disconnect(): void;
  on(name: 'message', listener: (message: unknown) => void): unknown;
  on(name: 'disconnect', listener: () => void): unknown;
}

/** What we use of Electron's `process.parentPort`. */
export interface ParentPort {
  postMessage(message: unknown): void;
  on(name: 'message', listener: (event: { data: unknown }) => void): unknown;
}

/** The port of a process forked with `serialization: 'advanced'`. It closes when the parent is gone. */
export function forkedPort(host: ForkedProcess): Port {
  const mailbox = new Mailbox();
  host.on('message', (frame) => mailbox.receive(frame));
  host.on('disconnect', () => mailbox.close());
  return {
    post: (frame) => {
      if (mailbox.isClosed || !host.connected) return;
      // A parent that dies while we write is told by `disconnect`, not by this send's error.
      host.send(frame, undefined, {}, () => {});
    },
    onFrame: (listener) => mailbox.onFrame(listener),
    onClose: (listener) => mailbox.onClose(listener),
    close: () => {
      mailbox.close();
      if (host.connected) host.disconnect();
    },
  };
}

/**
 * The port of an Electron utility process. Chromium ends the process with its parent, so nothing tells
 * of that here; only our own `close` closes it.
 */
export function utilityPort(parentPort: ParentPort): Port {
  const mailbox = new Mailbox();
  parentPort.on('message', ({ data }) => mailbox.receive(data));
  return {
    post: (frame) => {
      if (!mailbox.isClosed) parentPort.postMessage(frame);
    },
    onFrame: (listener) => mailbox.onFrame(listener),
    onClose: (listener) => mailbox.onClose(listener),
    close: () => mailbox.close(),
  };
}

/** The port to whichever host started this process: Electron, or a forking Node. */
export function hostPort(): Port {
  const { parentPort } = process as { parentPort?: ParentPort };
  return parentPort ? utilityPort(parentPort) : forkedPort(process as ForkedProcess);
}
