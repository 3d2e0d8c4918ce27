import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeInstanceLock } from './instance-lock.ts';
import { type Harness, instanceSecret, startHarness } from './server-harness.fixture.ts';

let folder = '';
let path = '';
const opened: (() => Promise<unknown> | unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-lock-'));
  path = join(folder, 'instance.json');
});
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
  rmSync(folder, { recursive: true });
});

async function instance(reply: object = { isOpened: true }): Promise<Harness> {
  const harness = await startHarness(async (body) => ({ ...reply, ...body }));
  opened.push(() => harness.close());
  return harness;
}

function take(port: number, secret = 'a-secret-of-my-own-1', request: object = {}) {
  return takeInstanceLock({ folder, port, secret, request });
}

function write(content: object | string): void {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
}

test('the first takes the lock, readable by nobody else, and gives it back', async () => {
  const outcome = await take(4321);
  expect(outcome.kind).toBe('first');
  expect(statSync(path).mode & 0o077).toBe(0);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid, port: 4321 });
  if (outcome.kind === 'first') outcome.release();
  expect(existsSync(path)).toBe(false);
});

test('the second asks the first, and leaves its lock alone', async () => {
  const { server } = await instance();
  await take(server.port, instanceSecret);
  const before = readFileSync(path, 'utf8');
  const outcome = await take(1, 'a-secret-of-my-own-2', { modelPath: '/m.gguf' });
  expect(outcome).toEqual({ kind: 'second', reply: { isOpened: true, modelPath: '/m.gguf' } });
  expect(readFileSync(path, 'utf8')).toBe(before);
});

test('the lock of a process that was killed is taken over', async () => {
  const harness = await startHarness();
  const { port } = harness.server;
  await harness.close();
  write({ pid: process.pid, port, secret: instanceSecret });
  expect((await take(4321)).kind).toBe('first');
});

test.each(['', '{', '{}', '{"pid":1}', '{"pid":-1,"port":0,"secret":""}', '\u0000'])(
  'a broken lock (%j) is taken over',
  async (text) => {
    write(text);
    expect((await take(4321)).kind).toBe('first');
  },
);

async function stranger(answer: RequestListener): Promise<number> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('another program on the port of a dead instance is not mistaken for it', async () => {
  const port = await stranger((_request, response) => {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end('{"error":"no such page"}');
  });
  write({ pid: process.pid, port, secret: instanceSecret });
  expect((await take(4321)).kind).toBe('first');
});

test('an instance that lives but does not answer keeps its lock', async () => {
  const port = await stranger(() => {});
  write({ pid: process.pid, port, secret: instanceSecret });
  expect(await take(4321)).toEqual({ kind: 'silent', pid: process.pid });
  expect(JSON.parse(readFileSync(path, 'utf8')).secret).toBe(instanceSecret);
});

test('of many that start at once over a stale lock, exactly one is the first', async () => {
  write({ pid: 2 ** 22 - 1, port: 9, secret: 'a-secret-of-the-dead' });
  const harnesses = await Promise.all(Array.from({ length: 6 }, () => instance()));
  const outcomes = await Promise.all(
    harnesses.map(({ server }) => take(server.port, instanceSecret)),
  );
  expect(outcomes.filter(({ kind }) => kind === 'first')).toHaveLength(1);
  expect(outcomes.filter(({ kind }) => kind === 'second')).toHaveLength(5);
});

test('a lock that is not ours any more is not given back', async () => {
  const outcome = await take(4321);
  write({ pid: process.pid, port: 1, secret: 'a-secret-of-another' });
  if (outcome.kind === 'first') outcome.release();
  expect(existsSync(path)).toBe(true);
});

test('a folder that cannot be written is an error', async () => {
  await expect(
    takeInstanceLock({
      folder: join(folder, 'none'),
      port: 1,
      secret: 'a-secret-of-my-own',
      request: {},
    }),
  ).rejects.toThrow('ENOENT');
});
