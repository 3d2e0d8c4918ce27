import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentPolicyHeader } from '../adapters/content-policy.ts';
import { traversalPaths } from '../adapters/traversal-paths.fixture.ts';
import { type Harness, instanceSecret, startHarness } from './server-harness.fixture.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const json = { 'content-type': 'application/json' };

function tokenFrom(url: string): string {
  return url.split('#token=')[1] ?? '';
}

function exchange(token: unknown, headers: Record<string, string> = {}) {
  return harness.send(
    'POST',
    '/session',
    { origin: harness.origin, ...json, ...headers },
    JSON.stringify({ token }),
  );
}

/** Host and Origin headers that another site, or a name that was pointed here, would send. */
function foreignHosts(port: number): string[] {
  return [
    'evil.example',
    `evil.example:${port}`,
    `localhost:${port}`,
    '127.0.0.1',
    `127.0.0.1:${port + 1}`,
    `127.0.0.1:${port}.evil.example`,
    `127.0.0.2:${port}`,
    `0.0.0.0:${port}`,
    `[::1]:${port}`,
    `2130706433:${port}`,
    ` `,
  ];
}

function foreignOrigins(port: number): string[] {
  return [
    'null',
    'http://evil.example',
    `http://localhost:${port}`,
    'http://127.0.0.1',
    `http://127.0.0.1:${port + 1}`,
    `https://127.0.0.1:${port}`,
    `http://127.0.0.1:${port}.evil.example`,
    `http://evil.example/http://127.0.0.1:${port}`,
    `HTTP://127.0.0.1:${port}`,
    'file://',
    'chrome-extension://abcdef',
  ];
}

