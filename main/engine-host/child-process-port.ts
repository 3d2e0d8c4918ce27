import type { ChildProcess } from 'node:child_process';
import type { Port } from '../../contract/rpc/port.ts';

/**
 * The port of a child forked with `serialization: 'advanced'`. It closes when the channel does: the
 * child is gone or hung up, or we closed it, which asks the child to end itself.
 */
export function childProcessPort(child: ChildProcess): Port {
  const closers: (() => void)[] = [];
  let reader: ((frame: unknown) => void) | undefined;
  let isClosed = false;
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    for (const closer of closers.splice(0)) closer();
  };
  child.once('disconnect', close);
  child.once('exit', close);
  child.once('error', () => {
    // Without a pid it never started, and neither of the two above will come.
    if (child.pid === undefined) close();
  });
  return {
    post: (frame) => {
      if (isClosed || !child.connected) return;
      // A child that dies while we write is told by `disconnect`, not by this send's error.
      child.send(frame as object, () => {});
    },
    onFrame: (listener) => {
      if (reader) child.off('message', reader);
      reader = listener;
      child.on('message', reader);
    },
    onClose: (listener) => {
      if (isClosed) listener();
      else closers.push(listener);
    },
    close: () => {
      close();
      if (child.connected) child.disconnect();
    },
  };
}
