import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import type { Port } from '../../contract/rpc/port.ts';
import { type Harness, startHarness } from './server-harness.fixture.ts';

let harness: Harness;
let ports: Port[] = [];
beforeEach(async () => {
  harness = await startHarness();
  ports = [];
  harness.server.onConnect((port) => {
    ports.push(port);
  });
});
afterEach(() => harness.close());

async function openWindow(): Promise<{ socket: WebSocket; port: Port }> {
  const socket = await harness.connect(await harness.pageHeaders());
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
  const port = ports.at(-1);
  if (!port) throw new Error('no port came');
  return { socket, port };
}

function closed(port: Port): Promise<void> {
  return new Promise((resolve) => port.onClose(resolve));
}

async function frames(socket: WebSocket, count: number): Promise<unknown[]> {
  const seen: unknown[] = [];
  while (seen.length < count) {
    const [data] = await once(socket, 'message');
    seen.push(JSON.parse(String(data)));
  }
  return seen;
}

describe('a window', () => {
  test('exchanges frames, and hears a beat while nothing else is said', async () => {
    const { socket, port } = await openWindow();
    port.onFrame((frame) => port.post({ echo: frame }));
    socket.send('{"hello":"世界"}');
    expect(await frames(socket, 2)).toEqual([{ echo: { hello: '世界' } }, { t: 'beat' }]);
  });

  test('loses no frame that came before it was listened to', async () => {
    const { socket, port } = await openWindow();
    for (let index = 0; index < 100; index += 1) socket.send(String(index));
    await frames(socket, 1);
    const heard: unknown[] = [];
    port.onFrame((frame) => heard.push(frame));
    expect(heard).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  test('that goes closes its port, and a port that closes lets its window go', async () => {
    const first = await openWindow();
    first.socket.terminate();
    await closed(first.port);
    const second = await openWindow();
    const gone = once(second.socket, 'close');
    second.port.close();
    expect((await gone)[0]).toBe(1001);
    second.port.post({ late: true });
    await closed(second.port);
  });

  test.each([
    ['no JSON', '{', 1003],
    ['binary', Buffer.from('{}'), 1003],
    ['too long', `"${'x'.repeat(17 * 1024 * 1024)}"`, 1009],
  ])('that sends what is %s is let go', async (_title, data, code) => {
    const { socket, port } = await openWindow();
    const gone = once(socket, 'close');
    socket.send(data);
    expect((await gone)[0]).toBe(code);
    await closed(port);
  });

  test('that reads nothing does not fill our memory: it is let go', async () => {
    const { socket, port } = await openWindow();
    socket.pause();
    const gone = closed(port);
    const frame = { text: 'x'.repeat(8 * 1024 * 1024) };
    for (let index = 0; index < 12; index += 1) port.post(frame);
    await gone;
    socket.terminate();
  });

  test('that floods us is slowed, and loses nothing', async () => {
    const { socket, port } = await openWindow();
    const heard: number[] = [];
    port.onFrame((frame) => heard.push((frame as { index: number }).index));
    const filling = 'x'.repeat(1_000);
    for (let index = 0; index < 5_000; index += 1) socket.send(JSON.stringify({ index, filling }));
    await frames(socket, 1);
    expect(heard.length).toBeLessThan(5_000);
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(5_000);
    expect(heard).toEqual(Array.from({ length: 5_000 }, (_, index) => index));
  });

  test('the seventeenth is refused, and a place becomes free again', async () => {
    const page = await harness.pageHeaders();
    const open = [];
    for (let index = 0; index < 16; index += 1) open.push(await harness.connect(page));
    expect(await harness.connect(page)).toBe(503);
    const [first] = open;
    if (first === undefined || typeof first === 'number') throw new Error('refused');
    first.terminate();
    await closed(ports[0] as Port);
    expect(typeof (await harness.connect(page))).toBe('object');
  });
});

/** A socket that sends what we like; resolves to what came back when the server ends it. */
async function raw(text: string): Promise<{ socket: Socket; ended: Promise<string> }> {
  const socket = connect(harness.server.port, '127.0.0.1');
  await once(socket, 'connect');
  const ended = new Promise<string>((resolve) => {
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
  });
  socket.write(text);
  return { socket, ended };
}

describe('a stranger on this computer', () => {
  test('that sends its headers drop by drop is let go', async () => {
    const { socket, ended } = await raw('GET / HTTP/1.1\r\nhost: x\r\n');
    const drip = setInterval(() => socket.write('a: b\r\n'), 500);
    expect(await ended).toContain('408 Request Timeout');
    clearInterval(drip);
  });

  test('that sends a small body drop by drop is let go', async () => {
    const head = [
      'POST /session HTTP/1.1',
      `host: 127.0.0.1:${harness.server.port}`,
      `origin: ${harness.origin}`,
      'content-type: application/json',
      'content-length: 4000',
    ];
    const { socket, ended } = await raw(`${head.join('\r\n')}\r\n\r\n`);
    const drip = setInterval(() => socket.write(' '), 500);
    expect(await ended).not.toContain('204');
    clearInterval(drip);
  });

  test.each(['/session', '/instance', '/upload'])(
    'cannot make us keep a large body of %s',
    async (path) => {
      const headers = { origin: harness.origin, 'content-type': 'application/json' };
      const reply = await harness
        .send('POST', path, headers, 'x'.repeat(1024 * 1024))
        .catch(() => undefined);
      expect(reply?.status ?? 400).toBeGreaterThanOrEqual(400);
      expect(readdirSync(join(harness.dataFolder, 'uploads'))).toEqual([]);
    },
  );

  test('cannot send endless headers', async () => {
    const { ended } = await raw(`GET / HTTP/1.1\r\nx: ${'y'.repeat(64 * 1024)}\r\n\r\n`);
    expect(await ended).toContain('431');
  });

  test('that opens a thousand connections leaves our own window working', async () => {
    const { socket, port } = await openWindow();
    port.onFrame((frame) => port.post(frame));
    const flood = Array.from({ length: 1_000 }, () =>
      connect(harness.server.port, '127.0.0.1').on('error', () => {}),
    );
    await once(flood.at(-1) as Socket, 'close');
    socket.send('"still here"');
    for (;;) {
      const [frame] = await frames(socket, 1);
      if (frame === 'still here') break;
    }
    for (const stranger of flood) stranger.destroy();
  });

  test('two Host lines are refused', async () => {
    const host = `127.0.0.1:${harness.server.port}`;
    const { ended } = await raw(
      `GET / HTTP/1.1\r\nhost: ${host}\r\nhost: evil.example\r\nconnection: close\r\n\r\n`,
    );
    expect(await ended).toMatch(/^HTTP\/1.1 40[03]/);
  });
});

describe('an upload', () => {
  test('comes whole, and is taken once', async () => {
    const bytes = 'GGUF'.repeat(500_000);
    const reply = await harness.send('POST', '/upload', await harness.pageHeaders(), bytes);
    const { uploadId } = JSON.parse(reply.text) as { uploadId: string };
    const reference = { kind: 'upload', uploadId, name: 'model.gguf' } as const;
    const taken = await harness.exchange.take(reference);
    expect(readFileSync(taken.path, 'utf8') === bytes).toBe(true);
    await expect(harness.exchange.take(reference)).rejects.toThrow('file.not-found');
  });

  test('needs a length', async () => {
    const headers = { ...(await harness.pageHeaders()), 'transfer-encoding': 'chunked' };
    expect((await harness.send('POST', '/upload', headers, 'GGUF')).status).toBe(411);
  });

  test('larger than the disk is refused before it comes', async () => {
    const page = await harness.pageHeaders();
    const head = [
      'POST /upload HTTP/1.1',
      `host: 127.0.0.1:${harness.server.port}`,
      `origin: ${page['origin']}`,
      `cookie: ${page['cookie']}`,
      'content-length: 900000000000000',
    ];
    const { ended } = await raw(`${head.join('\r\n')}\r\n\r\n`);
    expect(await ended).toContain('507');
  });

  test('that breaks off leaves nothing behind', async () => {
    const page = await harness.pageHeaders();
    const head = [
      'POST /upload HTTP/1.1',
      `host: 127.0.0.1:${harness.server.port}`,
      `origin: ${page['origin']}`,
      `cookie: ${page['cookie']}`,
      'content-length: 1000000',
    ];
    const { socket } = await raw(`${head.join('\r\n')}\r\n\r\nGGUF`);
    const folder = join(harness.dataFolder, 'uploads');
    await expect.poll(() => readdirSync(folder).length).toBe(1);
    socket.destroy();
    await expect.poll(() => readdirSync(folder)).toEqual([]);
    expect(harness.incidents).toEqual([]);
  });

  test('into a folder that is gone is a bug that is logged', async () => {
    const folder = join(harness.dataFolder, 'uploads');
    expect(existsSync(folder)).toBe(true);
    const { rmdirSync } = await import('node:fs');
    rmdirSync(folder);
    writeFileSync(folder, '');
    const reply = await harness.send('POST', '/upload', await harness.pageHeaders(), 'GGUF');
    expect(reply.status).toBe(500);
    expect(harness.incidents).toHaveLength(1);
  });
});
