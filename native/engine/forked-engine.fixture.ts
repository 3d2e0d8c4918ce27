/** Forks the engine's process for tests, as the browser shell does. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { engineContract } from '../../contract/engine-contract.ts';
import { connect } from '../../contract/rpc/connect.ts';
import type { Port } from '../../contract/rpc/port.ts';

/** One engine's process, its client, and what it wrote to stderr so far. */
export function forkEngine(
  entryPath: string,
  env: Record<string, string>,
  execArgv: string[] = [],
) {
  const child = fork(entryPath, [], {
    execArgv,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Windows programs need the one variable to open a socket.
    env: { SystemRoot: process.env['SystemRoot'] ?? '', ...env },
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece;
  });
  const port: Port = {
    post: (frame) => {
      if (child.connected) child.send(frame as object, () => {});
    },
    onFrame: (listener) => child.on('message', listener),
    onClose: (listener) => child.once('disconnect', listener),
    close: () => child.disconnect(),
  };
  // Not `close`: Node never emits that once we disconnected.
  const heard = child.stderr ? once(child.stderr, 'close') : Promise.resolve();
  const ended = once(child, 'exit').then(async ([exitCode, signal]) => {
    await heard;
    return { exitCode, signal };
  });
  return {
    child,
    client: connect(engineContract, port),
    close: () => port.close(),
    /** How the process ended, once it has. */
    ended: ended as Promise<{ exitCode: number | null; signal: string | null }>,
    stderr: () => stderr,
  };
}
