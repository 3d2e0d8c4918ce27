import { expect, test } from 'vitest';
import { AppError } from '../../contract/errors/app-error.ts';
import { electronBridge } from './electron-bridge.ts';

/** The part of a MessagePort that is used, driven by the test. */
class FakePort extends EventTarget {
  readonly sent: unknown[] = [];
  isStarted = false;
  isClosed = false;
  start(): void {
    this.isStarted = true;
  }
  postMessage(frame: unknown): void {
    this.sent.push(frame);
  }
  close(): void {
    this.isClosed = true;
  }
}

function deliver(port: FakePort, changes: Partial<MessageEventInit> = {}): void {
  const event = new MessageEvent('message', {
    source: window,
    origin: location.origin,
    data: 'parley:port',
    ...changes,
  });
  Object.defineProperty(event, 'ports', { value: [port] });
  window.dispatchEvent(event);
}

const fileRef = (file: File) => ({
  kind: 'path' as const,
  path: `/home/${file.name}`,
  name: file.name,
});
const options = { onProgress: () => {}, signal: new AbortController().signal };

test('takes the port that comes as a message, and carries frames both ways', async () => {
  const fake = new FakePort();
  const bridge = electronBridge({ connect: async () => deliver(fake), fileRef });
  const port = await bridge.open();
  const heard: unknown[] = [];
  port.onFrame((frame) => heard.push(frame));
  fake.dispatchEvent(new MessageEvent('message', { data: { a: 1 } }));
  port.post({ b: 2 });
  expect([fake.isStarted, heard, fake.sent]).toEqual([true, [{ a: 1 }], [{ b: 2 }]]);
});

test.each<[string, Partial<MessageEventInit>]>([
  ['another origin', { origin: 'https://evil.example' }],
  ['another window', { source: null }],
  ['another message', { data: 'hello' }],
])('a port from %s is not taken', async (_title, changes) => {
  const [foreign, ours] = [new FakePort(), new FakePort()];
  const bridge = electronBridge({
    connect: async () => {
      deliver(foreign, changes);
      deliver(ours);
    },
    fileRef,
  });
  const port = await bridge.open();
  port.post('x');
  expect([foreign.sent, ours.sent]).toEqual([[], ['x']]);
});

test('a port that closes says so once and sends nothing more', async () => {
  const fake = new FakePort();
  const port = await electronBridge({ connect: async () => deliver(fake), fileRef }).open();
  let closes = 0;
  port.onClose(() => {
    closes += 1;
  });
  fake.dispatchEvent(new Event('close'));
  port.post('late');
  port.close();
  expect([closes, fake.sent, fake.isClosed]).toEqual([1, [], true]);
});

test('a dropped file is named by its path', async () => {
  const bridge = electronBridge({ connect: async () => {}, fileRef });
  const file = new File(['x'], 'm.gguf');
  expect(await bridge.refer(file, options)).toEqual({
    kind: 'path',
    path: '/home/m.gguf',
    name: 'm.gguf',
  });
});

test('a file that lies nowhere is not found', async () => {
  const bridge = electronBridge({
    connect: async () => {},
    fileRef: ({ name }) => ({ kind: 'path', path: '', name }),
  });
  const error = await bridge
    .refer(new File([], 'pasted'), options)
    .catch((caught: unknown) => caught);
  expect(AppError.is(error, 'file.not-found') && error.data.name).toBe('pasted');
});
