import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openSocketPort, SilenceWatch } from './socket-port.ts';

describe('silence', () => {
  let nowMs = 0;
  const pass = (steps: number, watch: SilenceWatch): boolean => {
    let isSilent = false;
    for (let step = 0; step < steps; step += 1) {
      nowMs += 500;
      isSilent = watch.isSilent();
    }
    return isSilent;
  };

  test('is noticed within three seconds', () => {
    const watch = new SilenceWatch(() => nowMs);
    expect(pass(5, watch)).toBe(false);
    expect(pass(1, watch)).toBe(true);
  });

  test('ends with each thing heard', () => {
    const watch = new SilenceWatch(() => nowMs);
    for (let beat = 0; beat < 20; beat += 1) {
      expect(pass(4, watch)).toBe(false);
      watch.heard();
    }
  });

  test('of a page that slept itself is not held against the back end', () => {
    const watch = new SilenceWatch(() => nowMs);
    nowMs += 3_600_000;
    expect(watch.isSilent()).toBe(false);
    expect(pass(5, watch)).toBe(false);
    expect(pass(1, watch)).toBe(true);
  });
});

/** The part of a browser's WebSocket that is used, driven by the test. */
class FakeSocket extends EventTarget {
  static latest: FakeSocket | undefined;
  readonly sent: string[] = [];
  readonly url: string;
  isClosed = false;

  constructor(url: string) {
    super();
    this.url = url;
    FakeSocket.latest = this;
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.isClosed = true;
  }

  hear(frame: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(frame) }));
  }
}

describe('a port over a socket', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('WebSocket', FakeSocket);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  function open() {
    const port = openSocketPort('ws://127.0.0.1:1/rpc');
    const socket = FakeSocket.latest as FakeSocket;
    return { port, socket };
  }

  async function opened() {
    const { port, socket } = open();
    socket.dispatchEvent(new Event('open'));
    return { port: await port, socket };
  }

  test('carries frames both ways, the early ones too', async () => {
    const { port, socket } = await opened();
    socket.hear({ a: 1 });
    const heard: unknown[] = [];
    port.onFrame((frame) => heard.push(frame));
    socket.hear({ b: 2 });
    port.post({ c: 3 });
    expect(heard).toEqual([{ a: 1 }, { b: 2 }]);
    expect(socket.sent).toEqual(['{"c":3}']);
  });

  test('that is refused is a lost connection', async () => {
    const { port, socket } = open();
    socket.dispatchEvent(new Event('close'));
    await expect(port).rejects.toThrow('connection.lost');
  });

  test('that never opens is given up', async () => {
    const { port, socket } = open();
    const refused = expect(port).rejects.toThrow('connection.lost');
    await vi.advanceTimersByTimeAsync(5_000);
    await refused;
    expect(socket.isClosed).toBe(true);
  });

  test('closes once when the socket does, and then sends nothing', async () => {
    const { port, socket } = await opened();
    let closes = 0;
    port.onClose(() => {
      closes += 1;
    });
    socket.dispatchEvent(new Event('close'));
    socket.dispatchEvent(new Event('close'));
    port.post({});
    port.onClose(() => {
      closes += 1;
    });
    expect([closes, socket.sent]).toEqual([2, []]);
  });

  test('closes when the back end falls silent, not while it beats', async () => {
    const { port, socket } = await opened();
    let hasClosed = false;
    port.onClose(() => {
      hasClosed = true;
    });
    for (let beat = 0; beat < 10; beat += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      socket.hear({ t: 'beat' });
    }
    expect(hasClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(3_000);
    expect([hasClosed, socket.isClosed]).toEqual([true, true]);
  });
});
