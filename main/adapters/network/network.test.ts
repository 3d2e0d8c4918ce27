import type { LookupAddress } from 'node:dns';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '../../ports/log.ts';
import type { NetworkPurpose } from '../../ports/network.ts';
import { createNetwork, type NetworkOptions } from './network.ts';

const signal = new AbortController().signal;
let lines: string[];
const log: Log = {
  info: (line) => lines.push(line),
  warn: (line) => lines.push(line),
  incident: () => 'incident',
};
let server: Server;
let port: number;
let handle: RequestListener;
let asked: string[];

const network = (options: Partial<NetworkOptions> = {}) =>
  createNetwork({ log, allowLoopbackHttp: true, ...options });
const get = (url: string, options: Partial<NetworkOptions> = {}) =>
  network(options).fetch({ purpose: 'model-download', url, signal });
const here = (path: string) => `http://127.0.0.1:${port}${path}`;

/** A resolver that gives these answers one after the other, the last one for ever. */
function answers(...rounds: string[][]) {
  let count = 0;
  return async (): Promise<LookupAddress[]> => {
    const round = rounds[Math.min(count, rounds.length - 1)] ?? [];
    count += 1;
    return round.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
}

async function bodyOf(url: string, options: Partial<NetworkOptions> = {}): Promise<string> {
  const reply = await get(url, options);
  const chunks: Uint8Array[] = [];
  for await (const chunk of reply.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

beforeEach(async () => {
  lines = [];
  asked = [];
  handle = (_request, response) => response.end('hello');
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

describe('the door', () => {
  it('is shut for any other purpose, and says so in the log', async () => {
    const purpose = 'telemetry' as NetworkPurpose;
    const ask = network().fetch({ purpose, url: here('/'), signal });
    await expect(ask).rejects.toMatchObject({
      code: 'network.denied',
      data: { purpose, host: '127.0.0.1' },
    });
    const packageAsk = { purpose, package: 'a', version: '1', folder: '/', signal };
    await expect(network().fetchPackage(packageAsk)).rejects.toMatchObject({
      code: 'network.denied',
    });
    expect(asked).toEqual([]);
    expect(lines.join()).toContain('refused telemetry 127.0.0.1');
  });
  it.each([
    'http://example.org/',
    'ftp://example.org/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'javascript:1',
    'https://user:word@example.org/',
    'no address',
    '',
  ])('is shut for %j', async (url) => {
    await expect(get(url)).rejects.toMatchObject({ code: 'network.denied' });
  });
  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::a00:1]/',
    'https://10.0.0.1/',
    'https://192.168.0.1/',
    'https://169.254.169.254/',
    'https://0.0.0.0/',
    'https://[fe80::1]/',
    'https://[fc00::1]/',
    'https://172.16.0.1/',
    'https://100.64.0.1/',
    'https://[2002:7f00:1::]/',
    'https://１２７.0.0.1/',
  ])('is shut for %s without asking a resolver', async (url) => {
    const resolve = () => Promise.reject(new Error('asked'));
    const ask = get(url, { allowLoopbackHttp: false, resolve });
    await expect(ask).rejects.toMatchObject({ code: 'network.denied' });
  });
  it.each([
    ['a private address', [['10.0.0.1']]],
    ['loopback', [['127.0.0.1']]],
    ['loopback in IPv6', [['::1']]],
    ['a mapped private address', [['::ffff:192.168.1.1']]],
    ['one private address among public ones', [['1.1.1.1', '10.0.0.1']]],
    ['nothing', [[]]],
  ])('is shut for a name that leads to %s', async (_title, rounds) => {
    const ask = get('https://name.test/', {
      allowLoopbackHttp: false,
      resolve: answers(...rounds),
    });
    await expect(ask).rejects.toMatchObject({
      code: 'network.denied',
      data: { host: 'name.test' },
    });
  });
  it('asks a resolver once a connection and goes where it was checked: no second answer counts', async () => {
    let count = 0;
    const first = answers(['127.0.0.1'], ['10.0.0.1']);
    const resolve = () => {
      count += 1;
      return first();
    };
    expect(await bodyOf(`http://localhost:${port}/`, { resolve })).toBe('hello');
    expect(count).toBe(1);
    // The next connection asks again, and is held to what it is told then.
    const second = get(`http://localhost:${port}/`, { resolve });
    await expect(second).rejects.toMatchObject({ code: 'network.denied' });
  });
  it('does not open plain http to anything but loopback, even for tests', async () => {
    const ask = get(`http://name.test:${port}/`, { resolve: answers(['127.0.0.1']) });
    await expect(ask).rejects.toMatchObject({ code: 'network.denied' });
  });
});

describe('a request', () => {
  it('asks for no encoding, undoes none, and logs the host without path or query', async () => {
    handle = (request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'X-Thing': 'a' });
      response.end(JSON.stringify(request.headers));
    };
    const reply = await get(here('/secret/path?token=1'));
    expect(reply.headers).toMatchObject({ 'content-encoding': 'gzip', 'x-thing': 'a' });
    let text = '';
    for await (const chunk of reply.body) text += Buffer.from(chunk).toString();
    const sent = JSON.parse(text) as Record<string, string>;
    expect(sent['accept-encoding']).toBe('identity');
    expect(sent['cookie']).toBeUndefined();
    expect(lines).toEqual([`network: model-download 127.0.0.1:${port}`]);
  });
  it('that nobody answers ends after the connect timeout', async () => {
    const silent = createTcpServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port: silentPort } = silent.address() as AddressInfo;
    const url = `https://localhost:${silentPort}/`;
    const ask = get(url, { resolve: answers(['127.0.0.1']), connectTimeoutMs: 100 });
    await expect(ask).rejects.toMatchObject({
      code: 'download.unreachable',
      data: { host: 'localhost', reason: 'ETIMEDOUT' },
    });
    silent.close();
  });
  it('to a closed port, or a name nobody knows, is unreachable with the reason', async () => {
    await expect(get('http://127.0.0.1:9/')).rejects.toMatchObject({
      code: 'download.unreachable',
      data: { reason: 'ECONNREFUSED' },
    });
    const failure: NodeJS.ErrnoException = new Error('x');
    failure.code = 'ENOTFOUND';
    const ask = get('https://name.test/', { resolve: () => Promise.reject(failure) });
    await expect(ask).rejects.toMatchObject({ data: { host: 'name.test', reason: 'ENOTFOUND' } });
  });
  it('that is aborted rejects with the reason, before and in the middle of the body', async () => {
    const gone = AbortSignal.abort();
    const early = network().fetch({ purpose: 'model-download', url: here('/'), signal: gone });
    await expect(early).rejects.toMatchObject({ name: 'AbortError' });
    expect(asked).toEqual([]);
    handle = (_request, response) => response.write('first');
    const abort = new AbortController();
    const reply = await network().fetch({
      purpose: 'model-download',
      url: here('/'),
      signal: abort.signal,
    });
    const reading = (async () => {
      for await (const _chunk of reply.body) abort.abort();
    })();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
  it('whose body breaks off is unreachable', async () => {
    handle = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('first');
      setTimeout(() => response.destroy(), 20);
    };
    await expect(bodyOf(here('/'))).rejects.toMatchObject({ code: 'download.unreachable' });
  });
});

