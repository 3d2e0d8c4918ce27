import { AppError } from '../../contract/errors/app-error.ts';
import { Mailbox } from '../../contract/rpc/mailbox.ts';
import type { Port } from '../../contract/rpc/port.ts';

/** The back end says something at least once a second. */
const silentMsMax = 2_500;
const checkMs = 500;

/**
 * Calls `onSilent` when nothing was heard for 2.5 s. A check that comes late tells that this page itself
 * slept (a closed lid, a tab in the background): what the back end said meanwhile may not be here yet.
 */
export class SilenceWatch {
  readonly #nowMs: () => number;
  #heardMs: number;
  #checkedMs: number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#heardMs = nowMs();
    this.#checkedMs = this.#heardMs;
  }

  heard(): void {
    this.#heardMs = this.#nowMs();
  }

  isSilent(): boolean {
    const nowMs = this.#nowMs();
    const hasSlept = nowMs - this.#checkedMs > 2 * checkMs;
    this.#checkedMs = nowMs;
    if (hasSlept) this.#heardMs = nowMs;
    return nowMs - this.#heardMs > silentMsMax;
  }
}

/**
 * A port over a WebSocket at `url`. It closes itself when the back end falls silent.
 * @throws AppError `connection.lost` when the socket does not open
 */
export async function openSocketPort(url: string): Promise<Port> {
  const socket = new WebSocket(url);
  const mailbox = new Mailbox();
  const { promise: opened, resolve, reject } = Promise.withResolvers<void>();
  const watch = new SilenceWatch(() => performance.now());
  socket.addEventListener('open', () => {
    watch.heard();
    resolve();
  });
  const timer = setInterval(() => {
    if (watch.isSilent()) close();
  }, checkMs);
  function close(): void {
    clearInterval(timer);
    reject(new AppError('connection.lost', {}));
    mailbox.close();
    socket.close();
  }
  socket.addEventListener('close', close);
  socket.addEventListener('message', ({ data }) => {
    watch.heard();
    mailbox.receive(JSON.parse(String(data)));
  });
  await opened;
  return {
    post: (frame) => {
      if (!mailbox.isClosed) socket.send(JSON.stringify(frame));
    },
    onFrame: (listener) => mailbox.onFrame(listener),
    onClose: (listener) => mailbox.onClose(listener),
    close,
  };
}
