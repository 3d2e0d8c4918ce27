import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { childProcessPort } from '../engine-host/child-process-port.ts';
import { lineCutter } from '../engine-host/last-lines.ts';
import type { EngineProcess } from '../ports/engine-launcher.ts';

/** How long to wait, after the process has ended, for what it still had to say on stderr. */
const lastWordsMs = 500;

/** A forked child with its stderr in a pipe, as hosts of processes see it. */
export function forkedProcess(child: ChildProcess): EngineProcess {
  const lineListeners: ((line: string) => void)[] = [];
  const tell = (line: string): void => {
    for (const listener of lineListeners) listener(line);
  };
  const cut = lineCutter(tell);
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', cut);
  const { promise: stderrEnd, resolve: endStderr } = Promise.withResolvers<void>();
  child.stderr?.on('close', () => {
    cut(null);
    endStderr();
  });
  return {
    pid: child.pid,
    port: childProcessPort(child),
    onLogLine: (listener) => {
      lineListeners.push(listener);
    },
    onExit: (listener) => {
      child.once('exit', (exitCode, signal) => {
        // Its last lines may still be on their way. (`close`, which would wait for them, never comes
        // once we disconnected.)
        void Promise.race([stderrEnd, pause(lastWordsMs, undefined, { ref: false })]).then(() =>
          listener(exitCode, signal),
        );
      });
      child.once('error', (error) => {
        // Without a pid it never started; other errors are of messages to a process that lives.
        if (child.pid !== undefined) return;
        tell(error.message);
        listener(null, null);
      });
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}
