import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

type PortListener = (event: { ports: unknown[]; sender: object; senderId: number }) => void;

const fake = vi.hoisted(() => ({
  exposed: new Map<string, unknown>(),
  listeners: new Map<string, unknown>(),
  sent: [] as unknown[][],
  posted: [] as unknown[][],
}));

vi.mock('electron', () => ({
  contextBridge: {
    exposeInMainWorld: (name: string, value: unknown) => fake.exposed.set(name, value),
  },
  ipcRenderer: {
    on: (channel: string, listener: unknown) => fake.listeners.set(channel, listener),
    send: (...message: unknown[]) => fake.sent.push(message),
  },
  webUtils: { getPathForFile: (file: File) => `/home/mei/${file.name}` },
}));

interface Exposed {
  connect(): Promise<unknown>;
  fileRef(file: unknown): unknown;
}
let exposed: Exposed;

beforeAll(async () => {
  vi.stubGlobal('window', {
    location: { origin: 'app://parley' },
    postMessage: (...message: unknown[]) => fake.posted.push(message),
  });
  await import('./preload.ts');
  exposed = fake.exposed.get('parleyShell') as Exposed;
});
afterAll(() => vi.unstubAllGlobals());
beforeEach(() => {
  fake.sent.length = 0;
  fake.posted.length = 0;
});

function portComes(port: unknown): void {
  const listener = fake.listeners.get('parley:port') as PortListener;
  listener({ ports: [port], sender: { ipc: true }, senderId: 7 });
}

test('exposes two functions under one name, and nothing else', () => {
  expect([...fake.exposed.keys()]).toEqual(['parleyShell']);
  expect(Object.keys(exposed).sort()).toEqual(['connect', 'fileRef']);
  for (const member of Object.values(exposed)) expect(typeof member).toBe('function');
});

test('asks main for a port and hands it to this page alone, without the event it came with', async () => {
  const port = { isPort: true };
  const connected = exposed.connect();
  expect(fake.sent).toEqual([['parley:connect']]);
  portComes(port);
  expect(await connected).toBeUndefined();
  expect(fake.posted).toEqual([['parley:port', 'app://parley', [port]]]);
  expect(JSON.stringify(fake.posted)).not.toContain('sender');
});

test('each request is answered by a port of its own', async () => {
  let answered = 0;
  const requests = [exposed.connect(), exposed.connect()].map((request) =>
    request.then(() => {
      answered += 1;
    }),
  );
  portComes('first');
  await requests[0];
  expect(answered).toBe(1);
  portComes('second');
  await Promise.all(requests);
  expect(fake.posted.map(([, , ports]) => ports)).toEqual([['first'], ['second']]);
});

test('listens to one channel of main and no other', () => {
  expect([...fake.listeners.keys()]).toEqual(['parley:port']);
});

test('names a file by its path, as plain data', () => {
  expect(exposed.fileRef({ name: 'm.gguf', sender: 'x' })).toEqual({
    kind: 'path',
    path: '/home/mei/m.gguf',
    name: 'm.gguf',
  });
});
