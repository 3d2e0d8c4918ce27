import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** How the server answers one request. What is left out is done right. */
export interface Manner {
  status?: number;
  /** The file it has now. */
  bytes?: Buffer;
  etag?: string | null;
  ignoresRange?: boolean;
  /** Ends the connection after so many bytes of the body. */
  cutAfterBytes?: number;
  /** Asked before a cut: true when the client has all bytes of the file up to `sentBytes`. */
  hasArrived?: (sentBytes: number) => boolean;
  /** Sends so many bytes, then nothing, with the connection open. */
  stallAfterBytes?: number;
  /** Never answers at all. */
  isSilent?: boolean;
  /** Says so in Content-Length, whatever it sends. */
  saidLength?: number;
  /** No Content-Length; chunked. */
  hasNoLength?: boolean;
  /** Adds so many bytes to the body. */
  extraBytes?: number;
  /** Added to the offset in Content-Range. */
  rangeShift?: number;
  /** Total in Content-Range. */
  rangeTotal?: number | string;
  hasNoContentRange?: boolean;
  isGzip?: boolean;
  contentType?: string;
  redirectTo?: string;
  /** Sends so many bytes at a time with a pause between. */
  dripBytes?: number;
  dripPauseMs?: number;
}

export interface HostileServer {
  readonly origin: string;
  /** Headers and addresses of what was asked, in order. */
  readonly requests: { url: string; headers: IncomingMessage['headers'] }[];
  /** Decides each answer; `count` is 0 for the first request. */
  answer: (count: number, url: string) => Manner;
  close(): Promise<void>;
}

function rangeStart(request: IncomingMessage, manner: Manner, etag: string | null): number {
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  if (!range || manner.ignoresRange) return 0;
  const condition = request.headers['if-range'];
  if (condition !== undefined && condition !== etag) return 0;
  return Number(range[1]);
}

function headersFor(manner: Manner, body: Buffer, etag: string | null): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': manner.contentType ?? 'application/octet-stream',
  };
  if (etag !== null) headers['etag'] = etag;
  if (manner.isGzip) headers['content-encoding'] = 'gzip';
  if (!manner.hasNoLength) headers['content-length'] = String(manner.saidLength ?? body.length);
  return headers;
}

/** A client throws away what it had not read yet when a connection breaks: it gets the time to read. */
async function waitForArrival(
  response: ServerResponse,
  manner: Manner,
  sent: number,
): Promise<void> {
  const { hasArrived } = manner;
  if (!hasArrived) {
    await delay(15);
    return;
  }
  const endMs = performance.now() + 10_000;
  while (!response.destroyed && !hasArrived(sent) && performance.now() < endMs) await delay(2);
}

async function sendBody(
  response: ServerResponse,
  manner: Manner,
  body: { bytes: Buffer; start: number },
): Promise<void> {
  const end = manner.cutAfterBytes ?? manner.stallAfterBytes ?? body.bytes.length;
  const sent = body.bytes.subarray(0, end);
  const step = manner.dripBytes ?? 16_384;
  for (let at = 0; at < sent.length && !response.destroyed; at += step) {
    response.write(sent.subarray(at, at + step));
    if (manner.dripPauseMs !== undefined) await delay(manner.dripPauseMs);
    while (response.writableNeedDrain && !response.destroyed) await delay(1);
  }
  if (manner.stallAfterBytes !== undefined) return;
  if (manner.cutAfterBytes !== undefined) {
    await waitForArrival(response, manner, body.start + sent.length);
    response.destroy();
    return;
  }
  response.end();
}

/** Answers without a file; true when it was one. */
function replyShort(response: ServerResponse, manner: Manner): boolean {
  if (manner.isSilent) return true;
  if (manner.redirectTo !== undefined) {
    response.writeHead(manner.status ?? 302, { location: manner.redirectTo }).end();
    return true;
  }
  if (manner.status === undefined || manner.status < 300) return false;
  response.writeHead(manner.status).end('no');
  return true;
}

async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  manner: Manner,
): Promise<void> {
  if (replyShort(response, manner)) return;
  const whole = manner.bytes ?? Buffer.alloc(0);
  const etag = manner.etag === undefined ? `"${whole.length}-${whole[9] ?? 0}"` : manner.etag;
  const start = rangeStart(request, manner, etag);
  const isRange = start > 0;
  if (start >= whole.length && isRange) {
    response.writeHead(416, { 'content-range': `bytes */${whole.length}` }).end();
    return;
  }
  const rest = Buffer.concat([whole.subarray(start), Buffer.alloc(manner.extraBytes ?? 0, 120)]);
  const body = manner.isGzip ? gzipSync(rest) : rest;
  const headers = headersFor(manner, body, etag);
  if (isRange && !manner.hasNoContentRange) {
    const shown = start + (manner.rangeShift ?? 0);
    const total = manner.rangeTotal ?? whole.length;
    headers['content-range'] = `bytes ${shown}-${whole.length - 1}/${total}`;
  }
  response.writeHead(manner.status ?? (isRange ? 206 : 200), headers);
  response.flushHeaders();
  await sendBody(response, manner, { bytes: body, start });
}

/** A server on a loopback port that lies as `answer` says. */
export async function startHostileServer(answer: HostileServer['answer']): Promise<HostileServer> {
  const sockets = new Set<Socket>();
  const requests: HostileServer['requests'] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    const manner = self.answer(requests.length, url);
    requests.push({ url, headers: request.headers });
    response.on('error', () => undefined);
    void reply(request, response, manner);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const self: HostileServer = {
    origin: `http://127.0.0.1:${port}`,
    requests,
    answer,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return self;
}
