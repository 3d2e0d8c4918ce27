import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Port } from '../../contract/rpc/port.ts';
import { windowHeaders } from '../adapters/content-policy.ts';
import { type DrawnFiles, drawnHeaders, isDrawnPath } from '../adapters/drawn-files.ts';
import type { RendererAssets } from '../adapters/renderer-assets.ts';
import type { Uploads } from '../adapters/uploads.ts';
import type { Log } from '../ports/log.ts';
import type { RendererPorts } from '../ports/renderer-ports.ts';
import { readSmallJson, replyJson, replyStatus } from './replies.ts';
import {
  isHostOurs,
  isOriginOurs,
  pathOf,
  type ServerAddress,
  serverAddress,
  sessionOf,
} from './request-checks.ts';
import { isSameSecret, Sessions } from './sessions.ts';
import { socketPort } from './socket-port.ts';
import { uploadRoute } from './upload-route.ts';

/** Two million characters, the longest message, in JSON's longest spelling of them. */
const frameBytesMax = 16 * 1024 * 1024;
const windowsMax = 16;
const connectionsMax = 96;

/** What a second start asks of the first; the reply is sent back to it as JSON. */
export type InstanceRequest = (body: Record<string, unknown>) => Promise<Record<string, unknown>>;

export interface BrowserServerOptions {
  assets: RendererAssets;
  uploads: Uploads;
  drawn: DrawnFiles;
  log: Log;
  /** Known only to who can read the lock file. */
  instanceSecret: string;
  onInstanceRequest: InstanceRequest;
}

/** The server on 127.0.0.1 that windows of the browser shell talk to. */
export interface BrowserServer extends RendererPorts {
  readonly port: number;
  /** An address that lets one window in. Its token is in the fragment and so in no request and no log. */
  newWindowUrl(): string;
  /** Lets go of all windows, then of the port. */
  close(): Promise<void>;
}

type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

class Routes {
  readonly #options: BrowserServerOptions;
  readonly #address: ServerAddress;
  readonly #sessions: Sessions;
  readonly #routes: Readonly<Record<string, Route>>;

  constructor(options: BrowserServerOptions, address: ServerAddress, sessions: Sessions) {
    this.#options = options;
    this.#address = address;
    this.#sessions = sessions;
    const upload = uploadRoute(options.uploads, options.log);
    this.#routes = {
      'POST /session': (request, response) => this.#exchange(request, response),
      'GET /session': (request, response) =>
        replyStatus(response, this.#isLetIn(request) ? 204 : 401),
      'POST /upload': (request, response) =>
        this.#isLetIn(request) ? upload(request, response) : replyStatus(response, 401),
      'POST /instance': (request, response) => this.#instance(request, response),
    };
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isHostOurs(request, this.#address)) return replyStatus(response, 403);
    const path = pathOf(request);
    if (path === undefined) return replyStatus(response, 400);
    const route = this.#routes[`${request.method} ${path}`];
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const isFromProgram = path === '/instance';
    if (!isFromProgram && !isOriginOurs(request, this.#address, isRead ? 'read' : 'act')) {
      return replyStatus(response, 403);
    }
    if (route) return route(request, response);
    if (!isRead) return replyStatus(response, 405);
    if (isDrawnPath(path)) return this.#drawn(path, request, response);
    return this.#asset(path, request, response);
  }

  #isLetIn(request: IncomingMessage): boolean {
    return this.#sessions.has(sessionOf(request, this.#address));
  }

  async #asset(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asset = this.#options.assets.find(path);
    if (!asset) return replyStatus(response, 404);
    const bytes = await asset.read();
    response.writeHead(200, {
      ...windowHeaders(`ws://${this.#address.host}`),
      'content-type': asset.contentType,
      'content-length': bytes.byteLength,
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }

  /** Of the person's files: only for a window that was let in, unlike the app's own. */
  async #drawn(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#isLetIn(request)) return replyStatus(response, 401);
    const bytes = await this.#options.drawn.read(path);
    if (!bytes) return replyStatus(response, 404);
    response.writeHead(200, {
      ...windowHeaders(`ws://${this.#address.host}`),
      ...drawnHeaders,
      'content-length': bytes.byteLength,
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }

  async #exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = (await readSmallJson(request))?.['token'];
    if (typeof token !== 'string') return replyStatus(response, 400);
    const session = this.#sessions.exchange(token);
    if (session === undefined) return replyStatus(response, 403);
    replyStatus(response, 204, {
      'set-cookie': `${this.#address.cookieName}=${session}; Path=/; HttpOnly; SameSite=Strict`,
    });
  }

  async #instance(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A browser always says where a POST comes from; a second start of the program does not.
    const isFromBrowser = 'origin' in request.headers || 'sec-fetch-site' in request.headers;
    if (isFromBrowser) return replyStatus(response, 403);
    const { authorization = '' } = request.headers;
    if (!isSameSecret(authorization, `Bearer ${this.#options.instanceSecret}`)) {
      return replyStatus(response, 401);
    }
    const body = await readSmallJson(request);
    if (!body) return replyStatus(response, 400);
    replyJson(response, await this.#options.onInstanceRequest(body));
  }
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function withLimits(server: Server): Server {
  server.maxConnections = connectionsMax;
  server.headersTimeout = 5_000;
  // An upload may take long; `upload-route` watches that it moves, and the other bodies are small.
  server.requestTimeout = 0;
  server.timeout = 10_000;
  server.keepAliveTimeout = 5_000;
  server.maxHeadersCount = 64;
  server.maxRequestsPerSocket = 1_000;
  return server;
}

async function listen(server: Server): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  // Nothing else is ever listened on: no setting widens this.
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  server.off('error', reject);
  return (server.address() as AddressInfo).port;
}

/** Starts the server on a free port. @throws when 127.0.0.1 cannot be listened on */
export async function startBrowserServer(options: BrowserServerOptions): Promise<BrowserServer> {
  const sessions = new Sessions();
  const server = withLimits(
    createServer({ connectionsCheckingInterval: 1_000, maxHeaderSize: 8 * 1024 }),
  );
  const port = await listen(server);
  const address = serverAddress(port);
  const routes = new Routes(options, address, sessions);
  server.on('request', (request, response) => {
    void routes.handle(request, response).catch((error: unknown) => {
      options.log.incident(error, 'browser-server');
      if (!response.headersSent) replyStatus(response, 500);
      else response.destroy();
    });
  });

  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: frameBytesMax,
    perMessageDeflate: false,
    clientTracking: true,
  });
  const listeners: ((port: Port) => void)[] = [];
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const isOurs = isHostOurs(request, address) && isOriginOurs(request, address, 'act');
    if (!isOurs) return refuseUpgrade(socket, '403 Forbidden');
    if (!sessions.has(sessionOf(request, address)))
      return refuseUpgrade(socket, '401 Unauthorized');
    if (pathOf(request) !== '/rpc') return refuseUpgrade(socket, '404 Not Found');
    if (sockets.clients.size >= windowsMax) return refuseUpgrade(socket, '503 Service Unavailable');
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      const connected = socketPort(accepted);
      for (const listener of listeners) listener(connected);
    });
  });

  return {
    port,
    newWindowUrl: () => `${address.origin}/#token=${sessions.issueToken()}`,
    onConnect: (listener) => {
      listeners.push(listener);
    },
    async close() {
      for (const client of sockets.clients) client.close(1001);
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      server.closeIdleConnections();
      const force = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
        server.closeAllConnections();
      }, 500);
      await promise;
      clearTimeout(force);
    },
  };
}
