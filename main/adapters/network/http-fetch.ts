import { promises as dns, type LookupAddress } from 'node:dns';
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { AppError } from '../../../contract/errors/app-error.ts';
import type { NetworkPurpose, NetworkRequest, NetworkResponse } from '../../ports/network.ts';
import { isLoopbackAddress, isPublicAddress } from './addresses.ts';

/** Finds all addresses of a host name. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/** What one request may do. */
export interface HttpRules {
  /** Opens plain http to loopback addresses, for tests. Everything else stays closed. */
  allowLoopbackHttp: boolean;
  resolve: Resolve;
  connectTimeoutMs: number;
  maxRedirects: number;
}

/** The system's resolver, in the order it gives. */
export const resolveBySystem: Resolve = (host) => dns.lookup(host, { all: true, verbatim: true });

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

function isAllowedAddress(address: string, rules: HttpRules): boolean {
  return isPublicAddress(address) || (rules.allowLoopbackHttp && isLoopbackAddress(address));
}

/** The host without the brackets of an IPv6 literal. */
function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function checkUrl(url: URL, purpose: NetworkPurpose, rules: HttpRules): void {
  const denied = new AppError('network.denied', { purpose, host: url.hostname });
  const isOpenHttp = url.protocol === 'http:' && rules.allowLoopbackHttp;
  if (url.protocol !== 'https:' && !isOpenHttp) throw denied;
  if (url.username !== '' || url.password !== '') throw denied;
  const host = bareHost(url);
  // An address in the URL never goes through the lookup hook, so it is checked here.
  if (isIP(host) !== 0 && !isAllowedAddress(host, rules)) throw denied;
  if (isOpenHttp && !(isLoopbackAddress(host) || host === 'localhost')) throw denied;
}

/**
 * The hook that `net.connect` resolves with: every address is checked and the socket is given the very
 * addresses that were checked, so a name that answers differently the second time gains nothing.
 */
function checkedLookup(purpose: NetworkPurpose, rules: HttpRules): LookupFunction {
  return (host, options, callback) => {
    rules.resolve(host).then(
      (found) => {
        const [first] = found;
        const isClosed = found.some(({ address }) => !isAllowedAddress(address, rules));
        if (!first || isClosed) {
          callback(new AppError('network.denied', { purpose, host }), '', 0);
          return;
        }
        if (options.all) callback(null, found);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  return typeof code === 'string' ? code : 'network-error';
}

/** What a failed socket is called; a cancel and our own refusals pass as they are. */
function translate(error: unknown, host: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof AppError) return error;
  return new AppError('download.unreachable', { host, reason: reasonOf(error) }, { cause: error });
}

function send(url: URL, request: NetworkRequest, rules: HttpRules): Promise<IncomingMessage> {
  const start = url.protocol === 'https:' ? requestHttps : requestHttp;
  const options: RequestOptions = {
    headers: { 'user-agent': 'Parley', ...request.headers, 'accept-encoding': 'identity' },
    signal: request.signal,
    lookup: checkedLookup(request.purpose, rules),
    // No pool: a kept connection would outlive the purpose it was opened for.
    agent: false,
  };
  return new Promise((resolve, reject) => {
    const sent = start(url, options, resolve);
    const timer = setTimeout(() => {
      const error: NodeJS.ErrnoException = new Error('no connection');
      error.code = 'ETIMEDOUT';
      sent.destroy(error);
    }, rules.connectTimeoutMs);
    sent.on('socket', (socket) => {
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () =>
        clearTimeout(timer),
      );
    });
    sent.on('close', () => clearTimeout(timer));
    sent.on('error', (error) => reject(translate(error, url.hostname, request.signal)));
    sent.end();
  });
}

function plainHeaders(message: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

async function* readBody(
  message: IncomingMessage,
  host: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of message) yield chunk as Uint8Array;
  } catch (error) {
    throw translate(error, host, signal);
  } finally {
    message.destroy();
  }
}

/** Where a redirect leads, or undefined when the reply is the answer. */
function nextUrl(message: IncomingMessage, from: URL): URL | undefined {
  const { location } = message.headers;
  if (!redirectStatuses.has(message.statusCode ?? 0) || location === undefined) return undefined;
  return URL.canParse(location, from.href) ? new URL(location, from) : undefined;
}

/**
 * One GET with its redirects, each hop checked as the first was. `onHop` is called with the host of each.
 * The caller reads the body or aborts; leaving the loop early closes the connection.
 * @throws AppError `network.denied`, `download.unreachable`, `download.refused` (too many redirects)
 */
export async function fetchHttp(
  request: NetworkRequest,
  rules: HttpRules,
  onHop: (host: string) => void,
): Promise<NetworkResponse> {
  request.signal.throwIfAborted();
  if (!URL.canParse(request.url)) {
    throw new AppError('network.denied', { purpose: request.purpose, host: '' });
  }
  let url = new URL(request.url);
  for (let hops = 0; ; hops += 1) {
    checkUrl(url, request.purpose, rules);
    onHop(url.host);
    const message = await send(url, request, rules);
    const next = nextUrl(message, url);
    const status = message.statusCode ?? 0;
    // A reply that is let go before its body is read may still fail; nobody waits for that.
    message.on('error', () => undefined);
    if (!next) {
      const body = readBody(message, url.hostname, request.signal);
      return { status, headers: plainHeaders(message), body };
    }
    message.destroy();
    if (hops >= rules.maxRedirects) {
      throw new AppError('download.refused', { host: url.hostname, status });
    }
    if (url.protocol === 'https:' && next.protocol !== 'https:') {
      throw new AppError('network.denied', { purpose: request.purpose, host: next.hostname });
    }
    url = next;
  }
}