describe('a redirect', () => {
  const redirect = (to: (path: string) => string | undefined, status = 302) => {
    handle = (request, response) => {
      const location = to(request.url ?? '');
      if (location === undefined) response.end('there');
      else response.writeHead(status, { location }).end();
    };
  };
  it.each([301, 302, 303, 307, 308])('%d is followed', async (status) => {
    redirect((path) => (path === '/b' ? undefined : '/b'), status);
    expect(await bodyOf(here('/a'))).toBe('there');
  });
  it('is followed five times, and not a sixth', async () => {
    redirect((path) => (path === '/5' ? undefined : `/${Number(path.slice(1)) + 1}`));
    expect(await bodyOf(here('/0'))).toBe('there');
    redirect((path) => `/${Number(path.slice(1)) + 1}`);
    await expect(get(here('/0'))).rejects.toMatchObject({ code: 'download.refused' });
  });
  it.each([
    'https://10.0.0.1/',
    'https://[::ffff:127.0.0.1]/',
    'http://169.254.169.254/latest/',
    'file:///etc/passwd',
    'http://example.org/',
    '//192.168.1.1/',
    'https://user@example.org/',
    'gopher://127.0.0.1/',
    'http://[fe80::1]/',
  ])('to %s is checked as the first address was', async (location) => {
    redirect(() => location);
    await expect(get(here('/'))).rejects.toMatchObject({ code: 'network.denied' });
    expect(asked).toHaveLength(1);
  });
  it('to a name that leads inside is refused at the connection', async () => {
    redirect(() => 'https://inside.test/');
    const ask = get(here('/'), { resolve: answers(['10.1.2.3']) });
    await expect(ask).rejects.toMatchObject({
      code: 'network.denied',
      data: { host: 'inside.test' },
    });
  });
});

it.each([
  ['--index-url=https://evil.test', '1.0'],
  ['-r', '1.0'],
  ['../local', '1.0'],
  ['git+https://evil.test/x', '1.0'],
  ['name', '1.0 --pre'],
  ['name', ''],
  ['name;sys_platform', '1.0'],
])('a package called %j in version %j never reaches pip', async (name, version) => {
  const pips = [{ command: process.execPath, args: ['-e', 'process.exit(0)'] }];
  const ask = network({ pips }).fetchPackage({
    ...{ purpose: 'model-download', package: name, version, folder: '/nonexistent', signal },
  });
  await expect(ask).rejects.toMatchObject({ code: 'network.denied' });
});