describe('the page and its files', () => {
  test('are served without a session, under the strict policy', async () => {
    const reply = await harness.send('GET', '/');
    expect(reply.status).toBe(200);
    expect(reply.text).toContain('<title>Parley');
    expect(reply.headers['content-security-policy']).toContain("default-src 'none'");
    expect(reply.headers['content-security-policy']).toContain(
      `connect-src 'self' ws://127.0.0.1:${harness.server.port};`,
    );
    expect(reply.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    });
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('a HEAD gives the headers alone', async () => {
    const reply = await harness.send('HEAD', '/main.js');
    expect([reply.status, reply.text]).toEqual([200, '']);
  });

  test('nothing outside the built window is reached', async () => {
    const written = traversalPaths.filter((path) => /^\/[\x21-\x7e]*$/.test(path));
    expect(written.length).toBeGreaterThan(40);
    for (const path of written) {
      const reply = await harness.send('GET', path);
      expect([path.slice(0, 80), reply.status >= 400, reply.text]).toEqual([
        path.slice(0, 80),
        true,
        '',
      ]);
    }
  });

  test.each(['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'POST'])(
    '%s changes nothing',
    async (method) => {
      const reply = await harness.send(method, '/', { origin: harness.origin });
      expect(reply.status).toBe(405);
      expect(reply.headers['access-control-allow-origin']).toBeUndefined();
    },
  );

  test('another site can neither read nor embed them', async () => {
    for (const site of ['cross-site', 'same-site']) {
      expect((await harness.send('GET', '/', { 'sec-fetch-site': site })).status).toBe(403);
    }
    expect((await harness.send('GET', '/', { 'sec-fetch-site': 'none' })).status).toBe(200);
  });

  test('a target that is no path is refused', async () => {
    for (const target of ['http://evil.example/', '*', '//evil.example/']) {
      expect((await harness.send('GET', target)).status).toBe(400);
    }
  });
});

describe('drawn pictures', () => {
  const name = `${'ab'.repeat(32)}-1-256.png`;
  const get = (path: string, headers: Record<string, string>) =>
    harness.send('GET', `/drawn/${path}`, headers);

  beforeAll(() => {
    mkdirSync(join(harness.dataFolder, 'drawn'));
    writeFileSync(join(harness.dataFolder, 'drawn', name), 'a picture');
  });

  test('go to a window that was let in, under the strict policy', async () => {
    const reply = await get(name, await harness.pageHeaders());
    expect([reply.status, reply.text]).toEqual([200, 'a picture']);
    expect(reply.headers).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': contentPolicyHeader(`ws://127.0.0.1:${harness.server.port}`),
    });
  });

  test('go to nobody else', async () => {
    expect((await get(name, {})).status).toBe(401);
    const { origin: _origin, ...cookie } = await harness.pageHeaders();
    for (const origin of foreignOrigins(harness.server.port)) {
      expect((await get(name, { ...cookie, origin })).status, origin).toBe(403);
    }
    expect((await get(name, { ...cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await get(name, { cookie: 'parley-1=x' })).status).toBe(401);
  });

  test('are all there is below their path', async () => {
    const headers = await harness.pageHeaders();
    // What a request line cannot carry never arrives.
    const sendable = traversalPaths.filter((path) => /^[\x21-\x7e]*$/u.test(path));
    for (const path of ['', '../secret.html', '..%2fsecret.html', `${name}%00`, ...sendable]) {
      const reply = await get(path, headers);
      expect([reply.text, reply.status < 400], path).toEqual(['', false]);
    }
    expect((await harness.send('POST', `/drawn/${name}`, headers)).status).toBe(405);
  });
});

describe('a launch token', () => {
  test('is in the fragment, and lets one window in once', async () => {
    const url = harness.server.newWindowUrl();
    expect(new URL(url).pathname + new URL(url).search).toBe('/');
    const first = await exchange(tokenFrom(url));
    expect(first.status).toBe(204);
    const [cookie = ''] = first.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(
      new RegExp(`^parley-${harness.server.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    );
    const second = await exchange(tokenFrom(url));
    expect([second.status, second.headers['set-cookie']]).toEqual([403, undefined]);
  });

  test('is one of many that each let one window in', async () => {
    const urls = [harness.server.newWindowUrl(), harness.server.newWindowUrl()];
    for (const url of urls) expect((await exchange(tokenFrom(url))).status).toBe(204);
  });

  test.each([
    ['', 403],
    ['x', 403],
    [7, 400],
    [null, 400],
    [['a'], 400],
  ])('that was never given (%j) is refused', async (token, status) => {
    expect((await exchange(token)).status).toBe(status);
  });

  test('is not taken from what a form of another site can send', async () => {
    const token = tokenFrom(harness.server.newWindowUrl());
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', '']) {
      expect((await exchange(token, { 'content-type': type })).status).toBe(400);
    }
    expect((await exchange(token)).status).toBe(204);
  });

  test('is not used up by a foreign origin or host', async () => {
    const token = tokenFrom(harness.server.newWindowUrl());
    for (const origin of foreignOrigins(harness.server.port)) {
      expect((await exchange(token, { origin })).status).toBe(403);
    }
    for (const host of foreignHosts(harness.server.port)) {
      expect((await exchange(token, { host })).status).toBe(403);
    }
    expect((await harness.send('POST', '/session', json, JSON.stringify({ token }))).status).toBe(
      403,
    );
    expect((await exchange(token)).status).toBe(204);
  });
});

describe('everything that acts', () => {
  const acts = ['/rpc', '/upload', '/session'] as const;
  async function statusOf(path: string, headers: Record<string, string>): Promise<number> {
    if (path === '/rpc') {
      const opened = await harness.connect(headers);
      if (typeof opened === 'number') return opened;
      opened.terminate();
      return 200;
    }
    const isUpload = path === '/upload';
    const reply = await harness.send(
      isUpload ? 'POST' : 'GET',
      path,
      headers,
      isUpload ? 'GGUF' : undefined,
    );
    return reply.status;
  }

  test.each(acts)('%s is open to a window that was let in', async (path) => {
    expect([200, 204]).toContain(await statusOf(path, await harness.pageHeaders()));
  });

  test.each(acts)('%s is closed to a foreign host, origin or cookie', async (path) => {
    const page = await harness.pageHeaders();
    for (const host of foreignHosts(harness.server.port)) {
      expect([host, await statusOf(path, { ...page, host })]).toEqual([host, 403]);
    }
    for (const origin of foreignOrigins(harness.server.port)) {
      expect([origin, await statusOf(path, { ...page, origin })]).toEqual([origin, 403]);
    }
    const cookies = [
      '',
      'parley=x',
      `parley-${harness.server.port}=x`,
      `x${page['cookie']}`,
      `${page['cookie']}x`,
    ];
    cookies.push(`${page['cookie']}; ${page['cookie']}`);
    for (const cookie of cookies) {
      expect([cookie, await statusOf(path, { ...page, cookie })]).toEqual([cookie, 401]);
    }
    expect(await statusOf(path, { ...page, 'sec-fetch-site': 'cross-site' })).toBe(403);
  });

  test.each(['/rpc', '/upload'])('%s needs an origin', async (path) => {
    const { cookie = '' } = await harness.pageHeaders();
    expect(await statusOf(path, { cookie })).toBe(403);
  });

  test('no other path takes a socket', async () => {
    const page = await harness.pageHeaders();
    for (const path of ['/', '/rpc/', '/RPC', '//rpc', '/rpc/x', '/%72pc']) {
      expect(await harness.connect(page, path)).toBe(404);
    }
  });
});

describe('a second start', () => {
  const authorization = `Bearer ${instanceSecret}`;
  const body = JSON.stringify({ modelPath: '/m.gguf' });

  test('is heard when it knows the secret', async () => {
    const reply = await harness.send('POST', '/instance', { ...json, authorization }, body);
    expect(JSON.parse(reply.text)).toEqual({ got: { modelPath: '/m.gguf' } });
  });

  test('is refused without it, and from any browser', async () => {
    for (const wrong of ['', 'Bearer ', 'Bearer x', instanceSecret]) {
      const headers = { ...json, authorization: wrong };
      expect((await harness.send('POST', '/instance', headers, body)).status).toBe(401);
    }
    for (const mark of [{ origin: harness.origin }, { 'sec-fetch-site': 'same-origin' }]) {
      const headers = { ...json, authorization, ...mark } as Record<string, string>;
      expect((await harness.send('POST', '/instance', headers, body)).status).toBe(403);
    }
    const headers = { ...json, authorization, host: 'evil.example' };
    expect((await harness.send('POST', '/instance', headers, body)).status).toBe(403);
  });
});

test('only this computer can connect', async () => {
  const others = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal);
  for (const { address } of others) {
    const code = await new Promise((resolve) => {
      const socket = connect(harness.server.port, address);
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      socket.on('connect', () => resolve('connected'));
    });
    expect(code).toBe('ECONNREFUSED');
  }
});

test('nothing of all this was a bug', () => {
  expect(harness.incidents).toEqual([]);
});
