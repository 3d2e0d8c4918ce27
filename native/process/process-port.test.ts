import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { forkedPort, utilityPort } from './process-port.ts';

/** A forked Node's `process`, as far as the port sees it. */
class ForkedHost extends EventEmitter {
  connected = true;
  sent: unknown[] = [];
  send(message: unknown): boolean {
    if (!this.connected) throw new Error('channel closed');
    this.sent.push(message);
    return true;
  }
  disconnect(): void {
    this.connected = false;
    this.emit('disconnect');
  }
  deliver(frame: unknown): void {
    this.emit('message', frame);
  }
}

/** Electron's `process.parentPort`, as far as the port sees it. */
class ElectronHost extends EventEmitter {
  sent: unknown[] = [];
  postMessage(message: unknown): void {
    this.sent.push(message);
  }
  deliver(frame: unknown): void {
    this.emit('message', { data: frame, ports: [] });
  }
}

const hosts = {
  forked: () => {
    const host = new ForkedHost();
    return { host, port: forkedPort(host) };
  },
  utility: () => {
    const host = new ElectronHost();
    return { host, port: utilityPort(host) };
  },
};

describe.each(Object.entries(hosts))('the port of a %s process', (_name, open) => {
  test('gives frames in order, those that came before its reader first', () => {
    const { host, port } = open();
    host.deliver(1);
    host.deliver(2);
    const frames: unknown[] = [];
    port.onFrame((frame) => frames.push(frame));
    host.deliver(3);
    expect(frames).toEqual([1, 2, 3]);
  });

  test('posts frames as they are', () => {
    const { host, port } = open();
    port.post({ t: 'ok' });
    expect(host.sent).toEqual([{ t: 'ok' }]);
  });

  test('closes once; then nothing goes or comes, and a late listener is told', () => {
    const { host, port } = open();
    const told: string[] = [];
    port.onFrame(() => told.push('frame'));
    port.onClose(() => told.push('closed'));
    port.close();
    port.close();
    port.post('late');
    host.deliver('late');
    port.onClose(() => told.push('late'));
    expect(told).toEqual(['closed', 'late']);
    expect(host.sent).toEqual([]);
  });
});

test('the port of a forked process closes when the parent hangs up, and posting then is harmless', () => {
  const { host, port } = hosts.forked();
  let isClosed = false;
  port.onClose(() => {
    isClosed = true;
  });
  host.connected = false;
  port.post('too late');
  host.emit('disconnect');
  expect(isClosed).toBe(true);
});
