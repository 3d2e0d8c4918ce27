import type { UtilityProcess } from 'electron';
import type { Port } from '../../contract/rpc/port.ts';
import { lineCutter } from '../engine-host/last-lines.ts';
import type { EngineProcess } from '../ports/engine-launcher.ts';

function processPort(child: UtilityProcess, end: () => void): Port {
  const closers: (() => void)[] = [];
  let reader: ((frame: unknown) => void) | undefined;
  let isClosed = false;
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    for (const closer of closers.splice(0)) closer();
  };
  child.once('exit', close);
  return {
    post: (frame) => {
      if (!isClosed) child.postMessage(frame);
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
      end();
    },
  };
}

/** A utility process with its stderr in a pipe, as hosts of processes see it. Closing its port ends it at once. */
export function utilityProcessOf(child: UtilityProcess): EngineProcess {
  const lineListeners: ((line: string) => void)[] = [];
  const cut = lineCutter((line) => {
    for (const listener of lineListeners) listener(line);
  });
  child.stderr?.on('data', (chunk: Buffer) => cut(chunk.toString()));
  child.stderr?.on('end', () => cut(null));
  const kill = (): void => {
    child.kill();
  };
  return {
    get pid() {
      return child.pid;
    },
    port: processPort(child, kill),
    onLogLine: (listener) => {
      lineListeners.push(listener);
    },
    onExit: (listener) => {
      child.once('exit', (exitCode) => listener(exitCode, null));
    },
    kill,
  };
}
