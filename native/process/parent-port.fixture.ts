/** Gives a forked Node the `process.parentPort` of an Electron utility process; load with --import. */
import { EventEmitter } from 'node:events';
import type { ParentPort } from './process-port.ts';

class ForkedParentPort extends EventEmitter {
  postMessage(message: unknown): void {
    process.send?.(message);
  }
}

const parentPort = new ForkedParentPort();
process.on('message', (data) => parentPort.emit('message', { data, ports: [] }));
process.on('disconnect', () => process.exit(0));
(process as { parentPort?: ParentPort }).parentPort = parentPort;
