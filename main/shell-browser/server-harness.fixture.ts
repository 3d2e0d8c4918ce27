import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { drawnFiles } from '../adapters/drawn-files.ts';
import { rendererAssets } from '../adapters/renderer-assets.ts';
import { sortableIds } from '../adapters/sortable-ids.ts';
import { systemMachine } from '../adapters/system-machine.ts';
import { type Uploads, uploads } from '../adapters/uploads.ts';
import { type BrowserServer, type InstanceRequest, startBrowserServer } from './server.ts';

export const instanceSecret = 'known-only-to-the-lock-file';

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** A running server with a small built window and a data folder of its own. */
export interface Harness {
  server: BrowserServer;
  origin: string;
  dataFolder: string;
  exchange: Uploads;
  incidents: unknown[];
  /** Sends exactly these headers, beside a Host of ours where none is given. */
  send(
    method: string,
    path: string,
    headers?: Record<string, string>,
    body?: string,
  ): Promise<Reply>;
  /** Headers of our own page: origin, and the cookie of a fresh session. */
  pageHeaders(): Promise<Record<string, string>>;
  /** `open`, or the status that refused it. */
  connect(headers: Record<string, string>, path?: string): Promise<WebSocket | number>;
  close(): Promise<void>;
}

function send(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string | undefined,
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const outgoing = request(
    { host: '127.0.0.1', port, method, path, headers, setHost: !('host' in headers), agent: false },
    (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
      });
      incoming.on('error', reject);
    },
  );
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}

function connect(url: string, headers: Record<string, string>): Promise<WebSocket | number> {
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket | number>();
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  socket.on('open', () => resolve(socket));
  socket.on('unexpected-response', (_request, response) => {
    resolve(response.statusCode ?? 0);
    response.resume();
    socket.terminate();
  });
  socket.on('error', reject);
  return promise;
}

export async function startHarness(
  onInstanceRequest: InstanceRequest = async (body) => ({ got: body }),
): Promise<Harness> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'parley-server-'));
  const rendererFolder = join(dataFolder, 'renderer');
  mkdirSync(rendererFolder);
  writeFileSync(join(rendererFolder, 'index.html'), '<!doctype html><title>Parley</title>');
  writeFileSync(join(rendererFolder, 'main.js'), 'export {}');
  writeFileSync(join(dataFolder, 'secret.html'), 'secret');
  const incidents: unknown[] = [];
  const ids = sortableIds({ nowMs: () => Date.now() });
  const exchange = uploads({ dataFolder, ids, machine: systemMachine });
  const server = await startBrowserServer({
    assets: rendererAssets(rendererFolder),
    uploads: exchange,
    drawn: drawnFiles(dataFolder),
    log: {
      info: () => {},
      warn: () => {},
      incident: (error) => {
        incidents.push(error);
        return 'incident';
      },
    },
    instanceSecret,
    onInstanceRequest,
  });
  const origin = `http://127.0.0.1:${server.port}`;
  const tokenOf = (url: string) => url.split('#token=')[1] ?? '';
  const harness: Harness = {
    server,
    origin,
    dataFolder,
    exchange,
    incidents,
    send: (method, path, headers = {}, body) => send(server.port, method, path, headers, body),
    async pageHeaders() {
      const token = tokenOf(server.newWindowUrl());
      const reply = await harness.send(
        'POST',
        '/session',
        { origin, 'content-type': 'application/json' },
        JSON.stringify({ token }),
      );
      const [cookie = ''] = reply.headers['set-cookie'] ?? [];
      return { origin, cookie: cookie.split(';')[0] ?? '' };
    },
    connect: (headers, path = '/rpc') => connect(`ws://127.0.0.1:${server.port}${path}`, headers),
    async close() {
      await server.close();
      rmSync(dataFolder, { recursive: true });
    },
  };
  return harness;
}
